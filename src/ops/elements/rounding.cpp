// rint, ceil, floor, trunc: their derivative is zero wherever they have one.
#include <cmath>

#include "src/graph/sums.hpp"
#include "src/ops/elements/slopes.hpp"

namespace spgrad {
namespace {

template <double (*kDouble)(double), float (*kFloat)(float)>
struct Rounded {
  template <class T>
  requires(!is_complex_v<T>) T operator()(T x) const {
    if constexpr (std::is_same_v<T, double>)
      return kDouble(x);
    else if constexpr (std::is_same_v<T, float>)
      return kFloat(x);
    else
      return x;
  }
};

template <double (*kDouble)(double), float (*kFloat)(float)>
constexpr Op rounding(std::string_view name, std::string_view formula, Aliases aliases) {
  return {.name = name,
          .inputs = "x",
          .formula = formula,
          .doc = "As in PyTensor, integers give floats. Of a sparse operand: of its stored entries, duplicates each.",
          .letters = kOneOperand,
          .infer = float_type,
          .run = run_map<Rounded<kDouble, kFloat>>,
          .elementwise = true,
          .spread = elementwise_spread,
          .vjp = [](const Var& out, const Var&, int) { return zero_like(out->in[0]); },
          .jvp = [](const Var&, const Vars&) -> Var { return {}; },
          .pattern = same(0),
          .grad_kind = GradKind::structured,
          .accepts = kOrdered,
          .overwrites = inputs_mask({0}),
          .compute = float_of,
          .aliases = aliases};
}

// There is nothing to round in an integer.
template <double (*kDouble)(double), float (*kFloat)(float)>
constexpr Op rounding_to_same(std::string_view name, std::string_view formula, Aliases aliases) {
  Op op = rounding<kDouble, kFloat>(name, formula, aliases);
  op.doc = "Integers stay as they are. Of a sparse operand: of its stored entries, duplicates each.";
  op.infer = [](const Node& n) { return with_dtype(n.in[0], promoted_dtype(n)); };
  op.compute = nullptr;
  return op;
}

}  // namespace

constinit const Op ops::rint = rounding_to_same<::rint, ::rintf>("rint", "the nearest integer, the even one of two",
                                                                 {"x.rint()", "torch.round", "jax.numpy.rint"});
constinit const Op ops::ceil =
    rounding<::ceil, ::ceilf>("ceil", "the next integer >= x", {"x.ceil()", "torch.ceil", "jax.numpy.ceil"});
constinit const Op ops::floor =
    rounding<::floor, ::floorf>("floor", "the next integer <= x", {"x.floor()", "torch.floor", "jax.numpy.floor"});
constinit const Op ops::trunc =
    rounding<::trunc, ::truncf>("trunc", "x without its fraction", {"x.trunc()", "torch.trunc", "jax.numpy.trunc"});

Var rint(const Var& x) { return ops::rint(x); }
Var ceil(const Var& x) { return ops::ceil(x); }
Var floor(const Var& x) { return ops::floor(x); }
Var trunc(const Var& x) { return ops::trunc(x); }

}  // namespace spgrad
