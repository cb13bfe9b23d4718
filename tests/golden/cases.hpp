// cases.hpp: golden cases from a file: an expression, its inputs, and what a reference implementation made of them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/ops/whole.hpp"

namespace spgrad::tests {

struct GoldenGradient {
  Whole value;
  std::string kind;    ///< dense, regular, structured, both or mixed: at which positions it is to be compared
  std::string source;  ///< pytensor, or numpy (differences)
};

struct GoldenCase {
  std::string name, expression, category, compare;
  std::map<std::string, Whole> inputs{}, tangents{};
  std::optional<Whole> output{}, weight{}, jvp{};
  std::map<std::string, GoldenGradient> gradients{};
};

/// All cases of an HDF5 file. Throws Error if it cannot be read.
std::vector<GoldenCase> read_golden_cases(const std::string& file);

}  // namespace spgrad::tests
