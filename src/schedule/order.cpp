#include "src/schedule/order.hpp"

#include <algorithm>
#include <ranges>

#include "src/schedule/reads.hpp"

namespace spgrad {
namespace {

void mark_dying(Run& run, const std::vector<Slot>& dead) {
  for (std::size_t k = 0; k < run.in.size(); ++k)
    if (std::ranges::find(dead, run.in[k]) != dead.end()) run.dying |= std::uint32_t{1} << k;
}

// In which of its runs the dead ones are read last, if as an operand. Those that it has made itself need no Drop.
void keep_inside(Fused& fused, std::vector<Slot>& dead) {
  std::vector<Slot> left = dead;
  for (Run& run : fused.runs | std::views::reverse) {
    mark_dying(run, left);
    std::erase(left, run.place.layout.entries_of);
    for (const Slot slot : run.in) std::erase(left, slot);
    if (std::erase(dead, run.out) > 0) fused.inside.push_back(run.out);
  }
}

}  // namespace

void begin_early(Schedule& schedule) {
  // Position (in the old list) after which each slot exists; given slots exist from the start.
  std::vector<std::ptrdiff_t> exists(static_cast<std::size_t>(schedule.slots()), -1);
  const auto& old = schedule.steps;
  for (std::size_t p = 0; p < old.size(); ++p) {
    if (const auto* run = std::get_if<Run>(&old[p]))
      exists[static_cast<std::size_t>(run->out)] = static_cast<std::ptrdiff_t>(p);
    if (const auto* end = std::get_if<End>(&old[p]))
      exists[static_cast<std::size_t>(end->to)] = static_cast<std::ptrdiff_t>(p);
  }
  std::vector<std::vector<Step>> after(old.size() + 1);  // after[p + 1]: Begins that go behind step p
  for (const Step& step : old) {
    const auto* b = std::get_if<Begin>(&step);
    if (b == nullptr) continue;
    std::ptrdiff_t p = exists[static_cast<std::size_t>(b->from)];
    const auto follow = [&](Slot slot) { p = std::max(p, exists[static_cast<std::size_t>(slot)]); };
    for_each_teller(*b, follow);
    std::ranges::for_each(b->after, follow);
    after[static_cast<std::size_t>(p + 1)].push_back(step);
  }
  std::vector<Step> steps = after[0];
  for (std::size_t p = 0; p < old.size(); ++p) {
    if (!std::holds_alternative<Begin>(old[p])) steps.push_back(old[p]);
    steps.insert(steps.end(), after[p + 1].begin(), after[p + 1].end());
  }
  schedule.steps = std::move(steps);
}

void overlap_products(Schedule& schedule) {
  std::vector<Step>& steps = schedule.steps;
  std::vector<const Begin*> begun(static_cast<std::size_t>(schedule.slots()), nullptr);
  std::vector<Begin> begins;  // copies: steps move
  for (const Step& step : steps)
    if (const auto* b = std::get_if<Begin>(&step)) begins.push_back(*b);
  for (const Begin& b : begins) begun[static_cast<std::size_t>(b.to)] = &b;

  const auto ends_gather = [&](const Step& step, Slot slot) {
    const auto* end = std::get_if<End>(&step);
    return end != nullptr && end->to == slot && begun[static_cast<std::size_t>(slot)]->move == Move::gather;
  };
  const auto reads = [&](const Step& step, Slot slot) {
    bool found = false;
    for_each_read(step, begun, [&](Slot s) { found = found || s == slot; });
    return found;
  };
  for (std::size_t p = 0; p < steps.size(); ++p) {
    if (!std::holds_alternative<Run>(steps[p])) continue;
    const Run run = std::get<Run>(steps[p]);
    std::uint32_t awaits = 0;
    for (std::size_t k = 0; k < run.in.size(); ++k) {
      if ((run.node->op->overlaps >> k & 1) == 0) continue;
      const Slot slot = run.in[k];
      std::size_t q = p;
      while (q > 0 && !ends_gather(steps[q - 1], slot) && !reads(steps[q - 1], slot)) --q;
      if (q == 0 || !ends_gather(steps[q - 1], slot)) continue;
      const auto end = steps.begin() + static_cast<std::ptrdiff_t>(q - 1);
      std::rotate(end, end + 1, steps.begin() + static_cast<std::ptrdiff_t>(p) + 1);
      --p;  // where the Run is now
      awaits |= std::uint32_t{1} << k;
    }
    Run& now = std::get<Run>(steps[p]);
    now.awaits = awaits;
    now.departs = now.node->op->overlaps != 0 && now.spread.out.kind == Rows::kGhost;
  }
}

void add_drops(Schedule& schedule) {
  const auto slots = static_cast<std::size_t>(schedule.slots());
  std::vector<const Begin*> begun(slots, nullptr);
  std::vector<std::ptrdiff_t> last(slots, -1);
  for (std::size_t p = 0; p < schedule.steps.size(); ++p) {
    const Step& step = schedule.steps[p];
    if (const auto* b = std::get_if<Begin>(&step)) begun[static_cast<std::size_t>(b->to)] = b;
    const auto use = [&](Slot slot) { last[static_cast<std::size_t>(slot)] = static_cast<std::ptrdiff_t>(p); };
    for_each_read(step, begun, use);
    for (const Run& run : runs_of(step)) use(run.out);  // a result that nobody reads dies at once
    if (const auto* end = std::get_if<End>(&step)) {
      use(end->to);
      std::ranges::for_each(end->with, use);
    }
  }
  for (const Slot out : schedule.outputs) last[static_cast<std::size_t>(out)] = -1;

  std::vector<Step> steps;
  for (std::size_t p = 0; p < schedule.steps.size(); ++p) {
    Step& step = schedule.steps[p];
    std::vector<Slot> dead;
    for (std::size_t slot = 0; slot < slots; ++slot)
      if (last[slot] == static_cast<std::ptrdiff_t>(p)) dead.push_back(static_cast<Slot>(slot));
    if (auto* run = std::get_if<Run>(&step)) mark_dying(*run, dead);
    if (auto* fused = std::get_if<Fused>(&step)) keep_inside(*fused, dead);
    steps.push_back(std::move(step));
    for (const Slot slot : dead) steps.push_back(Drop{slot});
  }
  schedule.steps = std::move(steps);
}

}  // namespace spgrad
