// Derivatives, which are graphs like any other.
#include "spgrad/grad.hpp"
#include "src/lang/functions.hpp"

namespace spgrad::lang {
namespace {

Var gradient(const Var& cost, const Var& wrt, bool structured) {
  return grad(cost, Vars{wrt}, {.structured = structured})[0];
}
Var along(const Var& out, const Var& wrt, const Var& tangent) {
  const Var t = jvp(out, {{wrt, tangent}});
  require(static_cast<bool>(t), "out does not depend on wrt");
  return t;
}
Var pulled_back(const Var& out, const Var& cotangent, const Var& wrt) { return vjp({out}, {cotangent}, {wrt})[0]; }
Var hessian_times(const Var& cost, const Var& wrt, const Var& v) { return hvp(cost, {wrt}, {v})[0]; }

constexpr Function kFunctions[]{
    {"grad", "cost, wrt, structured=False", of<&gradient>},
    {"jvp", "out, wrt, tangent", of<&along>},
    {"vjp", "out, cotangent, wrt", of<&pulled_back>},
    {"hvp", "cost, wrt, v", of<&hessian_times>},
};

}  // namespace

std::span<const Function> derivative_functions() { return kFunctions; }

}  // namespace spgrad::lang
