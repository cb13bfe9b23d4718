// eq, neq, lt, le, gt, ge of dense operands: bool, without derivative. Sparse operands have forms of their own
// (sparse_comparisons.cpp), which `select` and the public functions choose.
#include "src/ops/elements/comparisons.hpp"

namespace spgrad {
namespace {

Type infer(const Node& n) {
  require(!n.in[1]->type.sparse(), "of a sparse and a dense operand the sparse one comes first");
  return {DType::bool_, Format::dense, elementwise_type(n).shape};
}

// S_S, S_D: the forms for a sparse x.
template <class F, const Op& S_S, const Op& S_D>
constexpr Op comparison(std::string_view name, std::string_view formula, Aliases aliases) {
  return {.name = name,
          .inputs = "x y",
          .formula = formula,
          .letters = "* * -> *",
          .infer = infer,
          .run = run_zip<F>,
          .elementwise = true,
          .spread = elementwise_spread,
          .grad_kind = GradKind::none,
          .accepts = F::kAccepts,
          .commutative = std::is_same_v<F, Equal> || std::is_same_v<F, NotEqual>,
          .select = [](const Vars& in) -> const Op* {
            if (in.size() != 2 || !in[0] || !in[1] || !in[0]->type.sparse()) return nullptr;
            return in[1]->type.sparse() ? &S_S : &S_D;
          },
          .aliases = aliases};
}

// x relation y; `mirrored` is the relation that y has to x then.
Var compared(const Op& relation, const Op& mirrored, const Var& x, const Var& y) {
  return !x->type.sparse() && y->type.sparse() ? mirrored(y, x) : relation(x, y);
}

}  // namespace

constinit const Op ops::eq = comparison<Equal, ops::eq_s_s, ops::eq_s_d>(
    "eq", "x == y", {.scipy = "numpy.equal", .torch = "torch.eq", .jax = "jax.numpy.equal"});
constinit const Op ops::neq = comparison<NotEqual, ops::neq_s_s, ops::neq_s_d>(
    "neq", "x != y", {.scipy = "numpy.not_equal", .torch = "torch.ne", .jax = "jax.numpy.not_equal"});
constinit const Op ops::lt = comparison<Less, ops::lt_s_s, ops::lt_s_d>(
    "lt", "x < y", {.scipy = "numpy.less", .torch = "torch.lt", .jax = "jax.numpy.less"});
constinit const Op ops::le = comparison<LessOrEqual, ops::le_s_s, ops::le_s_d>(
    "le", "x <= y", {.scipy = "numpy.less_equal", .torch = "torch.le", .jax = "jax.numpy.less_equal"});
constinit const Op ops::gt = comparison<Greater, ops::gt_s_s, ops::gt_s_d>(
    "gt", "x > y", {.scipy = "numpy.greater", .torch = "torch.gt", .jax = "jax.numpy.greater"});
constinit const Op ops::ge = comparison<GreaterOrEqual, ops::ge_s_s, ops::ge_s_d>(
    "ge", "x >= y", {.scipy = "numpy.greater_equal", .torch = "torch.ge", .jax = "jax.numpy.greater_equal"});

Var eq(const Var& x, const Var& y) { return compared(ops::eq, ops::eq, x, y); }
Var neq(const Var& x, const Var& y) { return compared(ops::neq, ops::neq, x, y); }
Var lt(const Var& x, const Var& y) { return compared(ops::lt, ops::gt, x, y); }
Var le(const Var& x, const Var& y) { return compared(ops::le, ops::ge, x, y); }
Var gt(const Var& x, const Var& y) { return compared(ops::gt, ops::lt, x, y); }
Var ge(const Var& x, const Var& y) { return compared(ops::ge, ops::le, x, y); }

}  // namespace spgrad
