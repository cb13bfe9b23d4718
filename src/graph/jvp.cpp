#include "spgrad/ops.hpp"
#include "src/graph/sums.hpp"
#include "src/graph/walk.hpp"

namespace spgrad {
namespace {

// d(f(x, y)) = f(dx, y) + f(x, dy)
Var each(const Var& x, const Vars& tangents) {
  Vars parts;
  for (std::size_t k = 0; k < x->in.size(); ++k) {
    if (!tangents[k] || (x->op->linear_in >> k & 1) == 0) continue;
    Vars in = x->in;
    in[k] = tangents[k];
    parts.push_back(apply(*x->op, std::move(in), x->attrs));
  }
  return sum_of(parts, x);
}

// d(f(x, y)) = f(dx, dy); where one is missing, zeros of its type stand for it.
Var jointly(const Var& x, const Vars& tangents) {
  Vars in = x->in;
  bool any = false;
  for (std::size_t k = 0; k < in.size(); ++k) {
    if ((x->op->linear_in >> k & 1) == 0) continue;
    any = any || tangents[k];
    const Var zero = cast(Var(0.0), in[k]->type.dtype);
    in[k] = tangents[k] ? tangents[k] : in[k]->type.sparse() ? at(in[k], zero) : broadcast_like(zero, in[k]);
  }
  return any ? apply(*x->op, std::move(in), x->attrs) : Var{};
}

// Functions of the stored entries, entry by entry.
bool reads_entries(const Op& op) {
  return op.jvp != nullptr && op.grad_kind == GradKind::structured && op.pattern.kind == PatternOf::kSame;
}

}  // namespace

Var entry_tangent(const Var& x, const Var& t) {
  if (!t || !x->type.sparse() || !t->type.sparse() || pattern_root(t) == pattern_root(x)) return t;
  return apply(ops::at_s_s, {x, t}, {{"by_entry", true}});
}

Var push_forward(const Var& x, Vars tangents) {
  const Op& op = *x->op;
  for (std::size_t k = 0; k < tangents.size() && reads_entries(op); ++k)
    tangents[k] = entry_tangent(x->in[k], tangents[k]);
  if (op.jvp != nullptr) return op.jvp(x, tangents);
  require(op.linear != Linear::none, "jvp: ", op.name, " has no jvp");
  return op.linear == Linear::each ? each(x, tangents) : jointly(x, tangents);
}

}  // namespace spgrad
