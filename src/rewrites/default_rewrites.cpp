// The list of all families, in the order in which they are tried at a node.
#include "src/rewrites/rules.hpp"

namespace spgrad {

std::span<const Rewrite> default_rewrites() {
  static const std::vector<Rewrite> all = [] {
    std::vector<Rewrite> rules;
    for (const auto family :
         {identity_rules(), clean_rules(), scalar_rules(), sample_rules(), order_rules(), usmm_rules(), sum_rules()})
      rules.insert(rules.end(), family.begin(), family.end());
    return rules;
  }();
  return all;
}

}  // namespace spgrad
