#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {

void on_ranks(int ranks, const std::function<void(World&)>& body) {
  comm::pretend(ranks, [&](World& world) {
    SCOPED_TRACE(text("rank ", world.rank(), " of ", world.size()));
    body(world);
  });
}

}  // namespace spgrad::tests
