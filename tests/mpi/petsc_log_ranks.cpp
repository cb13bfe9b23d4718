// What -log_view shows: an event for each op and move with its flops, in the stages of calls.
#include <gtest/gtest.h>
#include <petscsys.h>

#include "src/run/petsc_log.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/run/regression.hpp"

namespace spgrad::tests {
namespace {

PetscEventPerfInfo measured(const char* stage, const char* event) {
  PetscLogStage in = -1;
  PetscLogEvent of = -1;
  PetscEventPerfInfo info{};
  PetscLogStageGetId(stage, &in);
  PetscLogEventGetId(event, &of);
  EXPECT_GE(in, 0) << stage;
  EXPECT_GE(of, 0) << event;
  if (in >= 0 && of >= 0) PetscLogEventGetPerfInfo(in, of, &info);
  return info;
}

TEST(PetscLog, ShowsOperationsAndMovesAsEventsInStages) {
  PetscLogDefaultBegin();
  for_ranks([](World& world) {
    const Regression model;
    Function step = model.step(world);
    const Layout rows = Layout::even(kRows, world.size());
    const Value X = features(world, rows, Layout::even(kFeatures, world.size()));
    const Bindings data{{"X", X}, {"Y", labels(world, rows)}};
    step(data);
    const PetscEventPerfInfo before = measured("spgrad run", "dot");
    for (int k = 0; k < 2; ++k) step(data);
    const PetscEventPerfInfo product = measured("spgrad run", "dot");
    std::size_t dots = 0;
    for (std::size_t at = 0; (at = step.explain().find(" = dot(", at)) != std::string::npos; ++at) ++dots;
    EXPECT_EQ(product.count - before.count, 2 * static_cast<int>(dots));
    EXPECT_GE(product.flops - before.flops, 2.0 * 2 * static_cast<double>(X.sparsity()->local_nnz()) * kClasses);
    EXPECT_GT(measured("spgrad run", "gather end").count, 0);
    PetscLogStage plan = -1;
    PetscLogStageGetId("spgrad plan", &plan);
    EXPECT_GE(plan, 0);
  });
}

// PETSc's tables of events move when they grow.
TEST(PetscLog, CountsTheFirstTimeOfAnyNumberOfOperations) {
  PetscLogDefaultBegin();
  for_ranks([](World& world) {
    Probe& log = *petsc_log(world);
    for (std::uint64_t k = 1; k <= 600; ++k) {
      const Activity op{Activity::kKernel, k, text("op ", k), "", ""};
      log.begin(op, {});
      log.end(op, {}, {});
      EXPECT_EQ(measured("Main Stage", op.name.c_str()).count, 1) << op.name;
    }
  });
}

}  // namespace
}  // namespace spgrad::tests
