// What verify and list_checkpoints say of sound and of damaged files.
#include "tests/unit/comm/matrices.hpp"
#include "tests/unit/io/hdf5_files.hpp"

namespace spgrad::tests {
namespace {

namespace fs = std::filesystem;

const std::vector<Entry> kEntries{{4, 2, 2.0}, {0, 0, 1.0}, {4, 0, 3.0}, {1, 3, 0.5}};

io::Snapshot snapshot(World& world, Index step) {
  const Layout rows = Layout::even(6, world.size()), columns = Layout::even(5, world.size());
  return {.step = step,
          .facts = {},
          .values = {{"/W", full({300}, 0.5)},
                     {"/X", matrix(world, Format::csr, DType::float64, kEntries, rows, columns)}}};
}

std::vector<std::string> complaints(World& world, const std::string& path) {
  std::vector<std::string> all;
  for (const io::Verdict& v : io::verify(world, path)) all.insert(all.end(), v.complaints.begin(), v.complaints.end());
  return all;
}

/// With the bytes of `file` changed for a moment there is one complaint, which has all the fragments.
void expect_complaint(World& world, const std::string& path, const std::string& file,
                      const std::function<std::string(std::string)>& damage,
                      const std::vector<std::string>& fragments) {
  std::string good;
  once(world, [&] {
    good = bytes_of(file);
    put_bytes(file, damage(good));
  });
  const auto said = complaints(world, path);
  EXPECT_EQ(said.size(), 1u);
  for (const std::string& fragment : fragments)
    EXPECT_NE((said.empty() ? "" : said[0]).find(fragment), std::string::npos) << said[0] << "\nlacks " << fragment;
  once(world, [&] { put_bytes(file, good); });
}

std::function<std::string(std::string)> flipped_at(std::function<std::size_t(const std::string&)> where) {
  return [where](std::string bytes) {
    bytes[where(bytes)] ^= 0x10;
    return bytes;
  };
}

TEST(Verify, OfCheckpointsSaysWhatIsDamagedAndWhere) {
  in_folder([](World& world, const std::string& folder) {
    for (const Index step : {10, 20}) io::save_checkpoint(world, folder, snapshot(world, step), 2);
    const auto verdicts = io::verify(world, folder);
    EXPECT_EQ(verdicts.size(), 2u);
    EXPECT_EQ(verdicts[0].path, folder + "/step-00000020");
    EXPECT_TRUE(complaints(world, folder).empty());
    EXPECT_TRUE(complaints(world, folder + "/latest").empty());

    const std::string newest = folder + "/step-00000020", data = newest + "/data.h5";
    const double half = 0.5;
    const std::string halves(reinterpret_cast<const char*>(&half), sizeof half);
    expect_complaint(world, folder, data,
                     flipped_at([&](const std::string& bytes) { return bytes.find(halves + halves) + 80; }),
                     {data, "bytes 0 to ", "/W, elements 0 to 300"});
    expect_complaint(world, newest, data, flipped_at([](const std::string&) { return 0; }), {data, "bytes 0 to "});
    expect_complaint(world, folder, data, [](const std::string& bytes) { return bytes.substr(0, 100); },
                     {data, "100 bytes", "the manifest says"});
    expect_complaint(world, folder, newest + "/manifest.json",
                     flipped_at([](const std::string& bytes) { return bytes.find("300"); }), {"manifest.json"});
    expect_complaint(world, newest, newest + "/manifest.json", [](const std::string&) { return "{}"; },
                     {"manifest.json"});
    EXPECT_TRUE(complaints(world, folder).empty());
    expect_error(ErrorKind::io, {"nowhere"}, [&] { io::verify(world, folder + "/nowhere"); });
    once(world, [&] { fs::create_directory(folder + "/empty"); });
    expect_error(ErrorKind::io, {"no checkpoint"}, [&] { io::verify(world, folder + "/empty"); });
  });
}

TEST(Verify, OfACheckpointUnderTheNameOfAnotherStepSaysSo) {
  in_folder([](World& world, const std::string& folder) {
    io::save_checkpoint(world, folder, snapshot(world, 20), 2);
    once(world, [&] { fs::rename(folder + "/step-00000020", folder + "/step-00000030"); });
    const auto said = complaints(world, folder);
    ASSERT_EQ(said.size(), 1u);
    EXPECT_NE(said[0].find("has the name of step 30, but holds step 20"), std::string::npos) << said[0];
  });
}

TEST(Verify, GivesTheRangeOfBytesAndOfElements) {
  in_folder([](World& world, const std::string& folder) {
    io::save_checkpoint(world, folder, {.step = 1, .facts = {}, .values = {{"/W", full({1 << 20}, 0.5)}}}, 1);
    const std::string data = folder + "/step-00000001/data.h5";
    // W begins at 1 MiB, where large datasets are aligned; blocks have 4 MiB.
    expect_complaint(world, folder, data, flipped_at([](const std::string&) { return 5000000; }),
                     {"bytes 4194304 to 8388608 ", "(/W, elements 393216 to 917504)"});
    const auto twice = [](std::string bytes) {
      bytes[5000000] ^= 1;
      bytes[9000000] ^= 1;
      return bytes;
    };
    expect_complaint(world, folder, data, twice, {"bytes 4194304 to 9437184 ", "(/W, elements 393216 to 1048576)"});
  });
}

TEST(Verify, OfAnHdf5FileNamesTheDatasetAndThePosition) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/a.h5";
    io::write(world, file, snapshot(world, 1).values);
    EXPECT_TRUE(complaints(world, file).empty());
    // The offsets of X: 0 1 2 2 2 4 4.
    const std::vector<Index> offsets{0, 1, 2, 2, 2, 4, 4};
    const std::string there(reinterpret_cast<const char*>(offsets.data()), offsets.size() * sizeof(Index));
    expect_complaint(world, file, file, flipped_at([&](const std::string& bytes) { return bytes.find(there) + 16; }),
                     {file, "/X/indptr[2] is 18"});
    expect_complaint(world, file, file, [](const std::string& bytes) { return bytes.substr(0, 1000); }, {file});
    expect_complaint(world, file, file, [](const std::string&) { return "no HDF5"; }, {file, "not an HDF5 file"});
  });
}

TEST(Verify, AListOfCheckpointsHasTheDamagedOnes) {
  in_folder([](World& world, const std::string& folder) {
    EXPECT_TRUE(io::list_checkpoints(folder + "/none").empty());
    for (const Index step : {10, 20}) io::save_checkpoint(world, folder, snapshot(world, step), 2);
    once(world, [&] { fs::resize_file(folder + "/step-00000010/data.h5", 9); });
    const auto all = io::list_checkpoints(folder);
    EXPECT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].name, "step-00000020");
    EXPECT_TRUE(all[0].latest && all[0].complaint.empty());
    EXPECT_EQ(all[0].values, 2u);
    EXPECT_EQ(all[0].bytes, static_cast<Index>(fs::file_size(folder + "/step-00000020/data.h5")));
    EXPECT_EQ(all[1].step, 10);
    EXPECT_FALSE(all[1].latest);
    EXPECT_NE(all[1].complaint.find("9 bytes"), std::string::npos) << all[1].complaint;
    world.barrier();
  });
}

}  // namespace
}  // namespace spgrad::tests
