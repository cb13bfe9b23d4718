// What needs worlds of several sizes.
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

}  // namespace
}  // namespace spgrad::tests
