#include <gtest/gtest.h>

#include "tests/support/on_ranks.hpp"
#include "tests/unit/comm/matrices.hpp"

namespace spgrad::tests {
namespace {

// The entries that rank r brings: every rank computes all lots, so that the serial account can be made of them.
std::vector<std::vector<Entry>> dealt(Random& random, const std::vector<Entry>& entries, int ranks) {
  std::vector<std::vector<Entry>> lots(static_cast<std::size_t>(ranks));
  const bool all_on_last = below(random, 4) == 0;
  for (const Entry& e : entries)
    lots[static_cast<std::size_t>(all_on_last ? ranks - 1 : below(random, ranks))].push_back(e);
  return lots;
}

std::vector<Entry> joined(const std::vector<std::vector<Entry>>& lots) {
  std::vector<Entry> out;
  for (const auto& lot : lots) out.insert(out.end(), lot.begin(), lot.end());
  return out;
}

// One entry a position: the sum of its values, by major, then minor.
std::vector<Entry> summed(const std::vector<Entry>& entries, Format format) {
  std::vector<Entry> out;
  for (const auto& [position, values] : contents_of(entries)) {
    std::complex<double> sum = 0;
    for (const auto& x : values) sum += x;
    out.push_back({position.first, position.second, sum});
  }
  return in_full_order(out, format);
}

Value build(World& world, Format format, const Shape& shape, const std::vector<Entry>& mine, DType dtype,
            Duplicates duplicates = Duplicates::sum, const Cut& cut = {}) {
  std::vector<Index> i, j;
  std::vector<std::complex<double>> x;
  for (const Entry& e : mine) {
    i.push_back(e.i);
    j.push_back(e.j);
    x.push_back(e.x);
  }
  return from_coo(world, format, shape, i, j, local_values(world, x, dtype), duplicates, cut);
}

TEST(FromCoo, SumsOrKeepsDuplicatesInTheOrderOfRanksThenStorage) {
  for_ranks([](World& world) {
    Random random(2);
    for (int turn = 0; turn < 12; ++turn) {
      const Shape shape{below(random, 9), 1 + below(random, 9)};
      const Format format = turn % 2 == 0 ? Format::csr : Format::csc;
      const auto lots = dealt(random, random_entries(random, shape[0], shape[1], 50), world.size());
      const auto& mine = lots[static_cast<std::size_t>(world.rank())];
      const int axis = format == Format::csr ? 0 : 1;
      const Cut cut{.balance = Balance::even,
                    .major = random_layout(random, shape[axis], world.size()),
                    .minor = random_layout(random, shape[1 - axis], world.size())};

      const Value kept = build(world, format, shape, mine, DType::float64, Duplicates::keep, cut);
      EXPECT_EQ(stored(world, kept), in_full_order(joined(lots), format));
      EXPECT_TRUE(kept.sparsity()->sorted);
      EXPECT_EQ(kept.shape(), shape);
      EXPECT_EQ(kept.layout(), *cut.major);
      EXPECT_EQ(kept.layout_of(1 - axis), *cut.minor);

      const Value sums = build(world, format, shape, mine, DType::float64, Duplicates::sum, cut);
      EXPECT_EQ(stored(world, sums), summed(joined(lots), format));
      EXPECT_TRUE(sums.sparsity()->unique);
    }
  });
}

TEST(FromCoo, TakesEveryDType) {
  for_ranks([](World& world) {
    Random random(3);
    const auto lots = dealt(random, random_entries(random, 6, 5, 12), world.size());
    for (int k = 0; k < kDTypes; ++k) {
      const auto dtype = static_cast<DType>(k);
      const Value A = build(world, Format::csc, {6, 5}, lots[static_cast<std::size_t>(world.rank())], dtype);
      EXPECT_EQ(A.dtype(), dtype);
      EXPECT_EQ(stored(world, A), in_dtype(summed(joined(lots), Format::csc), dtype)) << dtype;
    }
  });
}

TEST(FromCoo, SmallIntegersWrapAsTheirSumsDo) {
  for_ranks([](World& world) {
    const std::vector<Entry> mine =
        world.rank() == 0 ? std::vector<Entry>{{0, 0, 100.0}, {0, 0, 100.0}} : std::vector<Entry>{};
    EXPECT_EQ(stored(world, build(world, Format::csr, {1, 1}, mine, DType::int8)), (std::vector<Entry>{{0, 0, -56.0}}));
  });
}

TEST(FromCoo, AddsInTheOrderOfRanksThenStorage) {
  for_ranks([](World& world) {
    std::vector<Entry> mine;  // together 1e16, -1e16, 1: in any other order the 1 is lost
    if (world.rank() == 0) mine.push_back({1, 1, 1e16});
    if (world.rank() == world.size() - 1) mine.insert(mine.end(), {{1, 1, -1e16}, {1, 1, 1.0}});
    EXPECT_EQ(stored(world, build(world, Format::csr, {2, 2}, mine, DType::float64)),
              (std::vector<Entry>{{1, 1, 1.0}}));
  });
}

TEST(FromCoo, CutsEvenlyOrByEntries) {
  for_ranks([](World& world) {
    std::vector<Entry> mine;  // row 0 has as many entries as all others together
    if (world.rank() == world.size() - 1)
      for (Index k = 0; k < 20; ++k) mine.push_back({k < 10 ? 0 : k - 9, k, 1.0});
    const Value even = build(world, Format::csr, {11, 20}, mine, DType::float32);
    EXPECT_EQ(even.layout(), Layout::even(11, world.size()));
    EXPECT_EQ(even.columns(), Layout::even(20, world.size()));
    const Value balanced =
        build(world, Format::csr, {11, 20}, mine, DType::float32, Duplicates::sum, {.balance = Balance::nnz});
    std::vector<Index> weights(11, 1);
    weights[0] = 10;
    EXPECT_EQ(balanced.layout(), Layout::balanced(weights, world.size()));
    EXPECT_EQ(stored(world, balanced), stored(world, even));
  });
}

TEST(FromCoo, AMatrixMayBeEmptyOrHaveNoRows) {
  for_ranks([](World& world) {
    for (const Shape& shape : {Shape{0, 0}, Shape{0, 4}, Shape{4, 0}, Shape{3, 3}}) {
      const Value A = build(world, Format::csr, shape, {}, DType::int16, Duplicates::sum, {.balance = Balance::nnz});
      EXPECT_EQ(A.shape(), shape);
      EXPECT_EQ(A.sparsity()->nnz(), 0);
    }
  });
}

TEST(FromCoo, AllRanksComplainOfOneRanksEntries) {
  for_ranks([](World& world) {
    const bool last = world.rank() == world.size() - 1;
    const std::string who = world.size() == 1 ? "" : text("rank ", world.size() - 1, ": ");
    const auto complaint_of = [&](Index i, Index j) {
      return complaint([&] {
        build(world, Format::csc, {10, 4}, {last ? Entry{i, j, 1.0} : Entry{0, 0, 1.0}}, DType::float64);
      });
    };
    EXPECT_EQ(complaint_of(10, 0), who + "row index 10 is out of range 0 .. 9");
    EXPECT_EQ(complaint_of(0, -3), who + "column index -3 is out of range 0 .. 3");
    EXPECT_EQ(complaint_of(9, 3), "");

    const std::vector<Index> two{0, 1}, one{0};
    const Value data = local_values(world, {1.0, 2.0}, DType::float64);
    EXPECT_EQ(complaint([&] {
                from_coo(world, Format::csr, {3, 3}, two, last ? one : two, data);
              }),
              who + "2 row indices, 1 column indices and 2 values do not make entries");
    EXPECT_EQ(complaint([&] {
                from_coo(world, Format::dense, {3, 3}, two, two, data);
              }),
              "from_coo makes csr or csc, not dense");
    EXPECT_EQ(complaint([&] { from_coo(world, Format::csr, {3}, two, two, data); }),
              "from_coo needs the shape of a matrix, not (3)");
    EXPECT_EQ(complaint([&] {
                from_coo(world, Format::csr, {3, 3}, two, two, data, Duplicates::sum,
                         {.major = Layout::even(4, world.size())});
              }),
              text("a layout of 4 on ", world.size(), " ranks cannot cut a dimension of 3 on ", world.size()));
  });
}

TEST(FromCoo, RanksThatWantDifferentMatricesAreToldSo) {
  for_ranks([](World& world) {
    const int last = world.size() - 1;
    if (last == 0) return;
    const bool odd = world.rank() == last;
    const std::string who = text("rank 0 and rank ", last, " passed ");
    const std::vector<Entry> mine{{0, 0, 1.0}};
    EXPECT_EQ(complaint([&] {
                build(world, Format::csr, {2, 2}, mine, odd ? DType::int64 : DType::float64);
              }),
              who + "values of float64 and int64");
    const auto different = who + "different formats, shapes or cuts";
    EXPECT_EQ(complaint([&] { build(world, Format::csr, {2, odd ? 3 : 2}, mine, DType::int8); }), different);
    EXPECT_EQ(complaint([&] { build(world, odd ? Format::csr : Format::csc, {2, 2}, mine, DType::int8); }), different);
    std::vector<Index> starts(static_cast<std::size_t>(world.size()) + 1, odd ? 0 : 2);  // all on the last or the first
    starts.front() = 0;
    starts.back() = 2;
    EXPECT_EQ(complaint([&] {
                build(world, Format::csr, {2, 2}, mine, DType::int8, Duplicates::sum, {.major = Layout(starts)});
              }),
              different);
  });
}

}  // namespace
}  // namespace spgrad::tests
