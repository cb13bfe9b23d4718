// A slab goes through in pieces, and its checksum does not depend on who has which part.
#include <cstring>
#include <numeric>

#include "io/disk.hpp"
#include "io/write.hpp"
#include "src/comm/moves.hpp"
#include "tests/unit/io/hdf5_files.hpp"

namespace spgrad::tests {
namespace {

using io::Slab;

/// 0, 1, 2 ... in row-major order.
Value numbered(const Shape& shape) {
  const Value x = Value::whole(DType::int64, shape);
  std::iota(x.data<Index>().begin(), x.data<Index>().end(), 0);
  return x;
}

TEST(Slab, OfAnySizeIsReadInPiecesOfAnySize) {
  in_folder([](World& world, const std::string& folder) {
    const Index rows = 11, columns = 7;
    const std::string name = folder + "/a.h5";
    const Value whole = numbered({rows, columns});
    io::write(world, name, {{"/a", whole}});
    for (const int axis : {0, 1})
      for (const std::size_t piece : {1u, 8u, 24u, 56u, 100u, 10000u}) {
        const Layout cut = Layout::even(axis == 0 ? rows : columns, world.size());
        const Index begin = cut.begin(world.rank()), count = cut.count(world.rank());
        const Slab mine = axis == 0 ? Slab{.row = begin, .rows = count, .column = 0, .columns = columns}
                                    : Slab{.row = 0, .rows = rows, .column = begin, .columns = count};
        std::size_t largest = 0;
        Index seen = 0;
        io::File file(world, name);
        const std::uint64_t sum = io::read_slab(
            file, "/a", DType::int64, mine,
            [&](const Slab& p, Index first, std::span<std::byte> bytes) {
              EXPECT_EQ(first, seen);
              seen += p.elements();
              largest = std::max(largest, bytes.size());
              Index x = 0;
              std::memcpy(&x, bytes.data(), sizeof x);
              EXPECT_EQ(x, p.row * columns + p.column);
            },
            piece);
        EXPECT_LE(largest, std::max<std::size_t>(8, piece));
        EXPECT_EQ(seen, mine.elements());
        EXPECT_EQ(world.reduce(sum), io::checksum(whole.bytes(), sizeof(Index), 0)) << axis << ' ' << piece;
      }
  });
}

TEST(Slab, OfManyPiecesIsWrittenWhereItBelongs) {
  in_folder([](World& world, const std::string& folder) {
    for (const Shape shape : {Shape{300000}, Shape{3, 200000}, Shape{50000, 5}})
      for (const int cut : {0, 1}) {
        if (cut >= shape.ndim()) continue;
        const std::string name = folder + "/" + std::to_string(shape[0]) + "_" + std::to_string(cut) + ".h5";
        once(world, [&] { io::create_file(name); });
        const Value whole = numbered(shape),
                    mine = comm::slice(whole, cut, Layout::even(shape[cut], world.size()), world.rank());
        const auto written = io::Writing(world, name, {{"/a", mine}}, cut == 1).end();
        const Value read = spgrad::gather_all(world, io::read(world, name, "/a"));
        EXPECT_EQ(written.checksums.at(0)[0], io::checksum(whole.bytes(), sizeof(Index), 0));
        EXPECT_TRUE(std::ranges::equal(read.data<Index>(), whole.data<Index>())) << shape << ' ' << cut;
        const auto bytes = static_cast<Index>(std::filesystem::file_size(name));
        EXPECT_EQ(io::hash_blocks(world, name, bytes, written.blocks), io::hash_blocks(world, name, bytes));
      }
  });
}

TEST(Slab, BlocksThatPassAreHashedOnlyWhole) {
  std::vector<std::byte> file(3 * io::kBlockBytes + 1000);
  for (std::size_t i = 0; i < file.size(); ++i) file[i] = static_cast<std::byte>(i * i % 251);
  const auto pass = [&](io::PassingBlocks& blocks, Index from, Index to, Index step) {
    for (Index at = from; at < to; at += step)
      blocks.add(
          at, std::span(file).subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(std::min(step, to - at))));
  };
  io::PassingBlocks all, holes;
  pass(all, 0, static_cast<Index>(file.size()), 1000003);
  EXPECT_EQ(all.whole().size(), 3u);
  pass(holes, 5, io::kBlockBytes + 77, 1 << 20);                    // begins late, ends early
  pass(holes, io::kBlockBytes + 78, 3 * io::kBlockBytes, 5 << 20);  // a byte is missing
  EXPECT_EQ(holes.whole().size(), 1u);
  for (const auto& [block, hash] : all.whole())
    EXPECT_EQ(hash, io::xxh3(file.data() + block * io::kBlockBytes, static_cast<std::size_t>(io::kBlockBytes)));
  EXPECT_EQ(holes.whole().at(0).xxh3, all.whole().at(2).xxh3);
}

TEST(Slab, ARankThatRefusesAPieceIsHeardByAll) {
  in_folder([](World& world, const std::string& folder) {
    const std::string name = folder + "/a.h5";
    io::write(world, name, {{"/a", zeros(40)}});
    io::File file(world, name);
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
