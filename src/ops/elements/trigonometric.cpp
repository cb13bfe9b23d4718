// Trigonometric and hyperbolic functions and their inverses. cos and cosh are for dense operands: they make entries of
// the zeros that a sparse one does not store.
#include "src/ops/elements/library_function.hpp"

namespace spgrad {
namespace {

using kernels::Unary;

// 1 - x^2 without the loss of digits near 1.
Var one_minus_square(const Var& x) { return mul(sub(1.0, x), add(x, 1.0)); }

Var slope_of_sin(const Var& x) { return cos(x); }
Var slope_of_cos(const Var& x) { return neg(sin(x)); }
Var slope_of_tan(const Var& y) { return add(sqr(y), 1.0); }
Var slope_of_arcsin(const Var& x) { return div(1.0, sqrt(one_minus_square(x))); }
Var slope_of_arctan(const Var& x) { return div(1.0, add(sqr(x), 1.0)); }
Var slope_of_sinh(const Var& x) { return cosh(x); }
Var slope_of_cosh(const Var& x) { return sinh(x); }
Var slope_of_tanh(const Var& y) { return sub(1.0, sqr(y)); }
Var slope_of_arcsinh(const Var& x) { return div(1.0, sqrt(add(sqr(x), 1.0))); }
Var slope_of_arctanh(const Var& x) { return div(1.0, one_minus_square(x)); }

}  // namespace

constinit const Op ops::sin = library_function<Unary::sin, Of::operand, slope_of_sin>(
    "sin", "sin(x)", Takes::both, {.scipy = "x.sin()", .torch = "torch.sin", .jax = "jax.numpy.sin"});
constinit const Op ops::cos = library_function<Unary::cos, Of::operand, slope_of_cos>(
    "cos", "cos(x)", Takes::dense, {.scipy = "numpy.cos", .torch = "torch.cos", .jax = "jax.numpy.cos"});
constinit const Op ops::tan = library_function<Unary::tan, Of::result, slope_of_tan>(
    "tan", "tan(x)", Takes::both, {.scipy = "x.tan()", .torch = "torch.tan", .jax = "jax.numpy.tan"});
constinit const Op ops::arcsin = library_function<Unary::asin, Of::operand, slope_of_arcsin>(
    "arcsin", "arcsin(x)", Takes::both, {.scipy = "x.arcsin()", .torch = "torch.arcsin", .jax = "jax.numpy.arcsin"});
constinit const Op ops::arctan = library_function<Unary::atan, Of::operand, slope_of_arctan>(
    "arctan", "arctan(x)", Takes::both, {.scipy = "x.arctan()", .torch = "torch.arctan", .jax = "jax.numpy.arctan"});
constinit const Op ops::sinh = library_function<Unary::sinh, Of::operand, slope_of_sinh>(
    "sinh", "sinh(x)", Takes::both, {.scipy = "x.sinh()", .torch = "torch.sinh", .jax = "jax.numpy.sinh"});
constinit const Op ops::cosh = library_function<Unary::cosh, Of::operand, slope_of_cosh>(
    "cosh", "cosh(x)", Takes::dense, {.scipy = "numpy.cosh", .torch = "torch.cosh", .jax = "jax.numpy.cosh"});
constinit const Op ops::tanh = library_function<Unary::tanh, Of::result, slope_of_tanh>(
    "tanh", "tanh(x)", Takes::both, {.scipy = "x.tanh()", .torch = "torch.tanh", .jax = "jax.numpy.tanh"});
constinit const Op ops::arcsinh = library_function<Unary::asinh, Of::operand, slope_of_arcsinh>(
    "arcsinh", "arcsinh(x)", Takes::both,
    {.scipy = "x.arcsinh()", .torch = "torch.arcsinh", .jax = "jax.numpy.arcsinh"});
constinit const Op ops::arctanh = library_function<Unary::atanh, Of::operand, slope_of_arctanh>(
    "arctanh", "arctanh(x)", Takes::both,
    {.scipy = "x.arctanh()", .torch = "torch.arctanh", .jax = "jax.numpy.arctanh"});

Var sin(const Var& x) { return ops::sin(x); }
Var cos(const Var& x) { return ops::cos(x); }
Var tan(const Var& x) { return ops::tan(x); }
Var arcsin(const Var& x) { return ops::arcsin(x); }
Var arctan(const Var& x) { return ops::arctan(x); }
Var sinh(const Var& x) { return ops::sinh(x); }
Var cosh(const Var& x) { return ops::cosh(x); }
Var tanh(const Var& x) { return ops::tanh(x); }
Var arcsinh(const Var& x) { return ops::arcsinh(x); }
Var arctanh(const Var& x) { return ops::arctanh(x); }

}  // namespace spgrad
