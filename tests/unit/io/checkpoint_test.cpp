// What needs several worlds, or a disk of its own.
#include <sys/mount.h>

#include "tests/unit/comm/matrices.hpp"
#include "tests/unit/io/hdf5_files.hpp"

namespace spgrad::tests {
namespace {

TEST(Checkpoint, SavedByAnyNumberOfRanksIsReadByAnyOther) {
  with_folder(*comm::solo_world(), [](World&, const std::string& folder) {
    Random random(3);
    const auto entries = random_entries(random, 23, 17, 150);
    const auto wanted = in_storage_order(entries, Format::csr);
    std::string first;
    for (const int writers : {1, 2, 3, 5}) {
      on_ranks(writers, [&](World& world) {
        const Layout rows = Layout::even(23, world.size()), columns = Layout::even(17, world.size());
        const Value X = matrix(world, Format::csr, DType::float32, entries, rows, columns);
        io::save_checkpoint(world, folder, {.step = 1, .facts = {}, .values = {{"/X", X}}}, 1);
      });
      const std::string bytes = bytes_of(folder + "/latest/data.h5") + bytes_of(folder + "/latest/manifest.json");
      if (first.empty()) first = bytes;
      EXPECT_EQ(bytes, first) << "the files depend on the number of ranks";
      for (const int readers : {1, 2, 4, 30})
        on_ranks(readers, [&](World& world) {
          EXPECT_EQ(stored(world, io::load_checkpoint(world, folder)->values[0].second), wanted)
              << writers << " to " << readers;
        });
    }
  });
}

TEST(Checkpoint, OnAFullDiskTheEarlierOneStays) {
  with_folder(*comm::solo_world(), [](World&, const std::string& folder) {
    const std::string disk = folder + "/disk";
    std::filesystem::create_directory(disk);
    if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=3m") != 0) GTEST_SKIP() << "no right to mount a small disk";
    const std::shared_ptr<void> unmount(nullptr, [&](void*) { umount(disk.c_str()); });
    on_ranks(3, [&](World& world) {
      io::save_checkpoint(world, disk, {.step = 1, .facts = {}, .values = {{"/x", zeros(100)}}}, 2);
      expect_error(ErrorKind::io, {disk, "No space left"}, [&] {
        io::save_checkpoint(world, disk, {.step = 2, .facts = {}, .values = {{"/x", zeros(1 << 20)}}}, 2);
      });
      EXPECT_EQ(io::load_checkpoint(world, disk)->step, 1);
      expect_error(ErrorKind::io, {disk, "No space left"}, [&] {
        io::write(world, disk + "/a.h5", {{"/x", zeros(1 << 20)}});
      });
      EXPECT_EQ(files_in(disk), (std::vector<std::string>{"latest", "step-00000001"}));
    });
  });
}

}  // namespace
}  // namespace spgrad::tests
