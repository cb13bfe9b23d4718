// Slices, lists and elements of sparse matrices, their transposes, and matrices put together of others.
#include "tests/large/case.hpp"

namespace spgrad::large {
namespace {

// Of so many rows (or columns) of A.
Index entries(const Given& A, Index lines) { return lines * A.stored / A.is.rows() * 8; }

// Rows where they lie ascending stay in place; backwards every one may have to go.
Expected sliced(Make& m, bool backwards) {
  const Index n = m.n();
  const Given A = m.sparse();
  if (backwards) {  // csr: every row goes, and every other column of it comes back
    const Index half = (n + 1) / 2;
    const Index bytes = m.csr() ? entries(A, m.moving(n, n, [=](Index k) { return n - 1 - k; }))
                                : entries(A, m.moving(half, n, [=](Index k) { return n - 1 - 2 * k; }));
    return {get_item_2d(A, {{}, {}, -1}, {{}, {}, -2}), part(A.is, stepping(n - 1, -1, n), stepping(n - 1, -2, half)),
            bytes, m.csr() ? 3 * bytes / 2 : 2 * bytes};
  }
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
  const Index list = m.on_every_rank(n / 3);  // csc: to find rows; csr: to put them back
  const Index bytes = m.csr() ? entries(A, m.moving(n / 3, n, [=](Index k) { return n - 1 - 3 * k; })) : 0;
  return {get_item_list(A, rows), part(A.is, listed(n), every(n)), m.csr() ? bytes : list, 2 * bytes + list};
}

Expected rows_put(Make& m) {
  const Index n = m.n();
  const Given A = m.sparse(), rows = m.integers(n / 3, [=](Index k) { return n - 1 - 3 * k; });
  const Given again = m.integers(n / 3, [=](Index k) { return n - 1 - 3 * k; });
  const Index list = m.on_every_rank(n / 3);
  const Index bytes = m.csr() ? entries(A, m.moving(n / 3, n, [=](Index k) { return n - 1 - 3 * k; })) : 0;
  return {put_list(get_item_list(A, rows), again, A),
          placed(part(A.is, listed(n), every(n)), A.is.shape, listed(n), every(n)),
          2 * bytes + (m.csr() ? 1 : 2) * list, 4 * bytes + 2 * list};
}

Expected elements_by_lists(Make& m) {
  const Index n = m.n();
  const auto row = [=](Index k) { return (k * 7919 + 13) % n; };
  const Given A = m.sparse(), i = m.integers(n, row), j = m.integers(n, [=](Index k) { return (row(k) + 2) % n; });
  const Index moving = m.moving(n, n, row);  // backwards an entry and its place
  return {get_item_2lists(A, i, j),
          dense_of({n}, [=, at = A.is.at](Index k, Index) { return at(row(k), (row(k) + 2) % n); }), entries(A, moving),
          entries(A, moving) + moving * 3 * 8};
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
  const auto line = [=, csr = m.csr()](Index k) { return csr ? k % n : (k % n + k / n) % n; };
  const Index bytes = m.moving(count, n, line) * 3 * 8;  // an entry and its place; back come whole rows, that all name
  return {from_entries(i, j, v, {n, n}, m.format()),
          {{n, n},
           [=, at = v.is.at](Index r, Index c) {
             const Index k = number(r, c);
             return k < 0 ? 0 : at(k, 0);
           },
           at_band.row,
           at_band.column},
          bytes,
          bytes + m.on_every_rank(count)};
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

// What is cut anew when two matrices are stacked along their majors.
Index restacked(const Make& m, const Given& A, const Given& B) {
  const Index n = m.n(), moving = m.moving(2 * n, n, [=](Index k) { return k % n; });
  return entries(A, moving / 2) + entries(B, moving / 2);
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
  const Index bytes = cut_anew ? restacked(m, A, B) : 0;
  return {below ? vstack({A, B}, m.format()) : hstack({A, B}, m.format()), united(top, rest, std::plus<>()), bytes,
          2 * bytes};
}

Expected block_diagonal(Make& m) {
  const Index n = m.n();
  const Given A = m.sparse(), B = m.sparse(Pattern::few);
  const Shape shape{2 * n, 2 * n};
  const Numbers first{n, [](Index i) { return i; }, [=](Index i) { return i < n ? i : -1; }};
  const Numbers second = stepping(n, 1, n);
  const Index bytes = restacked(m, A, B);
  return {block_diag({A, B}, m.format()),
          united(placed(A.is, shape, first, first), placed(B.is, shape, second, second), std::plus<>()), bytes,
          2 * bytes};
}

Expected of_rows(Make& m) {
  const Index n = m.n(), count = n / 2;
  const Given X = m.sparse(Pattern::thin), V = m.dense(count, kThin);
  const Given rows = m.integers(count, [=](Index k) { return n - 1 - 2 * k; });
  const Numbers place = stepping(n - 1, -2, count);
  const Index turn = m.turned(count * kThin), list = m.on_every_rank(count);
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
  return {construct_sparse_from_list(X, V, rows), is, turn + list, 2 * turn + list};
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
