// A slab goes through in pieces, and its checksum does not depend on who has which part.
#include <cstring>
#include <numeric>

#include "io/disk.hpp"
#include "io/write.hpp"
#include "tests/unit/io/hdf5_files.hpp"

namespace spgrad::tests {
namespace {

using io::Slab;

TEST(Slab, OfAnySizeInPiecesOfAnySize) {
  in_folder([](World& world, const std::string& folder) {
    const Index rows = 11, columns = 7;
    const std::string name = folder + "/a.h5";
    const Value whole = zeros({rows, columns}, DType::int64);
    const auto numbers = whole.data<Index>();
    std::iota(numbers.begin(), numbers.end(), 100);
    const std::uint64_t wanted = io::checksum(whole.bytes(), sizeof(Index), 0);
    once(world, [&] {
      io::create_file(name);
      io::create_structure(world, name, {{"/a", whole}});
    });
    for (const int axis : {0, 1})
      for (const std::size_t piece : {1u, 8u, 24u, 56u, 100u, 10000u}) {
        const Layout cut = Layout::even(axis == 0 ? rows : columns, world.size());
        const Index begin = cut.begin(world.rank()), count = cut.count(world.rank());
        const Slab mine = axis == 0 ? Slab{.row = begin, .rows = count, .column = 0, .columns = columns}
                                    : Slab{.row = 0, .rows = rows, .column = begin, .columns = count};
        std::size_t largest = 0;
        std::uint64_t sum = 0, sum_read = 0;
        Index seen = 0;
        {
          io::File file(world, name, io::File::Mode::write);
          sum = io::write_slab(
              file, "/a", DType::int64, mine,
              [&](const Slab& p, Index, std::span<std::byte> bytes) {
                largest = std::max(largest, bytes.size());
                for (Index i = 0; i < p.rows; ++i)
                  std::memcpy(bytes.data() + i * p.columns * 8,
                              &numbers[static_cast<std::size_t>((p.row + i) * columns + p.column)],
                              static_cast<std::size_t>(p.columns) * 8);
              },
              piece);
          file.close();
        }
        {
          io::File file(world, name, io::File::Mode::read);
          sum_read = io::read_slab(
              file, "/a", DType::int64, mine,
              [&](const Slab& p, Index first, std::span<std::byte> bytes) {
                EXPECT_EQ(first, seen);
                seen += p.elements();
                Index x = 0;
                std::memcpy(&x, bytes.data(), sizeof x);
                EXPECT_EQ(x, 100 + p.row * columns + p.column);
              },
              piece);
        }
        EXPECT_LE(largest, std::max<std::size_t>(8, piece));
        EXPECT_EQ(seen, mine.elements());
        EXPECT_EQ(sum_read, sum);
        EXPECT_EQ(world.reduce(sum), wanted) << axis << ' ' << piece;
      }
  });
}

TEST(Slab, ARankThatRefusesAPieceIsHeardByAll) {
  in_folder([](World& world, const std::string& folder) {
    const std::string name = folder + "/a.h5";
    io::write(world, name, {{"/a", zeros(40)}});
    io::File file(world, name, io::File::Mode::read);
    const Layout cut = Layout::even(40, world.size());
    const int last = world.size() - 1;
    expect_error(ErrorKind::data, {"too late"}, [&] {
      io::read_slab(
          file, "/a", DType::float64, {.row = cut.begin(world.rank()), .rows = cut.count(world.rank())},
          [&](const Slab&, Index first, std::span<std::byte>) {
            require(world.rank() != last || first == 0, "too late");
          },
          8);
    });
    world.barrier();  // nobody is left behind
  });
}

}  // namespace
}  // namespace spgrad::tests
