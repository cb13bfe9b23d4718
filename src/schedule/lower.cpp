// lower.cpp: ops that need whole lines, along an axis that is cut, made by others that do not.
#include "spgrad/rewrite.hpp"
#include "src/graph/walk.hpp"
#include "src/schedule/classes.hpp"
#include "src/schedule/schedule.hpp"

namespace spgrad {

Vars lowered(const Vars& graph, const Offers& offers) {
  const DimensionClasses classes(topological(graph), offers);
  bool any = false;
  Vars made = rebuild(graph, [&](const Var& x, const Vars& in) -> Var {
    if (x->op->lowered == nullptr) return {};
    Var y = x->op->lowered(with_inputs(x, in), classes.cut_axis(x->in[0].get()));
    require(!y || y->type == x->type, x->op->name, " is lowered to a ", y ? y->type : x->type, ", not a ", x->type);
    any = any || y;
    return y;
  });
  return any ? rewrite(made, {}) : graph;  // equal nodes merged: a gradient shares what its operation has made
}

}  // namespace spgrad
