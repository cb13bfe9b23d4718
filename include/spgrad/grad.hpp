// grad.hpp: derivatives. They are graphs like any other: differentiate them again.
#pragma once

#include <map>
#include <utility>

#include "spgrad/op.hpp"

namespace spgrad {

/// What grad does with a `wrt` on which the cost does not depend.
enum class Disconnected : std::uint8_t { raise, zeros };

struct GradOptions {
  std::vector<std::pair<Var, Var>> known_grads{};  ///< (variable, its cotangent): taken as given
  Vars consider_constant{};                        ///< nothing flows through these
  Disconnected disconnected = Disconnected::raise;
  /// Gradients of sparse variables at their stored positions, on their Sparsity, whatever the kinds of the ops say.
  bool structured = false;
};

/// d cost / d wrt for each wrt; cost is a real scalar. Reverse mode. For complex x the gradient is dL/dRe x + i dL/dIm
/// x, the direction of steepest ascent: <u, v> = Re(u^H v). The gradient of a dense variable has its type, cut and
/// layout; that of a sparse one is what the ops' GradKind says: structured (on its pattern) or regular (any pattern, or
/// dense). Where it is both, in parts, and the variable stores a position twice, the call throws Error unless
/// options.structured is set: entries of one position then have gradients of their own. Throws Error if cost is no real
/// scalar, or if an op on the way has no derivative, naming it.
Vars grad(const Var& cost, const Vars& wrt, const GradOptions& options = {});
Var grad(const Var& cost, const Var& wrt);

/// Directional derivative of `out` when each variable moves along its tangent (of the variable's shape). Forward mode.
/// Zero (an empty Var) where out does not depend on any.
Var jvp(const Var& out, const std::vector<std::pair<Var, Var>>& tangents);
Vars jvp(const Vars& outs, const std::vector<std::pair<Var, Var>>& tangents);

/// sum over outs of <cotangent, d out / d wrt>: reverse mode from given cotangents, for outputs of any shape.
Vars vjp(const Vars& outs, const Vars& cotangents, const Vars& wrt, const GradOptions& options = {});

/// Hessian-vector product d/dt grad(cost, wrt)(wrt + t v): forward over reverse.
Vars hvp(const Var& cost, const Vars& wrt, const Vars& v);

}  // namespace spgrad
