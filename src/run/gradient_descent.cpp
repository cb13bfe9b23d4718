#include <cmath>

#include "spgrad/ops.hpp"
#include "spgrad/optimize.hpp"
#include "src/run/packing.hpp"

namespace spgrad {

void minimize_gd(World& world, Function& function, const Bindings& inputs, const std::vector<Shared>& parameters,
                 OptimizerState& state, const OptimizeOptions& options) {
  std::vector<Value> results = function(inputs);
  const Packing packing(world, parameters);
  std::vector<double> x(static_cast<std::size_t>(packing.local_size())), g(x.size());
  const auto state_now = [&] { return OptimizerState{state.iteration, {}, {}}; };

  for (;; ++state.iteration) {
    packing.pack(packing.placed({results.begin() + 1, results.end()}), g);
    double square = 0;
    for (const double v : g) square += v * v;
    const double norm = std::sqrt(world.reduce(square));
    const bool go_on = !options.monitor || options.monitor({state.iteration, results[0].scalar(), norm, state_now});
    if (!go_on || state.iteration >= options.iterations || norm < options.gradient_tolerance) return;

    std::vector<Value> now;
    for (const Shared& s : parameters) now.push_back(s.value());
    packing.pack(now, x);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] -= options.step * g[i];
    const std::vector<Value> next = packing.unpack(x);
    for (std::size_t p = 0; p < parameters.size(); ++p) parameters[p].set(next[p]);
    results = function(inputs);
  }
}

}  // namespace spgrad
