// neg, conj, real, cast, stop_gradient: of dense operands, or of the data of sparse ones.
#include "src/graph/input_ops.hpp"
#include "src/ops/elements/elementwise.hpp"
#include "src/value/converted.hpp"

namespace spgrad {
namespace {

constexpr std::string_view kLetters = ". -> | i -> i | ij -> ij";

struct Negative {
  template <class T>
  requires(!std::is_same_v<T, bool>) T operator()(T x) const {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(0 - static_cast<std::uint64_t>(x));
    else
      return -x;
  }
};
struct Conjugate {
  template <class T>
  T operator()(T x) const {
    if constexpr (is_complex_v<T>)
      return std::conj(x);
    else
      return x;
  }
};
struct RealPart {
  template <class T>
  auto operator()(T x) const {
    if constexpr (is_complex_v<T>)
      return x.real();
    else
      return x;
  }
};

Type same_type(const Node& n) { return with_dtype(n.in[0], promoted_dtype(n)); }

Type real_type(const Node& n) { return with_dtype(n.in[0], real_of(promoted_dtype(n))); }

Type cast_type(const Node& n) {
  Type type = with_dtype(n.in[0], parse_dtype(n.attr<std::string>("dtype")));
  type.weak = false;
  return type;
}

void run_cast(RunContext& c) {
  const Value out = out_beside(c, 1);
  c.dispatch([&]<class From>() {
    dispatch(out.dtype(), [&]<class To>() { map_block<From>(c.in(0), out, [](From x) { return converted<To>(x); }); });
  });
}

void run_identity(RunContext& c) { c.set_out(c.in(0)); }

Var vjp_neg(const Var& out, const Var& g, int) { return out->has("structured") ? at(out->in[0], neg(g)) : neg(g); }
Var vjp_conj(const Var&, const Var& g, int) { return conj(g); }

// grad() takes the real part for a real input and converts to the input's dtype.
Var vjp_identity(const Var&, const Var& g, int) { return g; }

}  // namespace

constinit const Op ops::neg{
    .name = "neg",
    .inputs = "x",
    .attributes = "structured",
    .formula = "-x",
    .doc =
        "Unsigned integers wrap. With the attribute structured, the gradient of a sparse x is that at its stored "
        "positions.",
    .letters = kLetters,
    .infer = same_type,
    .run = run_map<Negative>,
    .elementwise = true,
    .spread = elementwise_spread,
    .vjp = vjp_neg,
    .pattern = same(0),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .accepts = kNumeric,
    .overwrites = inputs_mask({0}),
    .aliases = {.scipy = "-x", .torch = "torch.neg", .jax = "jax.numpy.negative", .petsc = "VecScale"},
};

constinit const Op ops::conj{
    .name = "conj",
    .inputs = "x",
    .formula = "conj(x)",
    .letters = kLetters,
    .infer = same_type,
    .run = run_map<Conjugate>,
    .elementwise = true,
    .spread = elementwise_spread,
    .vjp = vjp_conj,
    .pattern = same(0),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .overwrites = inputs_mask({0}),
    .aliases = {.scipy = "x.conj()", .torch = "torch.conj", .jax = "jax.numpy.conj", .petsc = "VecConjugate"},
};

constinit const Op ops::real{
    .name = "real",
    .inputs = "x",
    .formula = "Re x",
    .letters = kLetters,
    .infer = real_type,
    .run = run_map<RealPart>,
    .elementwise = true,
    .spread = elementwise_spread,
    .vjp = vjp_identity,
    .pattern = same(0),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .aliases = {.scipy = "x.real", .torch = "torch.real", .jax = "jax.numpy.real", .petsc = "VecRealPart"},
};

constinit const Op ops::cast{
    .name = "cast",
    .inputs = "x",
    .attributes = "dtype",
    .formula = "x, converted",
    .doc =
        "Complex to real keeps the real part. Floats become integers towards zero, modulo 2^bits; NaN and what 64 bits "
        "do not hold as if they were -2^63.",
    .letters = kLetters,
    .infer = cast_type,
    .run = run_cast,
    .elementwise = true,
    .spread = elementwise_spread,
    .vjp = vjp_identity,
    .pattern = same(0),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .aliases = {.scipy = "x.astype", .torch = "torch.Tensor.to", .jax = "jax.lax.convert_element_type"},
};

constinit const Op ops::stop_gradient{
    .name = "stop_gradient",
    .inputs = "x",
    .formula = "x",
    .doc = "A constant for derivatives.",
    .letters = kLetters,
    .infer = same_type,
    .run = run_identity,
    .elementwise = true,
    .spread = elementwise_spread,
    .pattern = same(0),
    .grad_kind = GradKind::none,
    .aliases = {.torch = "torch.Tensor.detach", .jax = "jax.lax.stop_gradient"},
};

Var neg(const Var& x) { return ops::neg(x); }
Var conj(const Var& x) { return is_complex(x->type.dtype) ? ops::conj(x) : x; }
Var real(const Var& x) { return is_complex(x->type.dtype) ? ops::real(x) : x; }
Var stop_gradient(const Var& x) { return ops::stop_gradient(x); }

Var cast(const Var& x, DType dtype) {
  if (x->op == &ops::constant) return constant(cast(x->value, dtype));
  if (x->type.dtype == dtype && !x->type.weak) return x;
  return apply(ops::cast, {x}, {{"dtype", std::string(name(dtype))}});
}

}  // namespace spgrad
