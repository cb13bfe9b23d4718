#include "src/kernels/elementwise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "spgrad/error.hpp"
#include "src/kernels/isa.hpp"

namespace spgrad::kernels {
namespace {

template <class T>
void map_complex(Unary f, const T* x, T* out, Index n) {
  switch (f) {
    case Unary::exp:
      std::transform(x, x + n, out, [](T z) { return std::exp(z); });
      return;
    case Unary::log:
      std::transform(x, x + n, out, [](T z) { return std::log(z); });
      return;
    case Unary::tanh:
      std::transform(x, x + n, out, [](T z) { return std::tanh(z); });
      return;
    case Unary::sigmoid:
    case Unary::softplus:
      break;
  }
  fail(ErrorKind::other, "sigmoid and softplus are for real numbers, not ", dtype_of<T>());
}

}  // namespace

template <class T>
void map(Unary f, const T* x, T* out, Index n) {
  if constexpr (is_hot_v<T>)
    hot<T>().map[static_cast<std::size_t>(f)](x, out, n);
  else
    map_complex(f, x, out, n);
}

template <class T>
void logsumexp_rows(const T* x, Index rows, Index k, T* out) {
  if (k == 0)
    std::fill_n(out, rows, -std::numeric_limits<T>::infinity());
  else
    hot<T>().logsumexp_rows(x, rows, k, out);
}

template <class T>
void softmax_rows(const T* x, Index rows, Index k, T* out) {
  if (k > 0) hot<T>().softmax_rows(x, rows, k, out);
}

#define SPGRAD_INSTANTIATE(T) template void map(Unary, const T*, T*, Index);
SPGRAD_INSTANTIATE(float)
SPGRAD_INSTANTIATE(double)
SPGRAD_INSTANTIATE(std::complex<float>)
SPGRAD_INSTANTIATE(std::complex<double>)
#undef SPGRAD_INSTANTIATE
#define SPGRAD_INSTANTIATE(T)                               \
  template void logsumexp_rows(const T*, Index, Index, T*); \
  template void softmax_rows(const T*, Index, Index, T*);
SPGRAD_INSTANTIATE(float)
SPGRAD_INSTANTIATE(double)
#undef SPGRAD_INSTANTIATE

}  // namespace spgrad::kernels
