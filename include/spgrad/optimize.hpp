// optimize.hpp: minimise a function of shared values: PETSc TAO's L-BFGS on our gradient, and plain gradient descent.
#pragma once

#include <functional>
#include <vector>

#include "spgrad/function.hpp"

namespace spgrad {

/// All that a run needs to go on as if it had not stopped. For L-BFGS: the last points and gradients, oldest first, the
/// current one last; x[i][p] is parameter p.
struct OptimizerState {
  Index iteration = 0;
  std::vector<std::vector<Value>> x, g;
};

/// What a monitor is told after every iteration, and once at the start.
struct Progress {
  Index iteration = 0;  ///< counted from the start of training, also after a resume
  double loss = 0;
  double gradient_norm = 0;               ///< 2-norm over all parameters
  std::function<OptimizerState()> state;  ///< the state now; copies it
};
/// Returns false to stop. Called on every rank with the same numbers; must answer the same on every rank.
using Monitor = std::function<bool(const Progress&)>;

struct OptimizeOptions {
  Index iterations = 100;            ///< the last iteration, counted from the start of training
  double gradient_tolerance = 1e-6;  ///< stop when the 2-norm of the gradient is below
  int history = 5;                   ///< L-BFGS: pairs kept
  double step = 1;                   ///< gradient descent: x <- x - step * gradient
  Monitor monitor{};
};

/// Collective. Minimises by L-BFGS (TAO's lmvm with a More-Thuente line search) from where the parameters are.
/// `function` returns the loss and then the gradient for each parameter; parameters are float64 or float32. `state` is
/// what an earlier run left (or empty) and becomes that of this run; a run resumed on the same ranks makes the same
/// steps, bit by bit. Source: PETSc manual, TaoLMVM. An Error from `function` leaves here on every rank.
void minimize_lbfgs(World& world, Function& function, const Bindings& inputs, const std::vector<Shared>& parameters,
                    OptimizerState& state, const OptimizeOptions& options);

/// Collective. The same by gradient descent: `function` returns the loss and the gradients at the parameters.
void minimize_gd(World& world, Function& function, const Bindings& inputs, const std::vector<Shared>& parameters,
                 OptimizerState& state, const OptimizeOptions& options);

}  // namespace spgrad
