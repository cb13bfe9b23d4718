// What is written comes back: every dtype, format, cut and awkward pattern.
#include "tests/support/typed.hpp"
#include "tests/unit/comm/matrices.hpp"
#include "tests/unit/io/hdf5_files.hpp"

namespace spgrad::tests {
namespace {

Value dense_numbers(World& world, DType dtype, const Shape& shape, int cut, unsigned seed) {
  Random random(seed);
  const Value v = cut == kWhole
                      ? Value::whole(dtype, shape, static_cast<int>(seed % 2))
                      : Value::dense(dtype, shape, cut, random_layout(random, shape[cut], world.size()), world.rank());
  fill_numbers(v);
  return v;
}

/// All elements of all ranks of a value cut by rows, or whole.
std::vector<std::byte> all_bytes(World& world, const Value& v) {
  const auto mine = v.bytes();
  return v.cut() == kWhole ? std::vector(mine.begin(), mine.end()) : world.gather_all(std::span<const std::byte>(mine));
}

std::vector<std::byte> numbers(DType dtype, const Shape& shape) {
  const Value v = Value::whole(dtype, shape);
  fill_numbers(v);
  return {v.bytes().begin(), v.bytes().end()};
}

TEST(Hdf5RoundTrip, OfDenseArraysOfEveryDTypeAndCut) {
  in_folder([](World& world, const std::string& folder) {
    for (int k = 0; k < kDTypes; ++k) {
      const auto dtype = static_cast<DType>(k);
      std::vector<std::pair<std::string, Value>> values;
      std::vector<Shape> shapes{{5, 4}};
      if (dtype == DType::complex64) shapes = {{}, {7}, {0}, {5, 4}, {4, 0}, {0, 3}, {1, 9}};
      for (std::size_t s = 0; s < shapes.size(); ++s)
        for (int cut = kWhole; cut < shapes[s].ndim(); ++cut)
          values.emplace_back(text("/v", s, "/cut", cut + 1), dense_numbers(world, dtype, shapes[s], cut, unsigned(s)));
      io::write(world, folder + "/a.h5", values);
      for (const auto& [path, value] : values) {
        const Value back = io::read(world, folder + "/a.h5", path);
        EXPECT_EQ(back.dtype(), dtype);
        EXPECT_EQ(back.shape(), value.shape());
        EXPECT_EQ(back.cut(), value.shape().ndim() == 0 ? kWhole : 0);
        EXPECT_EQ(all_bytes(world, back), numbers(dtype, value.shape()))
            << dtype << ' ' << path << ' ' << value.shape();
      }
    }
  });
}

TEST(Hdf5RoundTrip, OfSparseMatricesKeepsOrderDuplicatesAndZeros) {
  in_folder([](World& world, const std::string& folder) {
    Random random(1);
    std::vector<std::pair<std::string, Value>> values;
    std::vector<std::vector<Entry>> wanted;
    for (int turn = 0; turn < kDTypes; ++turn) {
      const auto dtype = static_cast<DType>(turn);
      const Format format = turn % 2 == 0 ? Format::csr : Format::csc;
      const Index rows = below(random, 12), columns = below(random, 9);
      const auto entries = random_entries(random, rows, columns, 40);
      const Index majors = format == Format::csr ? rows : columns;
      values.emplace_back(text("X", turn),
                          matrix(world, format, dtype, entries, random_layout(random, majors, world.size()),
                                 random_layout(random, rows + columns - majors, world.size())));
      wanted.push_back(stored(world, values.back().second));
    }
    io::write(world, folder + "/a.h5", values);
    for (std::size_t v = 0; v < values.size(); ++v)
      for (const Balance balance : {Balance::even, Balance::nnz}) {
        const Value back =
            io::read(world, folder + "/a.h5", values[v].first, {.balance = balance, .cut_like = {}, .minor = {}});
        EXPECT_EQ(text(back), text(values[v].second));
        EXPECT_EQ(stored(world, back), wanted[v]) << values[v].first;
      }
  });
}

TEST(Hdf5Read, CutsAsItIsTold) {
  in_folder([](World& world, const std::string& folder) {
    Random random(2);
    const auto entries = random_entries(random, 30, 20, 200);
    const auto even = [&](Index n) { return Layout::even(n, world.size()); };
    io::write(world, folder + "/a.h5",
              {{"/X", matrix(world, Format::csr, DType::float64, entries, even(30), even(20))},
               {"/y", dense_numbers(world, DType::float64, {30}, 0, 1)}});
    const Layout rows = random_layout(random, 30, world.size()), columns = random_layout(random, 20, world.size());
    const Value X =
        io::read(world, folder + "/a.h5", "/X", {.balance = Balance::even, .cut_like = rows, .minor = columns});
    EXPECT_EQ(X.rows(), rows);
    EXPECT_EQ(X.columns(), columns);
    EXPECT_EQ(stored(world, X), in_storage_order(entries, Format::csr));
    const Value y = io::read(world, folder + "/a.h5", "/y", {.balance = Balance::even, .cut_like = rows, .minor = {}});
    EXPECT_EQ(y.layout(), rows);
    expect_error(ErrorKind::data, {"/y", "30", "31"}, [&] {
      io::read(world, folder + "/a.h5", "/y", {.balance = Balance::even, .cut_like = even(31), .minor = {}});
    });
  });
}

TEST(Hdf5Read, BalancesByEntriesAsLayoutDoes) {
  in_folder([](World& world, const std::string& folder) {
    // Row i has i % 13 entries, the last rows have none.
    std::vector<Entry> entries;
    std::vector<Index> lengths(50, 0);
    for (Index i = 0; i < 40; ++i)
      for (Index j = 0; j < i % 13; ++j) entries.push_back({i, j, 1.0}), ++lengths[static_cast<std::size_t>(i)];
    const Layout rows = Layout::even(50, world.size()), columns = Layout::even(13, world.size());
    io::write(world, folder + "/a.h5", {{"/X", matrix(world, Format::csr, DType::int8, entries, rows, columns)}});
    const Value X = io::read(world, folder + "/a.h5", "/X", {.balance = Balance::nnz, .cut_like = {}, .minor = {}});
    EXPECT_EQ(X.rows(), Layout::balanced(lengths, world.size()));
  });
}

TEST(Hdf5Write, AddsToAFileAndReplacesWhatIsThere) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/a.h5";
    const Value a = full({3}, 1.0), b = full({2, 2}, 2.0), c = full({5}, 3.0, DType::int32);
    io::write(world, file, {{"/a", a}, {"/g/b", b}}, true);  // not there yet: made
    io::write(world, file, {{"/a", c}, {"/g/c", c}}, true);
    EXPECT_EQ(io::read(world, file, "/a").shape(), Shape{5});
    EXPECT_EQ(all_bytes(world, io::read(world, file, "/g/b")), all_bytes(world, b));
    EXPECT_EQ(all_bytes(world, io::read(world, file, "/g/c")), all_bytes(world, c));
    const auto entries = io::list(file);
    EXPECT_EQ(entries.size(), 3u);
    EXPECT_EQ(entries[1].path, "/g/b");
    world.barrier();
    io::write(world, file, {{"/z", a}});  // without append the old content is gone
    EXPECT_EQ(io::list(file).size(), 1u);
    EXPECT_EQ(files_in(world, folder), std::vector<std::string>{"a.h5"});
  });
}

TEST(Hdf5Write, GivesTheSameFileForEveryCut) {
  in_folder([](World& world, const std::string& folder) {
    const Value whole = dense_numbers(world, DType::float64, {9, 4}, kWhole, 0);
    io::write(world, folder + "/whole.h5", {{"/a", whole}});
    for (const int cut : {0, 1}) {
      io::write(world, folder + "/cut.h5", {{"/a", dense_numbers(world, DType::float64, {9, 4}, cut, 3)}});
      EXPECT_EQ(bytes_of(folder + "/cut.h5"), bytes_of(folder + "/whole.h5")) << cut;
      world.barrier();
    }
  });
}

}  // namespace
}  // namespace spgrad::tests
