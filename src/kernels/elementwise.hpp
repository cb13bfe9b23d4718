// elementwise.hpp: functions of every element of an array, and of its rows.
#pragma once

#include "src/kernels/isa/table.hpp"
#include "src/kernels/views.hpp"

namespace spgrad::kernels {

#define SPGRAD_ENUMERATOR(name) name,
enum class Unary : std::uint8_t { SPGRAD_LIBRARY_FUNCTIONS(SPGRAD_ENUMERATOR) sigmoid, softplus };
#undef SPGRAD_ENUMERATOR

/// out[i] = f(x[i]), n elements; out may be x. Instantiated for float, double and their complex types (no softplus,
/// sigmoid for complex). Vectorised (libmvec) within 4 ulp; infinities, NaN and the sign of zeros as the C library has
/// them.
template <class T>
void map(Unary f, const T* x, T* out, Index n);

/// sum of x[i] y[i], n elements: by halves, so that the rounding error grows with log n. Instantiated for every dtype.
template <class T>
T inner(const T* x, const T* y, Index n);

/// Over every row x of length k: out = log(sum_j exp(x[j])), computed with the maximum taken out: no overflow; a row of
/// -inf gives -inf, k = 0 gives -inf.
template <class T>
void logsumexp_rows(const T* x, Index rows, Index k, T* out);
/// out[i,:] = g[i] exp(x[i,:] - logsumexp(x[i,:])), g null: 1. out may be x.
template <class T>
void softmax_rows(const T* x, const T* g, Index rows, Index k, T* out);

}  // namespace spgrad::kernels
