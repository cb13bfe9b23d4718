#include <malloc.h>

#include "tests/bench/figures/clock.hpp"
#include "tests/bench/figures/parts.hpp"
#include "tests/large/peak_memory.hpp"

namespace spgrad::figures {
namespace {

// The default rewrites and one that never fires, but sees every graph that is rewritten: once for each plan.
class PlanCounter {
 public:
  PlanCounter() : rules_(default_rewrites().begin(), default_rewrites().end()) {
    rules_.push_back({"counts", "x -> x", Pattern("x"), [this](const Var&, const Pattern::Match&, const Scene&) {
                        seen_ = true;
                        return Var{};
                      }});
  }
  std::span<const Rewrite> rules() const { return rules_; }
  void end_of_call() {
    plans_ += seen_ ? 1 : 0;
    seen_ = false;
  }
  int plans() const { return plans_; }

 private:
  std::vector<Rewrite> rules_;
  bool seen_ = false;
  int plans_ = 0;
};

// The pattern of a batch made anew, as a reader of batches would.
double seconds_to_make_pattern(World& world, const Value& A) {
  const Sparsity& s = *A.sparsity();
  std::vector<Index> indptr(s.indptr.begin(), s.indptr.end()), columns;
  for (const LocalIndex i : s.indices) columns.push_back(s.global_minor(i));
  return seconds(world, [&] { make_sparsity(world, s.major, s.minor, std::move(indptr), columns); });
}

// All that malloc has handed out in this process: MPI and PETSc, too.
double malloc_bytes() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

}  // namespace

void run_batches(Session& session, const Sizes& sizes, Index rows, Index batches, int turns) {
  World& world = session.world();
  PlanCounter counter;
  const Workload w = batched_softmax(world, sizes, rows);
  Function step = compiled(world, w, StepKind::gradient, counter.rules());
  std::vector<double> pattern, inspection, warm;
  double early = 0, late = 0, early_malloc = 0, late_malloc = 0;
  for (Index b = 0; b < batches; ++b) {
    {
      const Bindings now = batch(world, w, rows, b);
      const double first = seconds(world, [&] { step(now); });
      counter.end_of_call();
      std::vector<double> again;
      for (int turn = 1; turn < turns; ++turn) again.push_back(seconds(world, [&] { step(now); }));
      counter.end_of_call();
      if (b > 0 && turns > 1) {  // the first plans
        warm.push_back(median(again));
        inspection.push_back(std::max(0.0, first - warm.back()));
        pattern.push_back(seconds_to_make_pattern(world, now[0].second));
      }
    }
    // Of the second and of the last third: in the first the pool still meets new sizes.
    auto& live = b < 2 * batches / 3 ? early : late;
    auto& mallocs = b < 2 * batches / 3 ? early_malloc : late_malloc;
    if (b < batches / 3) continue;
    live = std::max(live, static_cast<double>(large::live_bytes()));
    mallocs = std::max(mallocs, malloc_bytes());
  }
  session.print("{\"batches\": ", batches, ", \"rows\": ", rows, ", \"ranks\": ", session.ranks(),
                ", \"plans\": ", counter.plans(), ", \"inspection / step\": ", ratio(inspection, warm),
                ", \"making the pattern / step\": ", ratio(pattern, warm), ", \"step_s\": ", median(warm),
                ", \"live_growth\": ", world.reduce(late / early, comm::Combine::max),
                ", \"malloc_growth\": ", world.reduce(late_malloc / early_malloc, comm::Combine::max),
                ", \"live_bytes\": ", world.reduce(late, comm::Combine::max), "}");
}

}  // namespace spgrad::figures
