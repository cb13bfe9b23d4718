#include "src/kernels/elementwise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "spgrad/error.hpp"
#include "src/kernels/arithmetic.hpp"
#include "src/kernels/isa.hpp"

namespace spgrad::kernels {
namespace {

// The two that std has for real numbers only; near 0 as exact as near other numbers.
template <class R>
std::complex<R> expm1(std::complex<R> z) {
  const R half = std::sin(z.imag() / 2);
  return {std::expm1(z.real()) * std::cos(z.imag()) - 2 * half * half, std::exp(z.real()) * std::sin(z.imag())};
}
template <class R>
std::complex<R> log1p(std::complex<R> z) {
  const R x = z.real(), y = z.imag();
  if (std::abs(x) + std::abs(y) > R(0.5)) return std::log(R(1) + z);
  return {std::log1p(x * (2 + x) + y * y) / 2, std::atan2(y, 1 + x)};  // no overflow in |1 + z|^2 - 1
}

template <class T>
T of_complex(Unary f, T z) {
#define SPGRAD_CASE(name) \
  case Unary::name:       \
    return name(z);
  switch (f) {
    SPGRAD_LIBRARY_FUNCTIONS(SPGRAD_CASE)
    case Unary::sigmoid:
    case Unary::softplus:
      break;
  }
#undef SPGRAD_CASE
  fail(ErrorKind::other, "sigmoid and softplus are for real numbers, not ", dtype_of<T>());
}

}  // namespace

template <class T>
void map(Unary f, const T* x, T* out, Index n) {
  if constexpr (is_hot_v<T>)
    hot<T>().map[static_cast<std::size_t>(f)](x, out, n);
  else
    std::transform(x, x + n, out, [f](T z) { return of_complex(f, z); });
}

template <class T>
T inner(const T* x, const T* y, Index n) {
  if (n > 4096) return sum(inner(x, y, n / 2), inner(x + n / 2, y + n / 2, n - n / 2));
  if constexpr (is_hot_v<T>) return hot<T>().inner(x, y, n);
  T total{};
  for (Index i = 0; i < n; ++i) total = sum(total, product(x[i], y[i]));
  return total;
}

template <class T>
void logsumexp_rows(const T* x, Index rows, Index k, T* out) {
  if (k == 0)
    std::fill_n(out, rows, -std::numeric_limits<T>::infinity());
  else
    hot<T>().logsumexp_rows(x, rows, k, out);
}

template <class T>
void softmax_rows(const T* x, const T* g, Index rows, Index k, T* out) {
  if (k > 0) hot<T>().softmax_rows(x, g, rows, k, out);
}

#define SPGRAD_INSTANTIATE(T) template void map(Unary, const T*, T*, Index);
SPGRAD_INSTANTIATE(float)
SPGRAD_INSTANTIATE(double)
SPGRAD_INSTANTIATE(std::complex<float>)
SPGRAD_INSTANTIATE(std::complex<double>)
#undef SPGRAD_INSTANTIATE
#define SPGRAD_INSTANTIATE(T) template T inner(const T*, const T*, Index);
SPGRAD_EVERY_DTYPE(SPGRAD_INSTANTIATE)
#undef SPGRAD_INSTANTIATE
#define SPGRAD_INSTANTIATE(T)                               \
  template void logsumexp_rows(const T*, Index, Index, T*); \
  template void softmax_rows(const T*, const T*, Index, Index, T*);
SPGRAD_INSTANTIATE(float)
SPGRAD_INSTANTIATE(double)
#undef SPGRAD_INSTANTIATE

}  // namespace spgrad::kernels
