#include "src/run/explained.hpp"

#include "src/run/profile_table.hpp"

namespace spgrad {
namespace {

std::string bytes_sent(Index bytes) {
  return bytes == 0 ? std::string() : text("  [", bytes, " bytes sent by this rank]");
}

std::string note(const ModelledStep& s, bool is_move) {
  const std::string what = is_move ? text(static_cast<Index>(s.bytes), " bytes of all ranks")
                                   : short_number(s.kernel.flops, "flops, ") + short_number(s.kernel.bytes, "B");
  return text("  [model: ", what, ", ", short_number(s.seconds, "s"), s.estimated ? ", estimated" : "", ']');
}

// By step of the schedule; null: it does nothing of note.
std::vector<const ModelledStep*> by_step(const Schedule& schedule, const RunModel& model) {
  const std::vector<std::string> names = labels(schedule);
  std::vector<const ModelledStep*> all(names.size());
  for (const ModelledStep& s : model.steps) {
    if (s.what == kAgreements) continue;
    require(s.step < names.size() && s.what.starts_with(names[s.step]), "explain: the step '", s.what,
            "' that is predicted is none of the last call");
    all[s.step] = &s;
  }
  return all;
}

}  // namespace

std::string to_string(const RunModel& m) {
  return text("model of a call on ", m.ranks, m.ranks == 1 ? " rank" : " ranks",
              ", machine: ", m.machine.empty() ? "none in particular" : m.machine, ": ", short_number(m.seconds, "s"),
              "; ", short_number(m.kernels, "s"), " in kernels, ", short_number(m.moves, "s"), " in moves\n",
              "memory of the rank that needs most: ", short_number(m.memory, "B"), "; ", short_number(m.taken, "B"),
              " of it taken by the call", m.estimated ? "; some patterns are estimated\n" : "\n");
}

std::string explained(const Schedule& schedule, const std::function<Index(std::size_t)>& sent) {
  return to_string(schedule, [&](std::size_t p) { return bytes_sent(sent(p)); });
}

std::string explained(const Schedule& schedule, const std::function<Index(std::size_t)>& sent,
                      const RunModel& predicted, Index peak) {
  const std::vector<const ModelledStep*> modelled = by_step(schedule, predicted);
  const std::string steps = to_string(schedule, [&](std::size_t p) -> std::string {
    const bool is_move = std::holds_alternative<Begin>(schedule.steps[p]);
    if (!is_move && runs_of(schedule.steps[p]).empty()) return "";
    return bytes_sent(sent(p)) + note(modelled[p] != nullptr ? *modelled[p] : ModelledStep{}, is_move);
  });
  const std::string measured =
      peak > 0 ? text("memory that calls have taken at their peak: ", short_number(static_cast<double>(peak), "B"),
                      " (model: ", short_number(predicted.taken, "B"), ")\n")
               : std::string();
  return to_string(predicted) + measured + steps;
}

}  // namespace spgrad
