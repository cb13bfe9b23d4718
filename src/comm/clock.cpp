#include "src/comm/clock.hpp"

#include <cstdlib>
#include <limits>

namespace spgrad::comm {
namespace {

constexpr int kRounds = 12;

template <class T>
std::span<const std::byte> bytes_of(const T& x) {
  return std::as_bytes(std::span(&x, 1));
}

void send(Exchange& exchange, int to, std::int64_t x) {
  exchange.start(std::vector<Send>{{to, bytes_of(x)}}, {});
  exchange.wait();
}

std::int64_t receive(Exchange& exchange, int from) {
  std::int64_t x = 0;
  exchange.start({}, std::vector<Receive>{{from, std::as_writable_bytes(std::span(&x, 1))}});
  exchange.wait();
  return x;
}

}  // namespace

std::int64_t nanoseconds_now() { return std::chrono::nanoseconds(World::Clock::now().time_since_epoch()).count(); }

std::int64_t clock_offset(World& world, const std::function<std::int64_t()>& now) {
  const auto exchange = world.exchange();
  if (world.rank() == 0) {
    for (int r = 1; r < world.size(); ++r)
      for (int round = 0; round < kRounds; ++round) {
        receive(*exchange, r);
        send(*exchange, r, now());
      }
    return 0;
  }
  std::int64_t offset = 0, quickest = std::numeric_limits<std::int64_t>::max();
  for (int round = 0; round < kRounds; ++round) {
    const std::int64_t asked = now();
    send(*exchange, 0, asked);
    const std::int64_t theirs = receive(*exchange, 0), took = now() - asked;
    if (took >= quickest) continue;
    quickest = took;
    offset = theirs - (asked + took / 2);
  }
  return std::abs(offset) <= (quickest + 1) / 2 ? 0 : offset;
}

}  // namespace spgrad::comm
