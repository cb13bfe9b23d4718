// What needs worlds of several sizes, or none.
#include <map>

#include "io/checkpoint.hpp"
#include "tests/support/layouts.hpp"
#include "tests/support/typed.hpp"
#include "tests/unit/comm/matrices.hpp"
#include "tests/unit/io/hdf5_files.hpp"

namespace spgrad::tests {
namespace {

namespace fs = std::filesystem;

constexpr Index kRows = 23, kColumns = 17;

// Values of every dtype, cut unevenly and some ranks with nothing.
std::vector<std::pair<std::string, Value>> values_of_all_kinds(World& world, unsigned seed) {
  Random random(3);
  const auto entries = random_entries(random, kRows, kColumns, 150);
  std::vector<std::pair<std::string, Value>> all;
  for (int k = 0; k < kDTypes; ++k) {
    const auto dtype = static_cast<DType>(k);
    const Layout rows = random_layout(kRows, world.size(), seed + static_cast<unsigned>(k)),
                 columns = random_layout(kColumns, world.size(), seed + 99);
    const auto add = [&](const char* kind, const Value& v) { all.emplace_back(text('/', dtype, '/', kind), v); };
    add("csr", matrix(world, Format::csr, dtype, entries, rows, columns));
    add("csc", matrix(world, Format::csc, dtype, entries, columns, rows));
    for (const auto& [kind, v] : {std::pair{"by_rows", Value::dense(dtype, {kRows, kColumns}, 0, rows, world.rank())},
                                  {"by_columns", Value::dense(dtype, {kRows, kColumns}, 1, columns, world.rank())},
                                  {"vector", Value::dense(dtype, {kRows}, 0, rows, world.rank())},
                                  {"whole", Value::whole(dtype, {kRows})},
                                  {"scalar", Value::whole(dtype, {})}}) {
      fill_numbers(v, 5);
      add(kind, v);
    }
  }
  return all;
}

using Fingerprints = std::map<std::string, std::uint64_t>;
Fingerprints fingerprints(World& world, const std::vector<std::pair<std::string, Value>>& values) {
  Fingerprints all;
  for (const auto& [path, value] : values) all[path] = io::fingerprint(world, value);
  return all;
}

/// The manifest without what depends on who wrote it.
std::string manifest_without_about(const std::string& folder) {
  std::string manifest = bytes_of(folder + "/manifest.json");
  const auto begin = manifest.find("\"about\""), end = manifest.find("\"facts\"");
  return manifest.erase(begin, end - begin).erase(manifest.find("\"checksum\":"));
}

TEST(Checkpoint, SavedByAnyNumberOfRanksIsReadByAnyOtherBitByBit) {
  with_folder(*comm::solo_world(), [](World&, const std::string& folder) {
    Fingerprints wanted;
    std::string first;
    for (const int writers : {1, 2, 3, 4, 7}) {
      on_ranks(writers, [&](World& world) {
        const auto values = values_of_all_kinds(world, static_cast<unsigned>(writers));
        const Fingerprints now = fingerprints(world, values);
        if (world.rank() == 0 && wanted.empty()) wanted = now;
        world.barrier();
        EXPECT_EQ(now, wanted) << "fingerprints depend on the ranks or on cuts";
        io::save_checkpoint(world, folder, {.step = 1, .facts = {}, .values = values}, 1);
      });
      const std::string bytes = bytes_of(folder + "/latest/data.h5") + manifest_without_about(folder + "/latest");
      if (first.empty()) first = bytes;
      EXPECT_EQ(bytes, first) << "the files depend on the number of ranks";
      for (const int readers : {1, 2, 3, 4, 7})
        on_ranks(readers, [&](World& world) {
          const auto back = io::load_checkpoint(world, folder)->values;
          EXPECT_EQ(fingerprints(world, back), wanted) << writers << " to " << readers;
        });
    }
    EXPECT_EQ(wanted.size(), 7u * kDTypes);
  });
}

TEST(Checkpoint, AFingerprintTellsValuesApart) {
  on_ranks(3, [](World& world) {
    const auto values = values_of_all_kinds(world, 1);
    std::map<std::uint64_t, std::string> seen;
    const auto is_new = [&](const std::string& what, const Value& v) {
      const auto [at, added] = seen.emplace(io::fingerprint(world, v), what);
      EXPECT_TRUE(added) << what << " has the fingerprint of " << at->second;
    };
    for (const auto& [path, value] : values)
      if (!path.ends_with("by_columns") && !path.ends_with("whole")) is_new(path, value);  // equal to others
    const Value x = full({3}, 1.0), y = full({3}, 1.0), row = full({1, 3}, 1.0);
    y.data<double>()[2] = std::nextafter(1.0, 2.0);
    is_new("ones", x);
    is_new("one bit", y);
    is_new("a row", row);
  });
}

TEST(Checkpoint, TellsWhoMadeItOfWhat) {
  in_folder([](World& world, const std::string& folder) {
    const Value x = full({4}, 2.0);
    io::write(world, folder + "/in.h5", {{"/x", x}});
    const io::Input input = io::input_of(world, "x", x, folder + "/in.h5", "/x");
    EXPECT_EQ(input.bytes, static_cast<Index>(fs::file_size(folder + "/in.h5")));
    EXPECT_EQ(input.fingerprint, io::fingerprint(world, x));
    EXPECT_EQ(input.modified.size(), std::string("2026-11-25T16:00:00Z").size());
    io::save_checkpoint(
        world, folder + "/ck",
        {.step = 3, .facts = {}, .values = {{"/x", x}}, .inputs = {input}, .about = {{"command", "a \xff b"}}}, 1);
    const auto back = io::load_checkpoint(world, folder + "/ck");
    std::map<std::string, std::string> about(back->about.begin(), back->about.end());
    EXPECT_EQ(about["command"], "a \xef\xbf\xbd b") << "no UTF-8 in a file's name must not lose a checkpoint";
    EXPECT_EQ(about["ranks"], text(world.size()));
    EXPECT_TRUE(about["HDF5"].starts_with("1."));
    EXPECT_EQ(about["time"].size(), input.modified.size());
    EXPECT_EQ(back->inputs.size(), 1u);
    EXPECT_EQ(back->inputs[0].name, "x");
    EXPECT_EQ(back->inputs[0].file, folder + "/in.h5");
    EXPECT_EQ(back->inputs[0].path, "/x");
    EXPECT_EQ(back->inputs[0].fingerprint, input.fingerprint);
    expect_error(ErrorKind::io, {"gone.h5"}, [&] { io::input_of(world, "x", x, folder + "/gone.h5", "/x"); });
  });
}

TEST(Checkpoint, OfVersion1IsRead) {
  for (const int ranks : {1, 3})
    on_ranks(ranks, [](World& world) {
      const std::string folder = SPGRAD_SOURCE_DIR "/tests/io/fixtures/checkpoint_v1";
      const auto s = io::load_checkpoint(world, folder, [](const std::string& note) { ADD_FAILURE() << note; });
      EXPECT_TRUE(s.has_value());
      if (!s) return;
      EXPECT_EQ(s->step, 3);
      EXPECT_EQ(s->facts.size(), 9u);
      EXPECT_TRUE(s->inputs.empty() && s->about.empty());
      const auto value = [&](std::size_t k) { return s->values[k].second; };
      const auto A = stored(world, value(0)), B = stored(world, value(1));
      EXPECT_EQ(value(0).format(), Format::csr);
      EXPECT_EQ(A.size(), 12u);
      EXPECT_EQ(A[1], (Entry{0, 4, 7.291261094687149}));
      EXPECT_EQ(value(1).format(), Format::csc);
      EXPECT_EQ(value(1).dtype(), DType::complex64);
      EXPECT_EQ(B.size(), 10u);
      EXPECT_EQ(B[0], (Entry{2, 1, 1.6076219081878662}));
      EXPECT_EQ(gather_all(world, value(2)).data<double>()[6], 0.10850257638086691);
      EXPECT_EQ(value(3).data<Index>()[2], 6);
    });
}

}  // namespace
}  // namespace spgrad::tests
