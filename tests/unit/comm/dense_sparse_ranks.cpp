// Dense to sparse and back, some rows, and everything on every rank.
#include <gtest/gtest.h>

#include "src/comm/moves.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/comm/matrices.hpp"

namespace spgrad::tests {
namespace {

// The element (i, j) of a whole dense matrix.
std::complex<double> at(const Value& whole, Index i, Index j) {
  const Value v = cast(whole, DType::complex128);
  return v.data<std::complex<double>>()[static_cast<std::size_t>(v.slow() == 0 ? i * v.row_length() + j
                                                                               : j * v.row_length() + i)];
}

std::complex<double> sum_at(const Contents& contents, Index i, Index j) {
  const auto found = contents.find({i, j});
  std::complex<double> sum = 0;
  if (found != contents.end())
    for (const auto& x : found->second) sum += x;
  return sum;
}

Value random_matrix(World& world, Random& random, Format format, DType dtype, const std::vector<Entry>& entries,
                    Index rows, Index columns) {
  const Layout i = random_layout(random, rows, world.size()), j = random_layout(random, columns, world.size());
  return format == Format::csr ? matrix(world, format, dtype, entries, i, j)
                               : matrix(world, format, dtype, entries, j, i);
}

TEST(Convert, SparseToDenseSumsDuplicatesAndKeepsTheCut) {
  for_ranks([](World& world) {
    Random random(21);
    const auto entries = random_entries(random, 6, 5, 25);
    const auto contents = contents_of(entries);
    for (const Format format : {Format::csr, Format::csc})
      for (const DType dtype :
           {DType::bool_, DType::int32, DType::float32, DType::float64, DType::complex64, DType::complex128}) {
        const Value A = random_matrix(world, random, format, dtype, entries, 6, 5);
        const Value D = convert(world, A, Format::dense);
        EXPECT_EQ(D.cut(), format == Format::csr ? 0 : 1);
        EXPECT_EQ(D.layout(), A.layout());
        const Value whole = comm::gather_all(world, D);
        for (Index i = 0; i < 6; ++i)
          for (Index j = 0; j < 5; ++j)
            EXPECT_EQ(at(whole, i, j), in_dtype({{i, j, sum_at(contents, i, j)}}, dtype)[0].x)
                << A << " at " << i << ", " << j;
      }
  });
}

// A whole dense matrix with zeros, the same on every rank, stored with this axis slow.
Value whole_dense(Random& random, DType dtype, const Shape& shape, int slow) {
  const Value v = Value::whole(DType::float64, shape, slow);
  for (double& x : v.data<double>()) x = below(random, 3) == 0 ? static_cast<double>(1 + below(random, 9)) : 0.0;
  return cast(v, dtype);
}

std::vector<Entry> nonzeros(const Value& whole, Format format) {
  std::vector<Entry> out;
  for (Index i = 0; i < whole.shape()[0]; ++i)
    for (Index j = 0; j < whole.shape()[1]; ++j)
      if (at(whole, i, j) != 0.0) out.push_back({i, j, at(whole, i, j)});
  return in_storage_order(out, format);
}

TEST(Convert, DenseToSparseDropsZerosWhateverTheCut) {
  for_ranks([](World& world) {
    Random random(22);
    for (const Format format : {Format::csr, Format::csc})
      for (int cut = kWhole; cut < 2; ++cut)
        for (int k = 0; k < kDTypes; ++k) {
          const Shape shape{4, 7};
          const Value whole = whole_dense(random, static_cast<DType>(k), shape, static_cast<int>(below(random, 2)));
          const Value D = cut == kWhole
                              ? whole
                              : comm::slice(whole, cut, random_layout(random, shape[cut], world.size()), world.rank());
          const Value A = convert(world, D, format);
          EXPECT_EQ(stored(world, A), nonzeros(whole, format)) << A << " from cut " << cut;
          if (cut != kWhole) {
            EXPECT_EQ(A.layout_of(cut), D.layout());
          }
        }
  });
}

TEST(Convert, AVectorCannotBecomeSparse) {
  for_ranks([](World& world) {
    EXPECT_EQ(complaint([&] { convert(world, zeros(3), Format::csr); }),
              "only a matrix can become csr, not dense float64 (3)");
  });
}

TEST(GatherAll, GivesEveryRankTheWholeMatrixAsARankOfItsOwn) {
  for_ranks([](World& world) {
    Random random(23);
    for (const Format format : {Format::csr, Format::csc}) {
      const auto entries = random_entries(random, 6, 5, 25);
      const Value A = random_matrix(world, random, format, DType::int64, entries, 6, 5);
      const Value all = spgrad::gather_all(world, A);
      EXPECT_EQ(all.rows(), Layout::even(6, 1));
      EXPECT_EQ(all.columns(), Layout::even(5, 1));
      EXPECT_EQ(all.local_size(), 25);
      EXPECT_EQ(stored(*comm::solo_world(), all), in_storage_order(entries, format));
      const Value D = spgrad::gather_all(world, convert(world, A, Format::dense));
      EXPECT_EQ(D.cut(), kWhole);
      EXPECT_EQ(D.local_size(), 30);
      EXPECT_EQ(spgrad::gather_all(world, D).buffer().bytes(), D.buffer().bytes());
    }
  });
}

// Flags for all rows; each rank takes those of its own.
std::unique_ptr<bool[]> own_part(const std::vector<bool>& flags, const Layout& rows, int rank) {
  auto out = std::make_unique<bool[]>(static_cast<std::size_t>(rows.count(rank)));
  std::copy(flags.begin() + rows.begin(rank), flags.begin() + rows.end(rank), out.get());
  return out;
}

TEST(TakeRows, KeepsNamedRowsWhereTheyAre) {
  for_ranks([](World& world) {
    Random random(24);
    for (int turn = 0; turn < 10; ++turn) {
      const Index rows = 1 + below(random, 9);
      const auto entries = random_entries(random, rows, 5, 30);
      const Value A = random_matrix(world, random, Format::csr, DType::float64, entries, rows, 5);
      std::vector<bool> flags;
      std::vector<Index> number;  // of each row among those kept
      Index kept = 0;
      for (Index i = 0; i < rows; ++i) {
        flags.push_back(below(random, 3) != 0);
        number.push_back(flags.back() ? kept++ : -1);
      }
      const auto mine = own_part(flags, A.rows(), world.rank());
      const std::span keep(static_cast<const bool*>(mine.get()), static_cast<std::size_t>(A.local_rows()));

      std::vector<Entry> expected;
      for (const Entry& e : in_storage_order(entries, Format::csr))
        if (flags[static_cast<std::size_t>(e.i)]) expected.push_back({number[static_cast<std::size_t>(e.i)], e.j, e.x});
      const Value B = take_rows(world, A, keep);
      EXPECT_EQ(stored(world, B), expected);
      EXPECT_EQ(B.shape(), (Shape{kept, 5}));
      EXPECT_EQ(B.columns(), A.columns());
      EXPECT_EQ(B.rows().count(world.rank()), std::ranges::count(keep, true));

      const Value D = take_rows(world, convert(world, A, Format::dense), keep);
      EXPECT_EQ(D.layout(), B.rows());
      EXPECT_TRUE(std::ranges::equal(D.bytes(), convert(world, B, Format::dense).bytes()));
    }
  });
}

TEST(TakeRows, TakesVectors) {
  for_ranks([](World& world) {
    const Value y = Value::dense(DType::int32, {6}, 0, Layout::even(6, world.size()), world.rank());
    std::vector<bool> flags{true, false, false, true, true, false};
    for (Index k = 0; k < y.local_rows(); ++k)
      y.data<std::int32_t>()[static_cast<std::size_t>(k)] =
          static_cast<std::int32_t>(y.layout().begin(world.rank()) + k);
    const auto mine = own_part(flags, y.layout(), world.rank());
    const Value z =
        comm::gather_all(world, take_rows(world, y, {mine.get(), static_cast<std::size_t>(y.local_rows())}));
    EXPECT_TRUE(std::ranges::equal(z.data<std::int32_t>(), std::vector<std::int32_t>{0, 3, 4}));
  });
}

TEST(TakeRows, ComplainsOfColumnsWholeValuesAndWrongFlags) {
  for_ranks([](World& world) {
    const Layout even = Layout::even(4, world.size());
    const Value A = matrix(world, Format::csc, DType::float64, {{0, 0, 1.0}}, even, even);
    EXPECT_EQ(complaint([&] { take_rows(world, A, {}); }),
              "take_rows needs a value cut by rows, but csc float64 (4 x 4), 1 stored is cut by columns");
    EXPECT_EQ(complaint([&] { take_rows(world, zeros(4), {}); }),
              "take_rows needs a value cut by rows, but dense float64 (4) is whole on every rank");
    const bool flags[4] = {};
    const Value B = A.transposed();
    const auto rows = static_cast<std::size_t>(B.local_rows());
    const bool last = world.rank() == world.size() - 1;
    EXPECT_EQ(complaint([&] {
                take_rows(world, B, {flags, last ? rows + 1 : rows});
              }),
              text(world.size() == 1 ? "" : text("rank ", world.size() - 1, ": "), even.count(world.size() - 1) + 1,
                   " flags were given for ", even.count(world.size() - 1), " local rows"));
  });
}

}  // namespace
}  // namespace spgrad::tests
