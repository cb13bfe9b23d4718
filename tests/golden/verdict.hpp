// verdict.hpp: what is to be said of a golden case: compared as the golden README says, on the ranks of a world.
#pragma once

#include <string>

#include "tests/golden/cases.hpp"

namespace spgrad::tests {

struct Verdict {
  enum Kind {
    passed,
    failed,
    excluded  ///< the reference is wrong
  } kind = passed;
  std::string why{};  ///< what differs, with the largest error
};

/// Collective, and the same on every rank. Values are dealt evenly, then unevenly.
Verdict judge(World& world, const GoldenCase& c);

/// Collective, and the same on every rank. Hessian times tangents against differences of gradients. A case without
/// gradients or tangents, or of narrow numbers, passes.
Verdict judge_second_order(World& world, const GoldenCase& c);

/// A kind of case for which the reference is wrong. Cases are told by their expression and inputs, for other files
/// have other numbers.
struct Exclusion {
  std::string_view reason, proof;
  bool (*applies)(const GoldenCase& c);
};
const Exclusion* excluded(const GoldenCase& c);  ///< null: the case counts

}  // namespace spgrad::tests
