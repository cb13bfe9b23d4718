#include "io/write.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <sstream>

#include "io/disk.hpp"
#include "io/root.hpp"

namespace spgrad::io {
namespace {

constexpr std::size_t kWriteBytes = std::size_t{1} << 20;  // stays in the cache from checksum to system call

/// A dataset of which this rank writes a slab.
struct Placed {
  Part part;
  Index place = 0;  ///< of its data in the file
  Index columns() const { return part.shape[1]; }
  std::size_t element() const { return size_of(part.dtype); }

  template <class Work>
  void each_piece(Work&& work) const {
    each_filled(part.mine, part.dtype, part.fill, kWriteBytes, work);
  }
  /// run(place in the file, bytes) for what of a piece lies together there.
  template <class Run>
  void each_place(const Slab& piece, std::span<const std::byte> bytes, Run&& run) const {
    each_run(piece, columns(), element(), bytes, [&](Index first, std::span<const std::byte> together) {
      run(place + first * static_cast<Index>(element()), together);
    });
  }
};

/// Returns the checksum of the slab.
std::uint64_t write_slab(const RawFile& file, const Placed& data) {
  std::uint64_t sum = 0;
  data.each_piece([&](const Slab& piece, std::span<const std::byte> bytes) {
    sum += piece_checksum(piece, data.columns(), data.element(), bytes);
    data.each_place(piece, bytes, [&](Index place, std::span<const std::byte> run) {
      file.write(place, run);
      file.begin_sync(place, static_cast<Index>(run.size()));
    });
  });
  return sum;
}

/// Only what can be read back is there.
void read_back(const RawFile& file, const std::string& name, const Placed& data, PassingBlocks& blocks) {
  std::vector<std::byte> there(kWriteBytes);
  data.each_piece([&](const Slab& piece, std::span<const std::byte> bytes) {
    data.each_place(piece, bytes, [&](Index place, std::span<const std::byte> run) {
      const std::span<std::byte> again = std::span(there).first(run.size());
      file.read(place, again);
      blocks.add(place, again);
      if (std::memcmp(again.data(), run.data(), run.size()) != 0)
        fail(ErrorKind::io, name, ": ", data.part.path, " does not read back as it was written (rows ", piece.row,
             " to ", piece.row + piece.rows, "): the disk is full or broken");
    });
  });
}

Writing::Written write_mine(const std::string& name, const std::vector<std::vector<Placed>>& values) {
  const RawFile file(name, RawFile::Mode::overwrite);
  Writing::Written written;
  for (const auto& parts : values) {
    auto sum = written.checksums.emplace_back().begin();
    for (const Placed& data : parts) *sum++ = write_slab(file, data);
  }
  PassingBlocks blocks;
  for (const auto& parts : values)
    for (const Placed& data : parts) read_back(file, name, data, blocks);
  file.sync();
  written.blocks = blocks.whole();
  return written;
}

void check_paths(const NamedValues& values) {
  for (const auto& [path, value] : values) require(static_cast<bool>(value), "there is no value to write to ", path);
  for (std::size_t a = 0; a < values.size(); ++a)
    for (std::size_t b = 0; b < values.size(); ++b) {
      const std::string outer = absolute_path(values[a].first), inner = absolute_path(values[b].first);
      require(a == b || (outer != inner && !inner.starts_with(outer + "/")), "two values cannot be written to ", outer,
              " and ", inner);
    }
}

/// An old file is copied, so that no crash can harm it.
std::string prepared_copy(const std::string& file, bool append) {
  const std::string copy = unused_name(file + ".tmp-");
  try {
    if (append && exists(file)) {
      check_hdf5_file(file);
      copy_file(file, copy);
    } else {
      create_file(copy);
    }
  } catch (...) {
    discard(copy);
    throw;
  }
  return copy;
}

/// In a child: someone else's file may crash HDF5, and so does one that it could not write out, when the program ends.
std::string prepare(const World& world, const std::string& file, const NamedValues& values) {
  const std::string places = in_child(file, [&] {
    std::string list;
    for (const Index place : create_structure(world, file, values)) list += text(place, ' ');
    return list;
  });
  reserve(file);
  return places;
}

}  // namespace

Writing::Writing(World& world, const std::string& file, NamedValues values, bool beside)
    : world_(world), values_(std::move(values)) {
  check_paths(values_);
  std::istringstream places(on_root(world, [&] { return prepare(world, file, values_); }));
  std::vector<std::vector<Placed>> mine;
  for (const auto& [path, value] : values_) {
    auto& datasets = mine.emplace_back();
    for (Part& part : parts_of(value, absolute_path(path), world)) {
      datasets.push_back({.part = std::move(part)});
      places >> datasets.back().place;
    }
  }
  world.together([&] {
    mine_ = std::async(beside ? std::launch::async : std::launch::deferred,
                       [file, mine = std::move(mine)] { return write_mine(file, mine); });
  });
}

bool Writing::done() const { return mine_.wait_for(std::chrono::seconds(0)) != std::future_status::timeout; }

Writing::Written Writing::end() {
  Written written;
  world_.together([&] { written = mine_.get(); });
  for (Checksums& sums : written.checksums)
    world_.all_reduce(DType::uint64, comm::Combine::sum, std::as_writable_bytes(std::span(sums)));
  return written;
}

void write(World& world, const std::string& file, const std::vector<std::pair<std::string, Value>>& values,
           bool append) {
  std::string target;
  const std::string copy = on_root(world, [&] {
    target = real_file(file);
    return prepared_copy(target, append);
  });
  try {
    Writing(world, copy, values).end();
    do_on_root(world, [&] { publish(copy, target); });
  } catch (...) {
    if (world.rank() == 0) discard(copy);
    throw;
  }
}

}  // namespace spgrad::io
