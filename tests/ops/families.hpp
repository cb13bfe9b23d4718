// families.hpp: the table of all ops, a file per family in tests/ops/table: the rows, and what the oracle makes of each
// op.
#pragma once

#include "tests/ops/op_cases.hpp"
#include "tests/ops/rules.hpp"

namespace spgrad::tests {

struct Family {
  std::span<const OpCase> cases;
  const std::map<std::string_view, Rule>& rules;
};

Family dense_elements();
Family sparse_elements();
Family functions();
Family functions_of_two();
Family sparse_comparisons();
Family patterns();
Family structure();
Family shapes();
Family reductions();
Family parts();
Family random_values();
Family products();
Family sparse_products();
Family blocks();
Family lists();

std::span<const Family> families();

}  // namespace spgrad::tests
