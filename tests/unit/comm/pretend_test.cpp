// What pretended ranks refuse where MPI would hang, or go on with wrong numbers.
#include <gtest/gtest.h>

#include "src/comm/world.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad {
namespace {

using comm::Combine;
using comm::pretend;

/// The message of the Error that pretend() throws, or "" if it throws none.
std::string complaint(int ranks, const std::function<void(World&)>& body) {
  try {
    pretend(ranks, body);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

void exchange(World& world, std::vector<comm::Send> sends, std::vector<comm::Receive> receives) {
  const auto messages = world.exchange();
  messages->start(sends, receives);
  messages->wait();
}

TEST(Pretend, RunsEveryRankOnce) {
  std::vector<int> runs(9);
  pretend(9, [&](World& w) { runs[static_cast<std::size_t>(w.rank())] += w.size(); });
  EXPECT_EQ(runs, std::vector<int>(9, 9));
}

TEST(Pretend, NamesTheRanksThatCallDifferentCollectives) {
  const auto message = complaint(2, [](World& w) { w.rank() == 0 ? w.barrier() : void(w.reduce(1.0)); });
  EXPECT_TRUE(message == "rank 1 calls all_reduce (sum, float64) of 8 bytes while rank 0 calls barrier" ||
              message == "rank 0 calls barrier while rank 1 calls all_reduce (sum, float64) of 8 bytes")
      << message;
}

TEST(Pretend, NamesTheSizesThatDiffer) {
  const auto message = complaint(3, [](World& w) {
    std::vector<double> x(w.rank() == 2 ? 2 : 1);
    w.all_reduce(DType::float64, Combine::sum, std::as_writable_bytes(std::span(x)));
  });
  EXPECT_NE(message.find("of 16 bytes"), std::string::npos) << message;
  EXPECT_NE(message.find("of 8 bytes"), std::string::npos) << message;
}

TEST(Pretend, ReportsACollectiveThatOneRankLeavesOut) {
  EXPECT_EQ(complaint(3,
                      [](World& w) {
                        if (w.rank() != 1) w.barrier();
                      }),
            "deadlock: rank 0 waits in barrier, rank 1 has ended, rank 2 waits in barrier");
}

TEST(Pretend, ReportsRanksThatWaitForEachOther) {
  EXPECT_EQ(complaint(2,
                      [](World& w) {
                        double x = 0;
                        exchange(w, {}, {{1 - w.rank(), std::as_writable_bytes(std::span(&x, 1))}});
                      }),
            "deadlock: rank 0 waits for a message of rank 1, rank 1 waits for a message of rank 0");
}

TEST(Pretend, ReportsAMessageAgainstACollective) {
  EXPECT_EQ(complaint(2,
                      [](World& w) {
                        double x = 0;
                        if (w.rank() == 0)
                          w.barrier();
                        else
                          exchange(w, {}, {{0, std::as_writable_bytes(std::span(&x, 1))}});
                      }),
            "deadlock: rank 0 waits in barrier, rank 1 waits for a message of rank 0");
}

TEST(Pretend, ReportsAMessageOfAnotherSize) {
  EXPECT_EQ(complaint(2,
                      [](World& w) {
                        std::vector<std::byte> x(w.rank() == 0 ? 3 : 5);
                        if (w.rank() == 0)
                          exchange(w, {{1, x}}, {});
                        else
                          exchange(w, {}, {{0, x}});
                      }),
            "rank 0 sent 3 bytes to rank 1, which expected 5");
}

TEST(Pretend, ReportsAMessageThatNobodyReceives) {
  EXPECT_EQ(complaint(2,
                      [](World& w) {
                        const std::vector<std::byte> x(3);
                        if (w.rank() == 0) exchange(w, {{1, x}}, {});
                      }),
            "rank 1 never received a message of 3 bytes from rank 0");
}

TEST(Pretend, ReportsMemoryThatChangesWhileItIsSent) {
  EXPECT_EQ(
      complaint(
          2,
          [](World& w) {
            std::vector<std::byte> x(4), y(4);
            const auto messages = w.exchange();
            messages->start(std::vector<comm::Send>{{1 - w.rank(), x}}, std::vector<comm::Receive>{{1 - w.rank(), y}});
            if (w.rank() == 1) x[2] = std::byte{1};
            messages->wait();
          }),
      "rank 1 changed 4 bytes while they were sent to rank 0");
}

TEST(Pretend, RethrowsWhatOneRankThrowsAndWakesTheOthers) {
  int woken = 0;
  const auto message = complaint(2, [&](World& w) {
    if (w.rank() == 1) fail(ErrorKind::io, "the disk of rank 1 is full");
    try {
      w.barrier();
    } catch (const Error&) {
      ++woken;
      throw;
    }
  });
  EXPECT_EQ(message, "the disk of rank 1 is full");
  EXPECT_EQ(woken, 1);
}

TEST(Pretend, AddsInTheOrderOfTheRanks) {
  // 1 is lost beside 1e16, unless 1e16 - 1e16 comes first.
  pretend(3, [](World& w) {
    const std::vector<double> x{1.0, 1e16, -1e16};
    EXPECT_EQ(w.reduce(x[static_cast<std::size_t>(w.rank())]), 0.0);
    EXPECT_EQ(w.reduce(x[static_cast<std::size_t>((w.rank() + 1) % 3)]), 1.0);
  });
}

TEST(SoloWorld, HasOneRankThatMayTalkToItself) {
  const auto world = comm::solo_world();
  EXPECT_EQ(world->size(), 1);
  EXPECT_EQ(world->reduce(3), 3);
  std::vector<std::byte> x(4, std::byte{7}), y(4);
  exchange(*world, {{0, x}}, {{0, y}});
  EXPECT_EQ(x, y);
  EXPECT_EQ(world->traffic().bytes, 0);
}

}  // namespace
}  // namespace spgrad
