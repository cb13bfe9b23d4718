// draw.hpp: a schedule as a picture, in the language of Graphviz.
#pragma once

#include <functional>
#include <span>

#include "src/schedule/schedule.hpp"

namespace spgrad {

/// Something that leaves a call.
struct Drawn {
  enum Kind : std::uint8_t { kOutput, kGradient, kUpdate } kind = kOutput;
  std::string name;
};

/// Operations coloured by where their rows are, moves in red with bytes(step), what comes in and goes out
/// (schedule.outputs, in that order), a legend of what there is.
std::string graphviz(const Schedule& schedule, std::span<const Drawn> outputs, const std::string& title,
                     const std::function<Index(std::size_t step)>& bytes);

}  // namespace spgrad
