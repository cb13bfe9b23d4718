// reads.hpp: which slots a step reads.
#pragma once

#include <vector>

#include "src/schedule/schedule.hpp"

namespace spgrad {

/// The slots whose values tell a move what to do.
template <class Visit>
void for_each_teller(const Begin& b, Visit&& visit) {
  for (const Slot slot : {b.by, b.target.layout.entries_of, b.target.layout.fences_of})
    if (slot >= 0) visit(slot);
  for (const Slot slot : b.operands)
    if (slot >= 0) visit(slot);
}

/// The slots a step reads. A move reads until its End. `begun`: by slot, the Begin that it comes from.
template <class Visit>
void for_each_read(const Step& step, const std::vector<const Begin*>& begun, Visit&& visit) {
  for (const Run& run : runs_of(step)) {
    for (const Slot slot : run.in) visit(slot);
    for (const Slot slot : {run.place.layout.entries_of, run.place.layout.fences_of, run.rows_of})
      if (slot >= 0) visit(slot);
  }
  if (const auto* end = std::get_if<End>(&step)) {
    const Begin& b = *begun[static_cast<std::size_t>(end->to)];
    visit(b.from);
    for_each_teller(b, visit);
    for (const Slot slot : end->with) visit(begun[static_cast<std::size_t>(slot)]->from);
  }
}

}  // namespace spgrad
