#include "spgrad/machine.hpp"

#include <gtest/gtest.h>

#include <array>

#include "spgrad/ops.hpp"

namespace spgrad::tests {
namespace {

std::string complaint(const std::string& text) {
  try {
    parse_machine(text, "m.txt");
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::data);
    return e.what();
  }
  return "";
}

TEST(Machine, ReadsWhatItWrites) {
  const Machine machine{.alpha = 1.5e-6,
                        .beta = 1e-10,
                        .bandwidth = 8e9,
                        .flops = 3e9,
                        .cache = 4e6,
                        .rows_64 = 2e9,
                        .rows_256 = 5e9,
                        .from = "m.txt"};
  const Machine read = parse_machine(to_string(machine), "m.txt");
  EXPECT_EQ(read.alpha, 1.5e-6);
  EXPECT_EQ(read.beta, 1e-10);
  EXPECT_EQ(read.bandwidth, 8e9);
  EXPECT_EQ(read.flops, 3e9);
  EXPECT_EQ(read.cache, 4e6);
  EXPECT_EQ(read.rows_64, 2e9);
  EXPECT_EQ(read.rows_256, 5e9);
  EXPECT_EQ(read.from, "m.txt");
  EXPECT_EQ(parse_machine("# nothing\r\n\nflops=1e9", "x").bandwidth, Machine().bandwidth);
}

TEST(Machine, NamesTheLineThatItDoesNotUnderstand) {
  EXPECT_NE(complaint("alpha = 1\nbeta: 2").find("m.txt:2"), std::string::npos);
  EXPECT_NE(complaint("speed = 2").find("speed"), std::string::npos);
  for (const char* number : {"", "-1", "0", "nan", "inf", "1e9x", "1e999"})
    EXPECT_NE(complaint(text("flops = ", number)).find("must be a positive number"), std::string::npos) << number;
}

TEST(Machine, TakesWhateverIsSlower) {
  const Machine machine{.alpha = 2, .beta = 3, .bandwidth = 10, .flops = 100, .from = ""};
  EXPECT_EQ(machine.seconds(Cost{1000, 10}), 10);
  EXPECT_EQ(machine.seconds(Cost{10, 100}), 10);
  EXPECT_EQ(machine.seconds(4, 5), 23);
}

TEST(Machine, FetchesTheRowsThatTheCacheDoesNotHoldForEachEntry) {
  Machine machine;
  machine.bandwidth = 10, machine.flops = 1e9, machine.cache = 1000, machine.rows_64 = 2, machine.rows_256 = 4;
  const auto of_array = [](double array) { return Cost{0, array, {100'000, 256, array}}; };
  EXPECT_EQ(machine.seconds(of_array(1000)), 100) << "all of it is in the cache";
  EXPECT_EQ(machine.seconds(of_array(4000)), (4000 + 96'000 * 0.75) / 4) << "a quarter of it is";
  EXPECT_EQ(machine.seconds(Cost{0, 5000, {2000, 256, 4000}}), 100 + 2000 / 4.0) << "no row is named twice";
  EXPECT_EQ(machine.seconds(Cost{0, 11'000, {10'000, 256, 1000}}), 1000 + (1000 + 9000 * 0.5) / 4)
      << "what streams by takes half of the cache";
  EXPECT_EQ(machine.row_bandwidth(64), 2);
  EXPECT_EQ(machine.row_bandwidth(128), 3);
  EXPECT_EQ(machine.row_bandwidth(1024), 4);
  EXPECT_EQ(machine.row_bandwidth(8), 0.25) << "a whole line is fetched for 8 bytes of it";
}

Var dense(Index m, Index n) { return input("D", {DType::float64, Format::dense, {m, n}}); }
Var sparse(Index m, Index n) { return input("A", {DType::float64, Format::csr, {m, n}}); }

// A rank has some rows of A, and of X those that A names: fewer than A has columns.
TEST(CostOf, TheProductOfARankIsThatOfItsEntries) {
  const Var y = ops::dot(sparse(100, 50), dense(50, 4));
  const Cost cost = cost_of(*y, std::vector<Extent>{{{10, 20}, 70}, {{20, 4}, 80}}, {{10, 4}, 40});
  EXPECT_EQ(cost.flops, 2 * 70 * 4);
  EXPECT_EQ(cost.bytes, 70 * 12 + 80 * 8 + 40 * 8);
}

// Rows of X that entries name, or, where A is by columns, rows of the result, which are read and written.
TEST(CostOf, TheRowsThatMinorIndicesNameAreFetchedForEachEntry) {
  const auto fetched = [](const Var& x, const std::vector<Extent>& in, const Extent& out) {
    const FetchedRows rows = cost_of(*x, in, out).fetched;
    return std::array{rows.bytes, rows.row, rows.array};
  };
  const Extent A{{100, 50}, 700}, X{{50, 4}, 200}, Y{{100, 4}, 400};
  EXPECT_EQ(fetched(ops::dot(sparse(100, 50), dense(50, 4)), {A, X}, Y), (std::array{700 * 32.0, 32.0, 200 * 8.0}));
  const Var by_columns = input("C", {DType::float64, Format::csc, {100, 50}});
  EXPECT_EQ(fetched(ops::dot(by_columns, dense(50, 4)), {A, X}, Y), (std::array{2 * 700 * 32.0, 32.0, 400 * 8.0}));
  EXPECT_EQ(fetched(ops::sampling_dot(dense(100, 4), dense(50, 4), sparse(100, 50)), {Y, X, A}, A),
            (std::array{700 * 32.0, 32.0, 200 * 8.0}));
  EXPECT_EQ(fetched(ops::at(sparse(100, 50), dense(100, 50)), {A, {{100, 50}, 5000}}, A), (std::array{0.0, 0.0, 0.0}));
}

TEST(CostOf, ASampledProductIsThatOfThePattern) {
  const Var y = ops::sampling_dot(dense(100, 3), dense(50, 3), sparse(100, 50));
  const Cost cost = cost_of(*y, std::vector<Extent>{{{10, 3}, 30}, {{25, 3}, 75}, {{10, 25}, 60}}, {{10, 25}, 60});
  EXPECT_EQ(cost.flops, 2 * 60 * 3);
}

TEST(CostOf, TwoSparseMatricesMeetAsOftenAsEvenRowsSay) {
  const Var y = ops::true_dot(sparse(100, 50), sparse(50, 30));
  const Cost cost = cost_of(*y, std::vector<Extent>{{{10, 50}, 40}, {{20, 30}, 60}}, {{10, 30}, 100});
  EXPECT_DOUBLE_EQ(cost.flops, 2 * 40 * 60 / 20.0);
}

TEST(CostOf, WhatOnlyTouchesDataReadsNoIndex) {
  const Var A = sparse(10, 10);
  const Extent all{{10, 10}, 30};
  EXPECT_EQ(cost_of(*structured_sigmoid(A), std::vector<Extent>{all}, all).bytes, 2 * 30 * 8);
  EXPECT_EQ(cost_of(*ops::transpose(A), std::vector<Extent>{all}, all).total(), 0);
  EXPECT_EQ(cost_of(*sp_sum(A), std::vector<Extent>{all}, {{1, 1}, 1}).flops, 30);
}

}  // namespace
}  // namespace spgrad::tests
