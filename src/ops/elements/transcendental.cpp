// exp, expm1, log, log1p, sigmoid, softplus, and what is structured of them: of the stored entries only.
#include "src/ops/elements/library_function.hpp"

namespace spgrad {
namespace {

using kernels::Unary;

Var slope_of_exp(const Var& y) { return y; }
Var slope_of_expm1(const Var& y) { return add(y, 1.0); }
Var slope_of_log(const Var& x) { return div(1.0, x); }
Var slope_of_log1p(const Var& x) { return div(1.0, add(x, 1.0)); }
Var slope_of_sigmoid(const Var& y) { return mul(y, sub(1.0, y)); }
Var slope_of_softplus(const Var& x) { return sigmoid(x); }

}  // namespace

constinit const Op ops::exp = library_function<Unary::exp, Of::result, slope_of_exp>(
    "exp", "exp(x)", Takes::dense,
    {.scipy = "numpy.exp", .torch = "torch.exp", .jax = "jax.numpy.exp", .petsc = "VecExp"});
constinit const Op ops::structured_exp = library_function<Unary::exp, Of::result, slope_of_exp>(
    "structured_exp", "exp(A_ij) where A stores an entry", Takes::stored, {});
constinit const Op ops::expm1 = library_function<Unary::expm1, Of::result, slope_of_expm1>(
    "expm1", "exp(x) - 1", Takes::both, {.scipy = "x.expm1()", .torch = "torch.expm1", .jax = "jax.numpy.expm1"});
constinit const Op ops::log = library_function<Unary::log, Of::operand, slope_of_log>(
    "log", "log(x)", Takes::dense,
    {.scipy = "numpy.log", .torch = "torch.log", .jax = "jax.numpy.log", .petsc = "VecLog"});
constinit const Op ops::structured_log = library_function<Unary::log, Of::operand, slope_of_log>(
    "structured_log", "log(A_ij) where A stores an entry", Takes::stored, {});
constinit const Op ops::log1p = library_function<Unary::log1p, Of::operand, slope_of_log1p>(
    "log1p", "log(1 + x)", Takes::both, {.scipy = "x.log1p()", .torch = "torch.log1p", .jax = "jax.numpy.log1p"});
constinit const Op ops::sigmoid = library_function<Unary::sigmoid, Of::result, slope_of_sigmoid>(
    "sigmoid", "1 / (1 + exp(-x))", Takes::dense,
    {.scipy = "scipy.special.expit", .torch = "torch.sigmoid", .jax = "jax.nn.sigmoid"}, kOrdered);
constinit const Op ops::structured_sigmoid = library_function<Unary::sigmoid, Of::result, slope_of_sigmoid>(
    "structured_sigmoid", "1 / (1 + exp(-A_ij)) where A stores an entry", Takes::stored, {}, kOrdered);
constinit const Op ops::softplus = library_function<Unary::softplus, Of::operand, slope_of_softplus>(
    "softplus", "log(1 + exp(x))", Takes::dense,
    {.scipy = "numpy.logaddexp(0, x)", .torch = "torch.nn.functional.softplus", .jax = "jax.nn.softplus"}, kOrdered);

Var exp(const Var& x) { return ops::exp(x); }
Var structured_exp(const Var& A) { return ops::structured_exp(A); }
Var expm1(const Var& x) { return ops::expm1(x); }
Var log(const Var& x) { return ops::log(x); }
Var structured_log(const Var& A) { return ops::structured_log(A); }
Var log1p(const Var& x) { return ops::log1p(x); }
Var sigmoid(const Var& x) { return ops::sigmoid(x); }
Var structured_sigmoid(const Var& A) { return ops::structured_sigmoid(A); }
Var softplus(const Var& x) { return ops::softplus(x); }

}  // namespace spgrad
