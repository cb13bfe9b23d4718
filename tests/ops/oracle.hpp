// oracle.hpp: what a graph is worth, computed node by node on whole arrays. Slow and simple by design; it shares no
// code with the ops, so an error must be made twice to go unseen.
#pragma once

#include <functional>
#include <unordered_map>

#include "tests/ops/whole.hpp"

namespace spgrad::tests {

using Given = std::unordered_map<const Node*, Whole>;  ///< the inputs of a graph

/// The value of `out`. Throws Error for an op that it does not know, and where the result has another shape than the
/// graph says.
Whole evaluate(const Var& out, const Given& given);
bool oracle_knows(std::string_view op);

/// d f / d tau where every input with a tangent moves along it. Fourth-order differences of the elements, of width h.
using Function1 = std::function<std::vector<Complex>(const Given&)>;
std::vector<Complex> along(const Function1& f, const Given& at, const Given& tangents, double h = 1e-3);

/// The derivatives of f by each element of one input: those by its real part and, of a complex one, by its imaginary
/// part.
class Jacobian {
 public:
  Jacobian(const Function1& f, const Given& at, const Var& wrt);
  /// dL/dRe + i dL/dIm of L = Re(w^H f).
  std::vector<Complex> gradient(const std::vector<Complex>& w) const;

 private:
  std::vector<std::vector<Complex>> by_real_, by_imaginary_;
};

}  // namespace spgrad::tests
