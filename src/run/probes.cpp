#include "src/run/probes.hpp"

#include <array>
#include <atomic>

namespace spgrad {
namespace {

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

const Activity& stage_of(Activity::Kind kind) {
  static const auto all = [] {
    std::array<Activity, Activity::kInspect + 1> stages;
    for (std::size_t k = 0; k < stages.size(); ++k) {
      const auto of = static_cast<Activity::Kind>(k);
      stages[k] = {of, next_id(), std::string(name(of)), std::string(name(of)), ""};
    }
    return stages;
  }();
  return all[kind];
}

}  // namespace

std::string_view name(Activity::Kind kind) {
  switch (kind) {
    case Activity::kCall:
      return "call";
    case Activity::kAgree:
      return "agree";
    case Activity::kPlan:
      return "plan";
    case Activity::kBind:
      return "bind";
    case Activity::kInspect:
      return "inspect";
    case Activity::kKernel:
      return "kernel";
    case Activity::kBegin:
      return "begin";
    case Activity::kEnd:
      break;
  }
  return "end";
}

void Probes::begin(const Activity& activity) {
  open_.push_back({&activity, world_.traffic(), {}});
  const auto now = Clock::now();
  for (Probe* p : all_) p->begin(activity, now);
}

void Probes::end(const Activity& activity, Clock::time_point now, Work work) {
  while (open_.back().activity != &activity) end(*open_.back().activity, now, {});
  const Open own = open_.back();
  open_.pop_back();
  const comm::Traffic all{world_.traffic().bytes - own.before.bytes, world_.traffic().messages - own.before.messages};
  if (!open_.empty()) open_.back().nested.bytes += all.bytes, open_.back().nested.messages += all.messages;
  work.bytes_sent = all.bytes - own.nested.bytes;
  work.messages = all.messages - own.nested.messages;
  for (auto p = all_.rbegin(); p != all_.rend(); ++p) (*p)->end(activity, now, work);
}

Stage::Stage(Probes& probes, Activity::Kind kind)
    : probes_(probes), activity_(probes.none() ? nullptr : &stage_of(kind)) {
  if (activity_ != nullptr) probes_.begin(*activity_);
}

Stage::~Stage() {
  if (activity_ != nullptr) probes_.end(*activity_, Probes::Clock::now(), {});
}

std::vector<Activity> activities(const Schedule& schedule) {
  const std::vector<std::string> labels = spgrad::labels(schedule);
  std::vector<Activity> all(schedule.steps.size());
  std::vector<const Activity*> begun(static_cast<std::size_t>(schedule.slots()));
  std::vector<Move> move(begun.size());
  for (std::size_t p = 0; p < all.size(); ++p) {
    const auto type_of_slot = [&](Slot s) { return text(schedule.types[static_cast<std::size_t>(s)]); };
    if (const Run* run = std::get_if<Run>(&schedule.steps[p])) {
      all[p] = {Activity::kKernel, next_id(), std::string(run->node->op->name), labels[p], text(run->node->type)};
    } else if (const Fused* fused = std::get_if<Fused>(&schedule.steps[p])) {
      all[p] = {Activity::kKernel, next_id(), op_names(*fused), labels[p], text(fused->runs.back().node->type)};
    } else if (const Begin* b = std::get_if<Begin>(&schedule.steps[p])) {
      const auto to = static_cast<std::size_t>(b->to);
      all[p] = {Activity::kBegin, next_id(), std::string(name(b->move)), labels[p], type_of_slot(b->to)};
      begun[to] = &all[p];
      move[to] = b->move;
    } else if (const End* e = std::get_if<End>(&schedule.steps[p])) {
      const auto to = static_cast<std::size_t>(e->to);
      all[p] = *begun[to];
      for (const Slot other : e->with) all[p].label += ", " + begun[static_cast<std::size_t>(other)]->label;
      all[p].kind = sends_nothing(move[to]) ? Activity::kKernel : Activity::kEnd;
    }
  }
  for (std::size_t p = 0; p < all.size(); ++p)
    if (const Begin* b = std::get_if<Begin>(&schedule.steps[p]); b != nullptr && !travels(b->move)) all[p].id = 0;
  return all;
}

}  // namespace spgrad
