// executor_observed.cpp: steps told to probes.
#include "src/comm/star_forest.hpp"
#include "src/run/executor.hpp"
#include "src/schedule/fuse.hpp"

namespace spgrad {
namespace {

double data_bytes(const Value& v) {
  return static_cast<double>(v.local_size()) * static_cast<double>(size_of(v.dtype()));
}

Extent extent_of(const Operand& x) {
  Extent e;
  const auto major = static_cast<std::size_t>(x.own.slow());
  for (const Value* part : {&x.own, &x.ghost}) {
    if (!*part) continue;
    const bool first = part == &x.own;
    e.stored = (first ? 0 : e.stored) + static_cast<double>(part->local_size());
    if (part->is_sparse()) {
      const Sparsity& s = *part->sparsity();
      const auto axis = static_cast<std::size_t>(part->cut());
      e.sizes[axis] = (first ? 0 : e.sizes[axis]) + static_cast<double>(s.local_majors());
      e.sizes[1 - axis] = std::max(first ? 0 : e.sizes[1 - axis], static_cast<double>(s.local_minors()));
    } else if (part->shape().ndim() > 0) {
      e.sizes[major] = (first ? 0 : e.sizes[major]) + static_cast<double>(part->local_rows());
      if (first && part->shape().ndim() == 2) e.sizes[1 - major] = static_cast<double>(part->row_length());
    }
  }
  return e;
}

}  // namespace

void Executor::observed_step(std::size_t p) {
  if (activities_.empty()) activities_ = activities(schedule_);
  const Activity& activity = activities_[p];
  if (activity.id == 0) return step(p);
  probes_.begin(activity);
  step(p);
  const auto now = Probes::Clock::now();
  probes_.end(activity, now, work_of(p));
}

Work Executor::work_of(std::size_t p) const {
  if (const End* end = std::get_if<End>(&schedule_.steps[p])) {
    const Operand& to = slot(end->to);
    const bool copies = activities_[p].kind == Activity::kKernel;
    return {{0, copies ? 2 * data_bytes(to.own) : 0}, extent_of(to).stored};
  }
  if (const Fused* fused = std::get_if<Fused>(&schedule_.steps[p])) return work_of(*fused);
  const Run* run = std::get_if<Run>(&schedule_.steps[p]);
  if (run == nullptr) return {};
  std::vector<Extent> in;
  for (std::size_t k = 0; k < run->in.size(); ++k) {
    in.push_back(extent_of(slot(run->in[k])));
    if (run->spread.in[k].kind == Rows::kAnywhere) in.back().stored = 0;  // only its shape is used
  }
  const Extent out = extent_of(slot(run->out));
  return {cost_of(*run->node, in, out), out.stored};
}

// What has lived inside is as large as the results are: of those that are sparse, or of those that are dense.
Work Executor::work_of(const Fused& fused) const {
  Extent results;
  for (const Run& run : fused.runs)
    if (!fused.is_inside(run.out)) results = extent_of(slot(run.out));
  const Cost cost = cost_of(fused, [&](Slot s) { return fused.is_inside(s) ? results : extent_of(slot(s)); });
  return {cost, results.stored};
}

std::shared_ptr<const comm::StarForest> Executor::ghosts_of(const Sparsity& names) const {
  if (comm::knows_ghosts_of(world_, names)) return comm::ghosts_of(world_, names);
  const Stage stage(probes_, Activity::kInspect);
  return comm::ghosts_of(world_, names);
}

}  // namespace spgrad
