// Slices, lists and elements of sparse matrices, their transposes, and matrices put together of others. What changes
// owner is at most every entry.
#include "tests/large/case.hpp"

namespace spgrad::large {
namespace {

Index all_entries(const Given& A) { return A.stored * 8; }

// Rows where they lie ascending stay in place; backwards every one may have to go.
Expected sliced(Make& m, bool backwards) {
  const Index n = m.n();
  const Given A = m.sparse();
  if (backwards)
    return {get_item_2d(A, {{}, {}, -1}, {{}, {}, -2}),
            part(A.is, stepping(n - 1, -1, n), stepping(n - 1, -2, (n + 1) / 2)), all_entries(A), 2 * all_entries(A)};
  return {get_item_2d(A, {5, n - 5, 2}, {3}), part(A.is, stepping(5, 2, (n - 9) / 2), stepping(3, 1, n - 3))};
}

Expected put_slice(Make& m) {
  const Index n = m.n();
  const Given A = m.sparse(), B = m.sparse(Pattern::few);
  return {put_2d(get_item_2d(B, {5, n - 5}, {3}), A, {5, n - 5}, {3}),
          placed(part(B.is, stepping(5, 1, n - 10), stepping(3, 1, n - 3)), A.is.shape, stepping(5, 1, n - 10),
                 stepping(3, 1, n - 3))};
}

// Every third row, from the end, by a list.
Numbers listed(Index n) { return stepping(n - 1, -3, n / 3); }

Expected rows_by_list(Make& m) {
  const Index n = m.n();
  const Given A = m.sparse(), rows = m.integers(n / 3, [=](Index k) { return n - 1 - 3 * k; });
  const Index list = n / 3 * 8 * 2;  // of csc it is whole on every rank
  return {get_item_list(A, rows), part(A.is, listed(n), every(n)), (m.csr() ? all_entries(A) / 2 : 0) + list,
          all_entries(A) + 2 * list};
}

Expected rows_put(Make& m) {
  const Index n = m.n();
  const Given A = m.sparse(), rows = m.integers(n / 3, [=](Index k) { return n - 1 - 3 * k; });
  const Given again = m.integers(n / 3, [=](Index k) { return n - 1 - 3 * k; });
  const Index list = n / 3 * 8 * 2;
  return {put_list(get_item_list(A, rows), again, A),
          placed(part(A.is, listed(n), every(n)), A.is.shape, listed(n), every(n)),
          (m.csr() ? all_entries(A) : 0) + 2 * list, 2 * all_entries(A) + 6 * list};
}

Expected elements_by_lists(Make& m) {
  const Index n = m.n();
  const auto row = [=](Index k) { return (k * 7919 + 13) % n; };
  const Given A = m.sparse(), i = m.integers(n, row), j = m.integers(n, [=](Index k) { return (row(k) + 2) % n; });
  const Index bytes = n * 8 * 2 + all_entries(A);
  return {get_item_2lists(A, i, j),
          dense_of({n}, [=, at = A.is.at](Index k, Index) { return at(row(k), (row(k) + 2) % n); }), bytes, 2 * bytes};
}

Expected built_of_entries(Make& m) {
  const Index n = m.n(), count = 10 * n;
  const Given i = m.integers(count, [=](Index k) { return k % n; });
  const Given j = m.integers(count, [=](Index k) { return (k % n + k / n) % n; });
  const Given v = m.vector(count);
  const Lazy at_band = large::sparse(Pattern::banded, n, 0, Range::positive);  // wider than the ten diagonals
  const auto number = [=](Index r, Index c) {
    const Index diagonal = ((c - r) % n + n) % n;
    return diagonal < 10 ? diagonal * n + r : -1;
  };
  const Index bytes = count * 3 * 8;  // an entry and its place
  return {from_entries(i, j, v, {n, n}, m.format()),
          {{n, n},
           [=, at = v.is.at](Index r, Index c) {
             const Index k = number(r, c);
             return k < 0 ? 0 : at(k, 0);
           },
           at_band.row,
           at_band.column},
          bytes,
          3 * bytes};
}

Expected one_element(Make& m) {
  const Given A = m.sparse();
  const Index i = m.n() / 2;
  return {get_item_scalar(A, i, i + 1), dense_of({}, [=, at = A.is.at](Index, Index) { return at(i, i + 1); })};
}

Expected one_put(Make& m) {
  const Given s = m.scalar(0.5), A = m.sparse();
  const Index i = m.n() / 2;
  return {put_scalar(s, A, i, i + 1), on(A.is, [=](Index r, Index c) { return r == i && c == i + 1 ? 0.5 : 0; })};
}

// Below (beside) each other: along the major axis the rows of the result are cut anew.
Expected stacked(Make& m, bool below) {
  const Index n = m.n();
  const Given A = m.sparse(), B = m.sparse(Pattern::few);
  const Numbers second = stepping(n, 1, n);
  const Shape shape = below ? Shape{2 * n, n} : Shape{n, 2 * n};
  const Numbers clipped{n, [](Index i) { return i; }, [=](Index i) { return i < n ? i : -1; }};
  const Lazy top = placed(A.is, shape, clipped, clipped);
  const Lazy rest = below ? placed(B.is, shape, second, clipped) : placed(B.is, shape, clipped, second);
  const bool cut_anew = below == m.csr();
  const Index bytes = cut_anew ? all_entries(A) + all_entries(B) : 0;
  return {below ? vstack({A, B}, m.format()) : hstack({A, B}, m.format()), united(top, rest, std::plus<>()), bytes,
          4 * bytes};
}

Expected block_diagonal(Make& m) {
  const Index n = m.n();
  const Given A = m.sparse(), B = m.sparse(Pattern::few);
  const Shape shape{2 * n, 2 * n};
  const Numbers first{n, [](Index i) { return i; }, [=](Index i) { return i < n ? i : -1; }};
  const Numbers second = stepping(n, 1, n);
  const Index bytes = all_entries(A) + all_entries(B);
  return {block_diag({A, B}, m.format()),
          united(placed(A.is, shape, first, first), placed(B.is, shape, second, second), std::plus<>()), bytes,
          4 * bytes};
}

Expected of_rows(Make& m) {
  const Index n = m.n(), count = n / 2;
  const Given X = m.sparse(Pattern::thin), V = m.dense(count, kThin);
  const Given rows = m.integers(count, [=](Index k) { return n - 1 - 2 * k; });
  const Numbers place = stepping(n - 1, -2, count);
  const Index turn = count * kThin * 8, list = count * 8 * 2;
  Lazy is = placed(V.is, X.is.shape, place, every(kThin));
  is.row = [=](Index i) {
    Indices all;
    for (Index j = 0; place.back(i) >= 0 && j < kThin; ++j) all.push_back(j);
    return all;
  };
  is.column = [=](Index) {
    Indices all;
    for (Index k = 0; k < count; ++k) all.push_back(place.from(k));
    return all;
  };
  return {construct_sparse_from_list(X, V, rows), is, turn + list, 3 * (turn + list)};
}

}  // namespace

std::vector<Case> part_cases() {
  return {
      {"get_item_2d A[5:-5:2, 3:]", [](Make& m) { return sliced(m, false); }},
      {"get_item_2d A[::-1, ::-2]", [](Make& m) { return sliced(m, true); }},
      {"put_2d", put_slice},
      {"get_item_list A", rows_by_list},
      {"put_list A", rows_put},
      {"get_item_2lists A", elements_by_lists},
      {"from_entries i j v", built_of_entries},
      {"get_item_scalar A", one_element},
      {"put_scalar A", one_put},
      {"vstack A B", [](Make& m) { return stacked(m, true); }},
      {"hstack A B", [](Make& m) { return stacked(m, false); }},
      {"block_diag A B", block_diagonal},
      {"construct_sparse_from_list X V i", of_rows},
  };
}

}  // namespace spgrad::large
