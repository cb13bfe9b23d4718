// sqr, sqrt: of dense operands, or of the stored entries of sparse ones.
#include <cmath>

#include "src/ops/elements/slopes.hpp"

namespace spgrad {
namespace {

struct Square {
  template <class T>
  T operator()(T x) const {
    if constexpr (is_complex_v<T>)
      return {x.real() * x.real() - x.imag() * x.imag(), 2 * x.real() * x.imag()};
    else if constexpr (std::is_same_v<T, bool>)
      return x;
    else if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(x));
    else
      return x * x;
  }
};
struct Root {
  template <class T>
  requires(!std::is_integral_v<T>) T operator()(T x) const { return std::sqrt(x); }
};
// 2 x t: the scalar meets the smaller factor first.
Var twice_times(const Var& x, const Var& t) { return x->type.sparse() ? times(t, mul(x, 2)) : mul(mul(t, 2), x); }

Var slope_of_sqrt(const Var& y) { return div(0.5, y); }

}  // namespace

constinit const Op ops::sqr{
    .name = "sqr",
    .inputs = "x",
    .formula = "x o x",
    .doc = kOfEntries,
    .letters = kOneOperand,
    .infer = [](const Node& n) { return with_dtype(n.in[0], promoted_dtype(n)); },
    .run = run_map<Square>,
    .elementwise = true,
    .spread = elementwise_spread,
    .vjp = [](const Var& out, const Var& g, int) { return twice_times(spgrad::conj(out->in[0]), g); },
    .jvp = [](const Var& out, const Vars& t) { return twice_times(out->in[0], t[0]); },
    .pattern = same(0),
    .grad_kind = GradKind::structured,
    .overwrites = inputs_mask({0}),
    .aliases = {.scipy = "x.power(2)", .torch = "torch.square", .jax = "jax.numpy.square"},
};

constinit const Op ops::sqrt{
    .name = "sqrt",
    .inputs = "x",
    .formula = "the square root of x",
    .doc = kOfEntries,
    .letters = kOneOperand,
    .infer = float_type,
    .run = run_map<Root>,
    .elementwise = true,
    .spread = elementwise_spread,
    .vjp = vjp_by_slope<Of::result, slope_of_sqrt>,
    .jvp = jvp_by_slope<Of::result, slope_of_sqrt>,
    .pattern = same(0),
    .grad_kind = GradKind::structured,
    .overwrites = inputs_mask({0}),
    .compute = float_of,
    .aliases = {.scipy = "x.sqrt()", .torch = "torch.sqrt", .jax = "jax.numpy.sqrt", .petsc = "VecSqrtAbs"},
};

Var sqr(const Var& x) { return ops::sqr(x); }
Var sqrt(const Var& x) { return ops::sqrt(x); }

}  // namespace spgrad
