// problem.hpp: small random sparse-dense problems in whole numbers, whose products every dtype and every order of
// adding gives exactly, and the slow answers to them.
#pragma once

#include <random>
#include <vector>

#include "src/kernels/arithmetic.hpp"
#include "src/kernels/products.hpp"

namespace spgrad::kernels::testing {

inline const std::vector<Index> kWidths{0, 1, 2, 3, 7, 8, 9, 16, 31, 32, 33, 51, 64, 100, 128, 129};

/// n numbers from -3 to 3 (complex: both parts; bool: both values). Not std::vector<T>, which packs bools.
template <class T>
std::unique_ptr<T[]> numbers(Index n, unsigned seed) {
  std::mt19937 random(seed);
  const auto draw = [&] { return static_cast<int>(random() % 7) - 3; };
  auto x = std::make_unique<T[]>(static_cast<std::size_t>(n));
  for (Index i = 0; i < n; ++i) {
    if constexpr (is_complex_v<T>)
      x[i] = T(static_cast<typename T::value_type>(draw()), static_cast<typename T::value_type>(draw()));
    else if constexpr (std::is_same_v<T, bool>)
      x[i] = draw() > 0;
    else
      x[i] = static_cast<T>(draw());
  }
  return x;
}

/// A matrix of 23 x 11 with empty majors at both ends and between, duplicates, unsorted minors; X of 11 x k and Y of 23
/// x k.
template <class T>
struct Problem {
  static constexpr Index kMajors = 23, kMinors = 11;

  explicit Problem(Index width, bool empty = false) : k(width) {
    std::mt19937 random(5);
    for (Index i = 0; i < kMajors; ++i) {
      const Index n = empty || i % 5 == 0 || i == kMajors - 1 ? 0 : static_cast<Index>(random() % 9);
      for (Index p = 0; p < n; ++p) indices.push_back(static_cast<LocalIndex>(random() % kMinors));
      if (n > 1) indices.back() = indices[indices.size() - 2];
      indptr.push_back(static_cast<Index>(indices.size()));
    }
    data = numbers<T>(nnz(), 1);
    X = numbers<T>(kMinors * k, 2);
    Y = numbers<T>(kMajors * k, 3);
  }
  Index nnz() const { return indptr.back(); }
  Entries<T> A() const { return {indptr, indices, data.get()}; }

  // The slow answers, from `out` as it is.
  void spmm(T alpha, bool accumulate, T* out) const {
    for (Index i = 0; i < kMajors; ++i)
      for (Index c = 0; c < k; ++c) {
        T total{};
        for (Index p = indptr[i]; p < indptr[i + 1]; ++p) total = sum(total, product(data[p], X[indices[p] * k + c]));
        out[i * k + c] = sum(accumulate ? out[i * k + c] : T{}, product(alpha, total));
      }
  }
  void spmm_scatter(T alpha, T* out) const {
    for (Index i = 0; i < kMajors; ++i)
      for (Index p = indptr[i]; p < indptr[i + 1]; ++p)
        for (Index c = 0; c < k; ++c) {
          T& y = out[indices[p] * k + c];
          y = sum(y, product(product(alpha, data[p]), Y[i * k + c]));
        }
  }
  void sddmm(bool scaled, T* out) const {
    for (Index i = 0; i < kMajors; ++i)
      for (Index p = indptr[i]; p < indptr[i + 1]; ++p) {
        T total{};
        for (Index c = 0; c < k; ++c) total = sum(total, product(Y[i * k + c], X[indices[p] * k + c]));
        out[p] = scaled ? product(data[p], total) : total;
      }
  }

  Index k;
  std::vector<Index> indptr{0};
  std::vector<LocalIndex> indices;
  std::unique_ptr<T[]> data, X, Y;
};

/// n rows of k numbers whose first `own` lie in one array and the others in another, each of exactly its size, so that
/// the address sanitizer sees a step outside.
template <class T>
struct SplitRows {
  SplitRows(const T* values, Index n, Index width, Index own_rows)
      : own(std::make_unique<T[]>(static_cast<std::size_t>(own_rows * width))),
        ghost(std::make_unique<T[]>(static_cast<std::size_t>((n - own_rows) * width))),
        rows{own.get(), ghost.get(), own_rows, n, width} {
    std::copy_n(values, own_rows * width, own.get());
    std::copy_n(values + own_rows * width, (n - own_rows) * width, ghost.get());
  }
  Rows<const T> in() const { return {own.get(), ghost.get(), rows.own_rows, rows.rows, rows.cols}; }
  std::vector<T> values() const {
    std::vector<T> all(own.get(), own.get() + rows.own_rows * rows.cols);
    all.insert(all.end(), ghost.get(), ghost.get() + (rows.rows - rows.own_rows) * rows.cols);
    return all;
  }
  std::unique_ptr<T[]> own, ghost;
  Rows<T> rows;
};

template <class T>
std::vector<T> as_vector(const std::unique_ptr<T[]>& x, Index n) {
  return std::vector<T>(x.get(), x.get() + n);
}

}  // namespace spgrad::kernels::testing
