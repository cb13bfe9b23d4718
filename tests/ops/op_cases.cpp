#include "tests/ops/op_cases.hpp"

#include "tests/ops/families.hpp"

namespace spgrad::tests {

std::span<const Family> families() {
  static const std::vector<Family> all{
      dense_elements(),
      functions(),
      functions_of_two(),
      shapes(),
      reductions(),
      parts(),
      random_values(),
      products(),
      sparse_products(),
      sparse_elements(),
      sparse_comparisons(),
      patterns(),
      structure(),
      blocks(),
      lists(),
  };
  return all;
}

std::span<const OpCase> op_cases() {
  static const std::vector<OpCase> all = [] {
    std::vector<OpCase> rows;
    for (const Family& family : families()) rows.insert(rows.end(), family.cases.begin(), family.cases.end());
    return rows;
  }();
  return all;
}

std::ostream& operator<<(std::ostream& out, const OpCase& row) { return out << row.op << '(' << row.form << ')'; }

}  // namespace spgrad::tests
