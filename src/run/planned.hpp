// planned.hpp: a program made into a schedule, for the values that it is given.
#pragma once

#include <functional>
#include <optional>

#include "spgrad/function.hpp"
#include "src/schedule/schedule.hpp"

namespace spgrad {

struct Planned {
  Vars graph;                ///< as it runs: sizes known, rewritten; the roots, then the targets of updates
  std::vector<Fired> fired;  ///< what was rewritten
  Schedule schedule;
};

/// The outputs of a program, then the values of its updates. Throws Error for what cannot be one, and for a place of
/// what is not given or cannot be there.
Vars roots_of(const Program& program);

/// The axis along which the program wants a given value to be cut, or kWhole; none if it is left to the plan.
std::optional<int> asked_axis(const Program& program, const Var& x);

/// What a call is given for an input, a shared value or a constant. Throws Error if it is missing or does not fit.
Value value_of(const Var& x, const Bindings& bindings);

/// What is known of what is given; refers to the bindings.
Estimate estimate_of(const Bindings& bindings);

/// Not collective: the same on all ranks whose values have the same types and whose offers are the same. `spans_hosts`:
/// see World.
Planned planned(const Program& program, const Vars& roots, const Bindings& bindings, const Offers& offers,
                bool spans_hosts);

}  // namespace spgrad
