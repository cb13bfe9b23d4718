// maximum, minimum and their structured forms; relu and clip, which are made of them.
#include "src/ops/elements/of_two.hpp"

namespace spgrad {
namespace {

// A NaN in either operand is the result.
struct Larger {
  template <class T>
  requires(!is_complex_v<T>) T operator()(T a, T b) const { return a >= b || a != a ? a : b; }
};
struct Smaller {
  template <class T>
  requires(!is_complex_v<T>) T operator()(T a, T b) const { return a <= b || a != a ? a : b; }
};

// 1 where x is the result; equal operands are both, then all goes to x.
template <Var (*kWins)(const Var&, const Var&)>
Var partial(const Var& x, const Var& y, int k, DType dtype) {
  const Var to_x = cast(kWins(x, y), dtype);
  return k == 0 ? to_x : sub(1, to_x);
}

constexpr std::string_view kDoc = "As in PyTensor, where both are equal x has the whole gradient. NaN passes through.";
constexpr std::string_view kStoredDoc =
    "Of the stored entries, duplicates each; y is a scalar. As in PyTensor, where both are equal A has the whole "
    "gradient.";

}  // namespace

constinit const Op ops::maximum = of_two<Larger, partial<spgrad::ge>>(
    "maximum", "max(x, y)", kDoc, kOrdered,
    {.scipy = "numpy.maximum", .torch = "torch.maximum", .jax = "jax.numpy.maximum"});
constinit const Op ops::minimum = of_two<Smaller, partial<spgrad::le>>(
    "minimum", "min(x, y)", kDoc, kOrdered,
    {.scipy = "numpy.minimum", .torch = "torch.minimum", .jax = "jax.numpy.minimum"});
constinit const Op ops::structured_maximum = of_entries_and_scalar<Larger, partial<spgrad::ge>>(
    "structured_maximum", "max(A_ij, y) where A stores an entry", kStoredDoc, kOrdered);
constinit const Op ops::structured_minimum = of_entries_and_scalar<Smaller, partial<spgrad::le>>(
    "structured_minimum", "min(A_ij, y) where A stores an entry", kStoredDoc, kOrdered);

Var maximum(const Var& x, const Var& y) { return ops::maximum(x, y); }
Var minimum(const Var& x, const Var& y) { return ops::minimum(x, y); }
Var structured_maximum(const Var& A, const Var& y) { return ops::structured_maximum(A, y); }
Var structured_minimum(const Var& A, const Var& y) { return ops::structured_minimum(A, y); }

// Between equals the first one has the gradient: x, as in PyTensor.
Var relu(const Var& x) { return maximum(x, 0); }
Var clip(const Var& x, const Var& low, const Var& high) { return minimum(maximum(x, low), high); }

}  // namespace spgrad
