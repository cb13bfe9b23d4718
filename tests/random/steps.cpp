#include "tests/random/steps.hpp"

namespace spgrad::tests {

const std::vector<Step>& steps() {
  static const std::vector<Step> all = [] {
    std::vector<Step> joined;
    for (const Steps& family : {dense_steps(), sparse_steps(), product_steps(), structure_steps()})
      joined.insert(joined.end(), family.begin(), family.end());
    return joined;
  }();
  return all;
}

}  // namespace spgrad::tests
