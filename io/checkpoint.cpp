#include "io/checkpoint.hpp"

#include <algorithm>

#include "io/disk.hpp"
#include "io/lock.hpp"
#include "io/root.hpp"
#include "io/write.hpp"

namespace spgrad::io {
namespace {

constexpr Index kSmall = 1024;  // elements of a whole value that comes whole again

/// Collective. Nothing of data.h5 is shown to HDF5 before every byte is known to be as it was written.
void check_data(World& world, const std::string& file, const Manifest& m) {
  do_on_root(world, [&] {
    const Index size = file_size(file);
    require(size == m.bytes, file, " has ", size, " bytes, but the manifest says ", m.bytes);
  });
  const std::vector<std::uint64_t> blocks = hash_blocks(world, file, m.bytes);
  require(blocks.size() == m.blocks.size(), file, " has ", blocks.size(), " blocks, but the manifest says ",
          m.blocks.size());
  for (std::size_t b = 0; b < blocks.size(); ++b)
    require(blocks[b] == m.blocks[b], file, " is damaged: its block ", b, " of ", kBlockBytes,
            " bytes does not have the checksum of the manifest");
}

void check_same(const std::string& file, const Entry& there, const Entry& saved) {
  require(there.format == saved.format && there.dtype == saved.dtype && there.shape == saved.shape &&
              there.nnz == saved.nnz,
          file, ": ", saved.path, " is ", there.format, ' ', there.dtype, ' ', there.shape, " with ", there.nnz,
          " stored, but the manifest says ", saved.format, ' ', saved.dtype, ' ', saved.shape, " with ", saved.nnz);
}

}  // namespace

Value load_value(File& file, const std::vector<Content>& contents, const SavedValue& saved) {
  const std::string& name = file.name();
  const auto content =
      std::ranges::find(contents, absolute_path(saved.entry.path), [](const Content& c) { return c.entry.path; });
  require(content != contents.end(), name, " has no ", saved.entry.path);
  check_same(name, content->entry, saved.entry);
  Loaded loaded = load(file, *content, {}, saved.whole && saved.entry.shape.elements() <= kSmall);
  file.world().all_reduce(DType::uint64, comm::Combine::sum, std::as_writable_bytes(std::span(loaded.checksums)));
  require(loaded.checksums == saved.checksums, name, ": ", saved.entry.path,
          " does not have the checksum of the manifest");
  return loaded.value;
}

namespace {

Snapshot load_snapshot(World& world, const std::string& folder) {
  const std::string text = on_root(world, [&] { return text_of(folder + kManifest); });
  const Manifest m = parse_manifest(text, folder + kManifest);
  const std::string name = folder + kData;
  check_data(world, name, m);
  Snapshot snapshot{.step = m.step, .facts = m.facts, .values = {}, .inputs = m.inputs, .about = m.about};
  const std::vector<Content> contents = inspect_together(world, name, "");
  File file(world, name);
  for (const SavedValue& saved : m.values)
    snapshot.values.emplace_back(saved.entry.path, load_value(file, contents, saved));
  return snapshot;
}

}  // namespace

std::optional<Snapshot> load_checkpoint(World& world, const std::string& directory,
                                        const std::function<void(const std::string&)>& note) {
  const std::string names = on_root(world, [&] {
    std::string all;
    for (const std::string& name : checkpoints_in(directory)) all += name + '\n';
    return all;
  });
  for (std::size_t at = 0; at < names.size(); at = names.find('\n', at) + 1) {
    const std::string name = names.substr(at, names.find('\n', at) - at);
    try {
      return load_snapshot(world, directory + "/" + name);
    } catch (const Error& e) {
      if (note) note(text(directory, "/", name, " is passed over: ", e.what()));
    }
  }
  return {};
}

CheckpointLock prepare_checkpoints(World& world, const std::string& directory) {
  CheckpointLock lock;
  do_on_root(world, [&] {
    create_folder(directory);
    lock = lock_folder(directory);
    clean_up(directory);
    const std::string probe = begin_checkpoint(directory);  // can it be written?
    remove_all(probe);
  });
  return lock;
}

}  // namespace spgrad::io
