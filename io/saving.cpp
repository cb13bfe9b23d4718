// saving.cpp: Saving and save_checkpoint of io.hpp.
#include <ctime>

#include "io/checkpoint.hpp"
#include "io/disk.hpp"
#include "io/lock.hpp"
#include "io/root.hpp"
#include "io/write.hpp"

namespace spgrad::io {
namespace {

std::string hdf5_version() {
  const Hdf5 library;
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return text(major, '.', minor, '.', release);
}

Manifest manifest_of(const World& world, const Snapshot& snapshot, const std::vector<Checksums>& checksums) {
  Manifest m;
  m.step = snapshot.step;
  m.facts = snapshot.facts;
  m.about = snapshot.about;
  m.about.insert(m.about.end(),
                 {{"HDF5", hdf5_version()}, {"ranks", text(world.size())}, {"time", utc(std::time(nullptr))}});
  m.inputs = snapshot.inputs;
  for (std::size_t v = 0; v < snapshot.values.size(); ++v) {
    const auto& [path, value] = snapshot.values[v];
    const Index nnz = value.is_sparse() ? value.sparsity()->nnz() : value.shape().elements();
    m.values.push_back({.entry = {path, value.format(), value.dtype(), value.shape(), nnz},
                        .whole = !value.is_sparse() && value.cut() == kWhole,
                        .checksums = checksums[v]});
  }
  return m;
}

void write_manifest(const std::string& file, const Manifest& m) {
  const std::string text = to_json(m);
  write_text(file, text);
  if (text_of(file) != text) fail(ErrorKind::io, file, " does not read back as it was written");
}

}  // namespace

struct Saving::Impl {
  Impl(World& w, std::string dir, Snapshot s, int keep_, bool beside)
      : world(w), directory(std::move(dir)), snapshot(std::move(s)), keep(keep_) {
    require(keep >= 1, "a checkpoint cannot be saved and ", keep, " kept");
    require(snapshot.step >= 0, "a checkpoint cannot have step ", snapshot.step);
    folder = on_root(world, [&] {
      create_folder(directory);
      lock = lock_folder(directory);
      return begin_checkpoint(directory);
    });
    try {
      writing = std::make_unique<Writing>(world, folder + kData, snapshot.values, beside);
    } catch (...) {
      give_up();
      throw;
    }
  }
  ~Impl() { give_up(); }

  void finish() {
    const std::string data = folder + kData;
    const Writing::Written written = writing->end();
    Manifest m = manifest_of(world, snapshot, written.checksums);
    m.bytes = std::stoll(on_root(world, [&] { return std::to_string(file_size(data)); }));
    m.blocks = hash_blocks(world, data, m.bytes, written.blocks);
    do_on_root(world, [&] {
      write_manifest(folder + kManifest, m);
      publish_checkpoint(folder, directory, snapshot.step);
    });
    folder.clear();
    do_on_root(world, [&] { remove_old_checkpoints(directory, keep); });
  }

  void give_up() {
    writing.reset();  // waits for what is being written
    if (world.rank() == 0 && !folder.empty()) discard(folder);
    folder.clear();
  }

  World& world;
  const std::string directory;
  const Snapshot snapshot;
  const int keep;
  CheckpointLock lock;
  std::string folder;  // where it is made; empty when that is over
  std::unique_ptr<Writing> writing;
};

Saving::Saving(World& world, const std::string& directory, Snapshot snapshot, int keep, bool beside)
    : impl_(std::make_unique<Impl>(world, directory, std::move(snapshot), keep, beside)) {}

Saving::~Saving() = default;

bool Saving::done() { return !impl_->world.any(!impl_->writing->done()); }

void Saving::finish() { impl_->finish(); }

void save_checkpoint(World& world, const std::string& directory, Snapshot snapshot, int keep) {
  Saving(world, directory, std::move(snapshot), keep, false).finish();
}

}  // namespace spgrad::io
