// abs, sign.
#include <cmath>

#include "src/graph/sums.hpp"
#include "src/ops/elements/slopes.hpp"

namespace spgrad {
namespace {

struct Modulus {
  template <class T>
  auto operator()(T x) const {
    if constexpr (std::is_same_v<T, bool> || std::is_unsigned_v<T>)
      return x;
    else if constexpr (std::is_integral_v<T>)
      return static_cast<T>(x < 0 ? 0 - static_cast<std::uint64_t>(x) : static_cast<std::uint64_t>(x));
    else
      return std::abs(x);
  }
};
struct Sign {
  template <class T>
  T operator()(T x) const {
    if constexpr (std::is_same_v<T, bool>)
      return x;
    else if constexpr (is_complex_v<T>)
      return x == T(0) ? x : x / std::abs(x);
    else if constexpr (std::is_floating_point_v<T>)
      return x != x ? x : static_cast<T>((x > 0) - (x < 0));
    else
      return static_cast<T>((x > 0) - (x < 0));
  }
};

// abs moves with the part of t along x.
Var jvp_abs(const Var& out, const Vars& t) { return real(times(t[0], conj(sign(out->in[0])))); }
Var vjp_abs(const Var& out, const Var& g, int) { return times(g, sign(out->in[0])); }

// The sign of a complex x turns with the part of t across x: u Re(conj(u) t) / |x|, where u = i sign(x); 0 at 0.
Var turn(const Var& x, const Var& t) {
  const auto across = [](const Var& z) { return mul(sign(z), std::complex<double>(0, 1)); };
  const auto across_by_modulus = [&](const Var& z) {
    const Var r = abs(z);
    return div(across(z), where(eq(r, 0.0), 1.0, r));
  };
  return times(real(times(t, conj(on_elements(x, across)))), on_elements(x, across_by_modulus));
}
Var vjp_sign(const Var& out, const Var& g, int) {
  const Var& x = out->in[0];
  return is_complex(x->type.dtype) ? turn(x, g) : zero_like(x);
}
Var jvp_sign(const Var& out, const Vars& t) {
  const Var& x = out->in[0];
  return is_complex(x->type.dtype) ? turn(x, t[0]) : Var{};
}

}  // namespace

constinit const Op ops::abs{
    .name = "abs",
    .inputs = "x",
    .formula = "|x|",
    .doc =
        "Of a complex number its modulus, of a real dtype. The gradient is g x / |x|, at 0 it is 0. Of a sparse "
        "operand: of its stored entries, duplicates each.",
    .letters = kOneOperand,
    .infer = [](const Node& n) { return with_dtype(n.in[0], real_of(promoted_dtype(n))); },
    .run = run_map<Modulus>,
    .elementwise = true,
    .spread = elementwise_spread,
    .vjp = vjp_abs,
    .jvp = jvp_abs,
    .pattern = same(0),
    .grad_kind = GradKind::structured,
    .aliases = {.scipy = "abs(x)", .torch = "torch.abs", .jax = "jax.numpy.abs", .petsc = "VecAbs"},
};

constinit const Op ops::sign{
    .name = "sign",
    .inputs = "x",
    .formula = "x / |x|, and 0 where x is",
    .doc =
        "-1, 0 or 1 of real numbers, whose gradient is zero. Of a sparse operand: of its stored entries, duplicates "
        "each.",
    .letters = kOneOperand,
    .infer = [](const Node& n) { return with_dtype(n.in[0], promoted_dtype(n)); },
    .run = run_map<Sign>,
    .elementwise = true,
    .spread = elementwise_spread,
    .vjp = vjp_sign,
    .jvp = jvp_sign,
    .pattern = same(0),
    .grad_kind = GradKind::structured,
    .overwrites = inputs_mask({0}),
    .aliases = {.scipy = "x.sign()", .torch = "torch.sgn", .jax = "jax.numpy.sign"},
};

Var abs(const Var& x) { return ops::abs(x); }
Var sign(const Var& x) { return ops::sign(x); }

}  // namespace spgrad
