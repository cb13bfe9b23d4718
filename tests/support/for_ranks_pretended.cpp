#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {

void for_ranks(const std::function<void(World&)>& body) {
  for (const int ranks : {1, 2, 3, 5, 9}) on_ranks(ranks, body);
}

}  // namespace spgrad::tests
