// reductions.cpp: small reductions over all ranks that travel together.
#include <algorithm>

#include "src/schedule/order.hpp"
#include "src/schedule/reads.hpp"

namespace spgrad {
namespace {

// Below it a message costs its latency, above it its bytes, and a reduction does not wait for others.
constexpr Index kSmall = 8192;  // elements

class Merger {
 public:
  explicit Merger(Schedule& schedule) : schedule_(schedule), begun_(size()), made_(size()), open_(size()) {
    for (const Given& g : schedule.given) made_[at(g.slot)] = true;
    for (const Step& step : schedule.steps) {
      if (const Begin* b = std::get_if<Begin>(&step)) begun_[at(b->to)] = b;
      if (const End* e = std::get_if<End>(&step); e != nullptr && small(*begun_[at(e->to)])) waiting_.push_back(e->to);
    }
    for (const Slot slot : waiting_) open_[at(slot)] = true;
  }

  void run() {
    for (const Step& step : schedule_.steps) {
      if (const End* e = std::get_if<End>(&step); e != nullptr && small(*begun_[at(e->to)])) continue;
      end_what_is_read(step);
      if (const Run* run = std::get_if<Run>(&step)) made_[at(run->out)] = true;
      if (const End* e = std::get_if<End>(&step)) made_[at(e->to)] = true;
      steps_.push_back(step);
    }
    for (const Slot slot : waiting_)
      if (open_[at(slot)]) end(slot);
    schedule_.steps = std::move(steps_);
  }

 private:
  std::size_t size() const { return static_cast<std::size_t>(schedule_.slots()); }
  static std::size_t at(Slot slot) { return static_cast<std::size_t>(slot); }
  const Type& type(Slot slot) const { return schedule_.types[at(slot)]; }

  bool small(const Begin& b) const {
    const Shape& shape = type(b.to).shape;
    return b.move == Move::reduce_all && shape.known() && shape.elements() <= kSmall;
  }

  void end_what_is_read(const Step& step) {
    const auto need = [&](Slot slot) {
      if (open_[at(slot)]) end(slot);
    };
    for_each_read(step, begun_, need);
    const Begin* const b = std::get_if<Begin>(&step);
    if (b == nullptr) return;
    need(b->from);
    for_each_teller(*b, need);
    std::ranges::for_each(b->after, need);
  }

  void end(Slot slot) {
    open_[at(slot)] = false;
    made_[at(slot)] = true;
    End all{slot, {}};
    for (const Slot other : waiting_) {
      const Begin &a = *begun_[at(slot)], &b = *begun_[at(other)];
      if (!open_[at(other)] || !made_[at(b.from)] || type(slot).dtype != type(other).dtype) continue;
      if (a.target.combine != b.target.combine) continue;
      open_[at(other)] = false;
      made_[at(other)] = true;
      all.with.push_back(other);
    }
    steps_.push_back(std::move(all));
  }

  Schedule& schedule_;
  std::vector<const Begin*> begun_;  // by slot
  std::vector<bool> made_, open_;    // by slot: it exists by now; a reduction that has not ended yet makes it
  std::vector<Slot> waiting_;        // what small reductions make, in their order
  std::vector<Step> steps_;
};

}  // namespace

void merge_reductions(Schedule& schedule) { Merger(schedule).run(); }

std::size_t agreement_at(const Schedule& schedule) {
  const std::vector<Step>& steps = schedule.steps;
  std::size_t last = steps.size();
  while (last > 0 && std::holds_alternative<Drop>(steps[last - 1])) --last;
  const End* const end = last > 0 ? std::get_if<End>(&steps[last - 1]) : nullptr;
  if (end == nullptr) return steps.size();
  const DType dtype = schedule.types[static_cast<std::size_t>(end->to)].dtype;
  const bool sums = std::ranges::any_of(steps, [&](const Step& s) {
    const Begin* const b = std::get_if<Begin>(&s);
    return b != nullptr && b->to == end->to && b->move == Move::reduce_all && b->target.combine == Rows::kSum;
  });
  return sums && (is_float(dtype) || is_complex(dtype)) ? last - 1 : steps.size();
}

}  // namespace spgrad
