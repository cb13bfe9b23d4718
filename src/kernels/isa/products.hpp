// products.hpp: spmm, spmm_scatter and sddmm of one instruction set. A row is worked on in strips of N vectors that
// stay in registers while the entries of a major pass by. A strip's last vector begins `last` numbers after its first;
// where the row's length is no multiple of W it overlaps the vector before it, and the numbers in both are computed
// twice, alike.
#pragma once

#include "src/kernels/isa/table.hpp"
#include "src/kernels/isa/vector.hpp"

namespace spgrad::kernels::SPGRAD_ISA_NAME {
namespace {

// rows.row(i) without a branch: own and ghost rows come in any order.
template <class T>
inline T* row(const PlainRows<T>& rows, Index i) {
  const auto own = reinterpret_cast<std::uintptr_t>(rows.own), ghost = reinterpret_cast<std::uintptr_t>(rows.ghost);
  const std::uintptr_t bytes = static_cast<std::uintptr_t>(rows.cols) * sizeof(T);
  const std::uintptr_t to_ghost = ghost - own - static_cast<std::uintptr_t>(rows.own_rows) * bytes;
  const std::uintptr_t is_ghost = -static_cast<std::uintptr_t>(i >= rows.own_rows);  // no bits or all
  std::uintptr_t address = own + static_cast<std::uintptr_t>(i) * bytes + (to_ghost & is_ghost);
  // Opaque from here on, lest the compiler keeps own + v W for every vector v of a strip and runs out of registers.
  __asm__("" : "+r"(address));
  return reinterpret_cast<T*>(address);
}

template <class T, int W_, int N_>
struct Strip {
  static constexpr int W = W_, N = N_;
  Index first, last;
  // Where vector v begins, from the strip's first number.
  Index at(int v) const { return v + 1 < N ? v * W : last; }
};

template <class T, int W, int N, class F>
void with_strip(int n, Index first, Index last, F f) {
  if (n == N)
    f(Strip<T, W, N>{first, last});
  else if constexpr (N > 1)
    with_strip<T, W, N - 1>(n, first, last, f);
}

// Calls f for the strips of a row of k numbers, all about equally long, in the widest vectors that the row fills.
template <class T, int W, class F>
void for_strips(Index k, F f) {
  if (k < W) {
    if constexpr (W > 1) for_strips<T, W / 2>(k, f);
    return;
  }
  constexpr int kMost = W == kWidth<T> ? kAccumulators : 2;
  const Index vectors = (k + W - 1) / W, strips = (vectors + kMost - 1) / kMost;
  for (Index s = 0, v = 0; s < strips; ++s) {
    const Index n = (vectors - v) / (strips - s), end = (v + n) * W;
    const Index last = (end < k ? end : k) - W - v * W;
    with_strip<T, W, kMost>(static_cast<int>(n), v * W, last, f);
    v += n;
  }
}

template <class T, class S>
[[gnu::noinline]] void spmm_strip(const PlainEntries<T> A, const PlainRows<const T> X, T alpha, bool accumulate,
                                  const PlainRows<T> out, const S s) {
  constexpr int W = S::W, N = S::N;
  for (Index i = A.begin; i < A.end; ++i) {
    if (accumulate && A.begins[i] == A.ends[i]) continue;
    Vec<T, W> sum[N] = {};
    for (Index p = A.begins[i]; p < A.ends[i]; ++p) {
      const T* x = row(X, A.indices[p]) + s.first;
      const Vec<T, W> a = splat<T, W>(A.data[p]);
#pragma GCC unroll 16
      for (int v = 0; v < N; ++v) sum[v] += a * load<T, W>(x + s.at(v));
    }
    T* y = row(out, i) + s.first;
    // The last vector is read before any is written, as it may overlap.
    Vec<T, W> last = alpha * sum[N - 1];
    if (accumulate) last += load<T, W>(y + s.last);
#pragma GCC unroll 16
    for (int v = 0; v < N - 1; ++v) {
      Vec<T, W> r = alpha * sum[v];
      if (accumulate) r += load<T, W>(y + v * W);
      store<T, W>(y + v * W, r);
    }
    store<T, W>(y + s.last, last);
  }
}

template <class T>
void spmm(const PlainEntries<T>& A, const PlainRows<const T>& X, T alpha, bool accumulate, const PlainRows<T>& out) {
  for_strips<T, kWidth<T>>(out.cols, [&](auto strip) { spmm_strip(A, X, alpha, accumulate, out, strip); });
}

template <class T, class S>
[[gnu::noinline]] void scatter_strip(const PlainEntries<T> A, const PlainRows<const T> X, T alpha,
                                     const PlainRows<T> out, const S s) {
  constexpr int W = S::W, N = S::N;
  for (Index i = A.begin; i < A.end; ++i) {
    const T* from = row(X, i) + s.first;
    Vec<T, W> x[N];
#pragma GCC unroll 16
    for (int v = 0; v < N; ++v) x[v] = load<T, W>(from + s.at(v));
    for (Index p = A.begins[i]; p < A.ends[i]; ++p) {
      T* y = row(out, A.indices[p]) + s.first;
      const Vec<T, W> a = splat<T, W>(alpha * A.data[p]);
      const Vec<T, W> last = load<T, W>(y + s.last) + a * x[N - 1];
#pragma GCC unroll 16
      for (int v = 0; v < N - 1; ++v) store<T, W>(y + v * W, load<T, W>(y + v * W) + a * x[v]);
      store<T, W>(y + s.last, last);
    }
  }
}

template <class T>
void spmm_scatter(const PlainEntries<T>& A, const PlainRows<const T>& X, T alpha, const PlainRows<T>& out) {
  for_strips<T, kWidth<T>>(out.cols, [&](auto strip) { scatter_strip(A, X, alpha, out, strip); });
}

// out[p] (+)= the strip's part of <X[i,:], Y[j,:]>, and times P.data[p] after the last strip.
template <class T, class S>
[[gnu::noinline]] void sddmm_strip(const PlainEntries<T> P, const PlainRows<const T> X, const PlainRows<const T> Y,
                                   T* out, const S s) {
  constexpr int W = S::W, N = S::N, kSums = N < 4 ? N : 4;
  const Mask<T, W> fresh = lanes<T, W>((N - 1) * W - s.last, W);  // the overlap counts once
  const bool scaled = P.data != nullptr && s.first + s.last + W == X.cols;
  for (Index i = P.begin; i < P.end; ++i) {
    const T* from = row(X, i) + s.first;
    Vec<T, W> x[N];
#pragma GCC unroll 16
    for (int v = 0; v < N; ++v) x[v] = load<T, W>(from + s.at(v));
    x[N - 1] = keep<T, W>(fresh, x[N - 1]);
    for (Index p = P.begins[i]; p < P.ends[i]; ++p) {
      const T* y = row(Y, P.indices[p]) + s.first;
      Vec<T, W> sum[kSums] = {x[N - 1] * keep<T, W>(fresh, load<T, W>(y + s.last))};
#pragma GCC unroll 16
      for (int v = 0; v < N - 1; ++v) sum[(v + 1) % kSums] += x[v] * load<T, W>(y + v * W);
#pragma GCC unroll 4
      for (int u = 1; u < kSums; ++u) sum[0] += sum[u];
      const T dot = across<T, W, Sum>(sum[0]);
      out[p] = (s.first == 0 ? dot : out[p] + dot) * (scaled ? P.data[p] : T(1));
    }
  }
}

template <class T>
void sddmm(const PlainEntries<T>& P, const PlainRows<const T>& X, const PlainRows<const T>& Y, T* out) {
  for_strips<T, kWidth<T>>(X.cols, [&](auto strip) { sddmm_strip(P, X, Y, out, strip); });
}

}  // namespace
}  // namespace spgrad::kernels::SPGRAD_ISA_NAME
