// Golden results of PyTensor, SciPy and NumPy on pretended ranks: outputs, gradients by their kind, directional and
// second derivatives.
//
// Reads public_cases.h5, or the file that the environment variable SPGRAD_GOLDEN names.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/golden/verdict.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

std::vector<GoldenCase> golden_cases() {
  const char* file = std::getenv("SPGRAD_GOLDEN");
  return read_golden_cases(file != nullptr ? file : SPGRAD_GOLDEN_CASES);
}

void expect_passed(const GoldenCase& c, Verdict (*judge)(World&, const GoldenCase&)) {
  for (const int ranks : {1, 3})
    on_ranks(ranks, [&](World& world) {
      const Verdict verdict = judge(world, c);
      EXPECT_TRUE(verdict.kind == Verdict::passed || verdict.kind == Verdict::excluded)
          << c.name << ' ' << c.expression << ": " << verdict.why;
    });
}

TEST(GoldenFull, ResultsGradientsAndTangentsAreThoseOfTheReference) {
  for (const GoldenCase& c : golden_cases()) expect_passed(c, judge);
}

TEST(GoldenFull, HessianVectorProductsOfComposedCasesAreDifferencesOfGradients) {
  for (const GoldenCase& c : golden_cases())
    if (c.category == "composed") expect_passed(c, judge_second_order);
}

}  // namespace
}  // namespace spgrad::tests
