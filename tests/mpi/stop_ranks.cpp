// Reasons to stop are the same on every rank, whichever rank has them.
#include "spgrad/stop.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <thread>

#include "spgrad/error.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

void raise_on_last(World& world, int signal) {
  if (world.rank() == world.size() - 1) std::raise(signal);
}

TEST(Stop, ASignalToOneRankStopsAll) {
  for_ranks([](World& world) {
    for (const auto& [signal, name] :
         {std::pair{SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}, {SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"}}) {
      Stop stop;
      EXPECT_EQ(stop.due(world), std::nullopt);
      raise_on_last(world, signal);
      EXPECT_EQ(stop.due(world), name);
      EXPECT_EQ(stop.due(world), name) << "it is not forgotten";
    }
    Stop again;
    EXPECT_EQ(again.due(world), std::nullopt) << "another loop is asked anew";
  });
}

TEST(Stop, GivesSignalsBackAndASecondInterruptItsEffect) {
  for_ranks([](World&) {
    struct sigaction before {
    }, now{};
    sigaction(SIGUSR1, nullptr, &before);
    {
      Stop stop;
      std::raise(SIGINT);
      sigaction(SIGINT, nullptr, &now);
      EXPECT_EQ(now.sa_handler, SIG_DFL);
      EXPECT_THROW(Stop(), Error) << "one lives";
    }
    sigaction(SIGUSR1, nullptr, &now);
    EXPECT_EQ(now.sa_handler, before.sa_handler);
  });
}

TEST(Stop, TheTimeLimitLeavesTimeForWhatIsReserved) {
  for_ranks([](World& world) {
    Stop stop({.seconds = 100});
    EXPECT_EQ(stop.due(world), std::nullopt);
    if (world.rank() == world.size() - 1) stop.reserve(std::chrono::seconds(101));
    EXPECT_EQ(stop.due(world), "the time limit");
  });
}

TEST(Stop, TheTimeLimitLeavesTimeForTheLongestStep) {
  for_ranks([](World& world) {
    Stop stop({.seconds = 1.0});
    EXPECT_EQ(stop.due(world), std::nullopt);
    if (world.rank() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(550));
    EXPECT_EQ(stop.due(world), "the time limit") << "0.45 s are left, and a step took 0.55 s";
  });
}

TEST(Stop, SoDoesTheEndOfTheSlurmJob) {
  for_ranks([](World& world) {
    const auto asked = [&](const std::string& end) {
      setenv("SLURM_JOB_END_TIME", end.c_str(), 1);
      Stop stop({.slurm_reserve = 50});
      unsetenv("SLURM_JOB_END_TIME");
      return stop.due(world);
    };
    const auto now = std::time(nullptr);
    EXPECT_EQ(asked(std::to_string(now + 40)), "the end of the Slurm job");
    EXPECT_EQ(asked(std::to_string(now + 1000)), std::nullopt);
    for (const char* nonsense : {"", "0", "UNLIMITED", "-5"}) EXPECT_EQ(asked(nonsense), std::nullopt) << nonsense;
  });
}

}  // namespace
}  // namespace spgrad::tests
