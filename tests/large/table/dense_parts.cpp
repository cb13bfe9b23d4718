// Rows, slices and elements of dense values that are cut, their transposes, and values put together of others.
#include "tests/large/case.hpp"

namespace spgrad::large {
namespace {

constexpr Index kWidth = 10;

// All rows, scattered.
Index scattered(Index k, Index n) { return (k * 7919 + 13) % n; }

Expected taken(Make& m) {
  const Index n = m.n(), count = n / 2;
  const Given D = m.dense(n, kWidth);
  const Given rows = m.integers(count, [=](Index k) { return scattered(k, n) - (k % 3 == 0 ? n : 0); });
  const Index bytes = m.moving(count, n, [=](Index k) { return scattered(k, n); }) * kWidth * 8;
  return {take(D, rows),
          dense_of({count, kWidth}, [=, at = D.is.at](Index k, Index j) { return at(scattered(k, n), j); }), bytes,
          2 * bytes + m.on_every_rank(count)};
}

Expected put(Make& m) {
  const Index n = m.n(), count = n / 2;
  const Given g = m.dense(count, kWidth), D = m.dense(n, kWidth);
  const Given rows = m.integers(count, [=](Index k) { return n - 1 - 2 * k; });
  const Index bytes = m.moving(count, n, [=](Index k) { return n - 1 - 2 * k; }) * kWidth * 8;
  return {put_rows(g, rows, D),
          dense_of({n, kWidth},
                   [=, at = g.is.at](Index i, Index j) {
                     const Index k = (n - 1 - i) / 2;
                     return n - 1 - 2 * k == i && k < count ? at(k, j) : 0;
                   }),
          bytes + m.on_every_rank(count), 2 * bytes + m.on_every_rank(count)};
}

Expected sliced_backwards(Make& m) {
  const Index n = m.n();
  const Given D = m.dense(n, kWidth);
  const Index bytes = m.moving(n / 2, n, [=](Index k) { return n - 1 - 2 * k; }) * kWidth * 8;
  return {subtensor(D, {.start = n - 1, .stop = 0, .step = -2}, {.start = 1}),
          part(D.is, stepping(n - 1, -2, n / 2), stepping(1, 1, kWidth - 1)), bytes, 2 * bytes};
}

Expected sliced(Make& m) {
  const Index n = m.n();
  const Given v = m.vector(n * kWidth);
  return {subtensor(v, {5, -5, 2}), part(v.is, stepping(5, 2, (n * kWidth - 9) / 2), every(1))};
}

Expected put_slice(Make& m) {
  const Index n = m.n();
  const Given D = m.dense(n, kWidth), x = m.dense(n, kWidth);
  return {put_2d(get_item_2d(D, {5, n - 5}, {3}), x, {5, n - 5}, {3}),
          placed(part(D.is, stepping(5, 1, n - 10), stepping(3, 1, kWidth - 3)), x.is.shape, stepping(5, 1, n - 10),
                 stepping(3, 1, kWidth - 3))};
}

// Backwards their gradients meet in a matrix of entries, each of which goes with its place.
Expected elements(Make& m) {
  const Index n = m.n();
  const Given D = m.dense(n, kWidth), i = m.integers(n, [=](Index k) { return scattered(k, n); });
  const Given j = m.integers(n, [](Index k) { return k % kWidth; });
  const Index moving = m.moving(n, n, [=](Index k) { return scattered(k, n); });
  return {get_item_2lists(D, i, j),
          dense_of({n}, [=, at = D.is.at](Index k, Index) { return at(scattered(k, n), k % kWidth); }),
          moving * kWidth * 8, moving * (kWidth + 3) * 8};
}

Expected one_element(Make& m) {
  const Given D = m.dense(m.n(), kWidth);
  const Index i = m.n() / 2;
  return {get_item_scalar(D, i, 3), dense_of({}, [=, at = D.is.at](Index, Index) { return at(i, 3); })};
}

Expected below(Make& m) {
  const Index n = m.n();
  const Given D = m.dense(n, kWidth), x = m.dense(n, kWidth);
  const Index bytes = m.moving(2 * n, n, [=](Index k) { return k % n; }) * kWidth * 8;
  return {concatenate({D, x}),
          dense_of({2 * n, kWidth}, [=](Index i, Index j) { return (i < n ? D : x).is.at(i % n, j); }), bytes,
          2 * bytes};
}

Expected beside(Make& m) {
  const Given D = m.dense(m.n(), kWidth), x = m.dense(m.n(), kWidth);
  return {concatenate({D, x}, 1),
          dense_of({m.n(), 2 * kWidth}, [=](Index i, Index j) { return (j < kWidth ? D : x).is.at(i, j % kWidth); })};
}

Expected summed_along_rows(Make& m) {
  const Given D = m.dense(m.n(), kWidth);
  return {cumsum(D, 1), dense_of(D.is.shape, [at = D.is.at](Index i, Index j) {
            double sum = 0;
            for (Index k = 0; k <= j; ++k) sum += at(i, k);
            return sum;
          })};
}

// The sums before every 1000th row are known; from there on the elements are summed anew.
Expected summed_down(Make& m) {
  constexpr Index kStride = 1000;
  const Given v = m.vector(m.n() * kWidth);
  std::vector<double> before{0};
  for (Index i = 0; i < v.is.rows(); ++i) {
    if (i % kStride == 0) before.push_back(before.back());
    before.back() += v.is.at(i, 0);
  }
  return {cumsum(v), dense_of(v.is.shape, [=, at = v.is.at](Index i, Index) {
            double sum = before[static_cast<std::size_t>(i / kStride)];
            for (Index k = i - i % kStride; k <= i; ++k) sum += at(k, 0);
            return sum;
          })};
}

}  // namespace

std::vector<Case> dense_part_cases() {
  return {
      {"take D", taken, false},
      {"put_rows D", put, false},
      {"subtensor D[::-2, 1:]", sliced_backwards, false},
      {"subtensor v[5:-5:2]", sliced, false},
      {"put_2d D", put_slice, false},
      {"get_item_2lists D", elements, false},
      {"get_item_scalar D", one_element, false},
      {"concatenate D D 0", below, false},
      {"concatenate D D 1", beside, false},
      {"cumsum D 1", summed_along_rows, false},
      {"cumsum v", summed_down, false},
  };
}

}  // namespace spgrad::large
