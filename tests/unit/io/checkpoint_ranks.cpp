// Checkpoints: whole or not there, on any number of ranks.
#include <sys/mount.h>

#include <thread>

#include "io/checkpoint.hpp"
#include "tests/unit/comm/matrices.hpp"
#include "tests/unit/io/hdf5_files.hpp"

namespace spgrad::tests {
namespace {

namespace fs = std::filesystem;

const std::vector<Entry> kEntries{{4, 2, 2.0}, {0, 0, 1.0}, {4, 0, 3.0}, {4, 0, 4.0}, {1, 3, 0.0}};

io::Snapshot snapshot(World& world, Index step) {
  const Layout rows = Layout::even(6, world.size()), columns = Layout::even(5, world.size());
  const Value cut = Value::dense(DType::float64, {5, 3}, 0, columns, world.rank());
  std::ranges::fill(cut.data<double>(), static_cast<double>(step));
  return {.step = step,
          .facts = {{"loss", "0.25"}, {"what", "a \"model\" — \n ünder test"}},
          .values = {{"/W", cut},
                     {"b", full({3}, 0.5 * static_cast<double>(step), DType::float32)},
                     {"/t", Value::scalar_of(static_cast<Index>(7))},
                     {"/opt/X", matrix(world, Format::csc, DType::complex64, kEntries, columns, rows)},
                     {"/large", full({1025}, 1.0, DType::int16)}}};
}

void expect_snapshot(World& world, const std::optional<io::Snapshot>& s, Index step) {
  EXPECT_TRUE(s.has_value());
  if (!s) return;
  EXPECT_EQ(s->step, step);
  EXPECT_EQ(s->facts, snapshot(world, step).facts);
  EXPECT_EQ(s->values.size(), 5u);
  const auto value = [&](std::size_t k) { return s->values[k].second; };
  EXPECT_EQ(s->values[0].first, "/W");
  EXPECT_EQ(value(0).layout(), Layout::even(5, world.size()));
  EXPECT_EQ(gather_all(world, value(0)).data<double>()[14], static_cast<double>(step));
  EXPECT_EQ(s->values[1].first, "b");
  EXPECT_EQ(value(1).cut(), kWhole);
  EXPECT_EQ(value(1).data<float>()[2], 0.5f * static_cast<float>(step));
  EXPECT_EQ(value(2).scalar(), 7.0);
  EXPECT_EQ(stored(world, value(3)), in_storage_order(kEntries, Format::csc));
  EXPECT_EQ(value(4).cut(), 0);
}

TEST(Checkpoint, ComesBackAndTheNewestAreKept) {
  in_folder([](World& world, const std::string& folder) {
    const std::string dir = folder + "/run/ck";
    EXPECT_FALSE(io::load_checkpoint(world, dir).has_value());
    for (const Index step : {5, 10, 15, 20}) io::save_checkpoint(world, dir, snapshot(world, step), 2);
    EXPECT_EQ(files_in(world, dir), (std::vector<std::string>{"latest", "lock", "step-00000015", "step-00000020"}));
    EXPECT_EQ(fs::read_symlink(dir + "/latest"), "step-00000020");
    EXPECT_EQ(files_in(world, dir + "/latest"), (std::vector<std::string>{"data.h5", "manifest.json"}));
    expect_snapshot(world, io::load_checkpoint(world, dir), 20);
  });
}

TEST(Checkpoint, IsWrittenBesideTheNextSteps) {
  in_folder([](World& world, const std::string& folder) {
    io::save_checkpoint(world, folder, snapshot(world, 10), 2);
    {
      io::Saving saving(world, folder, snapshot(world, 20), 2);
      expect_snapshot(world, io::load_checkpoint(world, folder), 10);  // nothing is acknowledged yet
      while (!saving.done()) std::this_thread::yield();
      saving.finish();
      expect_snapshot(world, io::load_checkpoint(world, folder), 20);
    }
    { io::Saving given_up(world, folder, snapshot(world, 30), 2); }
    EXPECT_EQ(files_in(world, folder), (std::vector<std::string>{"latest", "lock", "step-00000010", "step-00000020"}));
    { io::Saving by_finish(world, folder, snapshot(world, 30), 2, false); }
    expect_snapshot(world, io::load_checkpoint(world, folder), 20);
  });
}

TEST(Checkpoint, OfAStepThatIsThereReplacesIt) {
  in_folder([](World& world, const std::string& folder) {
    for (const Index step : {10, 20, 30}) io::save_checkpoint(world, folder, snapshot(world, step), 3);
    io::Snapshot again = snapshot(world, 10);  // a fresh start in an old folder
    again.facts = {{"run", "2"}};
    io::save_checkpoint(world, folder, again, 3);
    const auto back = io::load_checkpoint(world, folder);
    EXPECT_EQ(back->step, 10);
    EXPECT_EQ(back->facts, again.facts);
    EXPECT_EQ(files_in(world, folder),
              (std::vector<std::string>{"latest", "lock", "step-00000010", "step-00000020", "step-00000030"}));
  });
}

TEST(Checkpoint, ADamagedOneIsPassedOver) {
  in_folder([](World& world, const std::string& folder) {
    for (const Index step : {10, 20}) io::save_checkpoint(world, folder, snapshot(world, step), 2);
    const std::string newest = folder + "/step-00000020";
    const auto falls_back = [&](const std::string& file, const std::string& bytes, const std::string& about) {
      std::string good;
      once(world, [&] {
        good = bytes_of(newest + file);
        put_bytes(newest + file, bytes);
      });
      std::string notes;
      expect_snapshot(world, io::load_checkpoint(world, folder, [&](const std::string& note) { notes += note; }), 10);
      EXPECT_NE(notes.find("step-00000020"), std::string::npos) << notes;
      EXPECT_NE(notes.find(about), std::string::npos) << notes << "\nlacks " << about;
      once(world, [&] { put_bytes(newest + file, good); });
    };
    const std::string data = bytes_of(newest + "/data.h5"), manifest = bytes_of(newest + "/manifest.json");
    world.barrier();
    for (std::size_t k = 0; k < 24; ++k) {  // one bit, in metadata and data alike
      std::string flipped = data;
      flipped[k * (data.size() - 1) / 23] ^= static_cast<char>(1 << (k % 8));
      falls_back("/data.h5", flipped, "data.h5 is damaged");
    }
    falls_back("/data.h5", data.substr(0, data.size() / 2), "the manifest says");
    falls_back("/data.h5", data + "x", "the manifest says");
    falls_back("/data.h5", "", "the manifest says");
    falls_back("/manifest.json", "", "manifest.json is broken");
    falls_back("/manifest.json", manifest.substr(0, manifest.size() - 20), "manifest.json is broken");
    std::string other = manifest;
    other[other.find("20")] = '3';
    falls_back("/manifest.json", other, "checksum");
    other = manifest;
    other.replace(other.find("\"version\": 2"), 12, "\"version\": 9");
    falls_back("/manifest.json", other, "version 9");
    once(world, [&] { fs::remove(newest + "/data.h5"); });
    std::string notes;
    expect_snapshot(world, io::load_checkpoint(world, folder, [&](const std::string& note) { notes += note; }), 10);
    EXPECT_NE(notes.find("data.h5"), std::string::npos) << notes;
    once(world, [&] { fs::remove(folder + "/step-00000010/manifest.json"); });
    EXPECT_FALSE(io::load_checkpoint(world, folder).has_value());
  });
}

TEST(Checkpoint, DamagedOnesDoNotCountAsKept) {
  in_folder([](World& world, const std::string& folder) {
    for (const Index step : {10, 20}) io::save_checkpoint(world, folder, snapshot(world, step), 2);
    once(world, [&] { put_bytes(folder + "/step-00000020/data.h5", "short"); });
    io::save_checkpoint(world, folder, snapshot(world, 30), 2);
    EXPECT_EQ(files_in(world, folder), (std::vector<std::string>{"latest", "lock", "step-00000010", "step-00000030"}));
  });
}

TEST(Checkpoint, LeftoversOfACrashAreIgnoredThenRemoved) {
  in_folder([](World& world, const std::string& folder) {
    io::save_checkpoint(world, folder, snapshot(world, 10), 2);
    once(world, [&] {
      fs::copy(folder + "/step-00000010", folder + "/.tmp-abcdefgh");  // crashed before it got its name
      fs::create_directory(folder + "/.tmp-12345678");
      fs::copy(folder + "/step-00000010",
               folder + "/.old-step-00000010");  // crashed while it was replaced, new one there
      fs::create_directory_symlink("step-00000099", folder + "/.tmp-link");
      put_bytes(folder + "/notes.txt", "a user's");
    });
    expect_snapshot(world, io::load_checkpoint(world, folder), 10);
    io::prepare_checkpoints(world, folder);
    EXPECT_EQ(files_in(world, folder), (std::vector<std::string>{"latest", "lock", "notes.txt", "step-00000010"}));
    once(world,
         [&] { fs::rename(folder + "/step-00000010", folder + "/.old-step-00000010"); });  // ... new one not there
    io::prepare_checkpoints(world, folder);
    expect_snapshot(world, io::load_checkpoint(world, folder), 10);
    once(world, [&] { fs::remove(folder + "/latest"); });
    expect_snapshot(world, io::load_checkpoint(world, folder), 10);
  });
}

TEST(Checkpoint, WhereItCannotBeSavedIsAnIoError) {
  in_folder([](World& world, const std::string& folder) {
    once(world, [&] { put_bytes(folder + "/file", "not a folder"); });
    for (const std::string& dir : {folder + "/file", folder + "/file/below", std::string("/proc/spgrad")}) {
      expect_error(ErrorKind::io, {dir}, [&] { io::prepare_checkpoints(world, dir); });
      expect_error(ErrorKind::io, {dir}, [&] { io::save_checkpoint(world, dir, snapshot(world, 1), 1); });
    }
    expect_error(ErrorKind::data, {"UTF-8"}, [&] {
      io::save_checkpoint(world, folder + "/ck", {.step = 1, .facts = {{"x", "\xff"}}, .values = {}}, 1);
    });
    EXPECT_EQ(files_in(world, folder + "/ck"), std::vector<std::string>{"lock"});
  });
}

TEST(Checkpoint, OnAFullDiskTheEarlierOneStays) {
  in_folder([](World& world, const std::string& folder) {
    const std::string disk = folder + "/disk";
    bool mounted = false;
    once(world, [&] {
      fs::create_directory(disk);
      mounted = mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=3m") == 0;
    });
    if (!world.any(mounted)) GTEST_SKIP() << "no right to mount a small disk";
    io::save_checkpoint(world, disk, {.step = 1, .facts = {}, .values = {{"/x", zeros(100)}}}, 2);
    expect_error(ErrorKind::io, {disk, "No space left"}, [&] {
      io::save_checkpoint(world, disk, {.step = 2, .facts = {}, .values = {{"/x", zeros(1 << 20)}}}, 2);
    });
    EXPECT_EQ(io::load_checkpoint(world, disk)->step, 1);
    expect_error(ErrorKind::io, {disk, "No space left"}, [&] {
      io::write(world, disk + "/a.h5", {{"/x", zeros(1 << 20)}});
    });
    EXPECT_EQ(files_in(world, disk), (std::vector<std::string>{"latest", "lock", "step-00000001"}));
    once(world, [&] { umount(disk.c_str()); });
  });
}

}  // namespace
}  // namespace spgrad::tests
