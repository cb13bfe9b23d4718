// explained.hpp: a schedule as text, beside what a model says of it.
#pragma once

#include <functional>
#include <string>

#include "spgrad/model.hpp"
#include "src/schedule/schedule.hpp"

namespace spgrad {

/// `sent`: payload bytes that this rank sent in a step.
std::string explained(const Schedule& schedule, const std::function<Index(std::size_t)>& sent);
/// `peak`: what calls have taken (Function::peak_memory). Throws Error if the model is not of this schedule.
std::string explained(const Schedule& schedule, const std::function<Index(std::size_t)>& sent,
                      const RunModel& predicted, Index peak);

}  // namespace spgrad
