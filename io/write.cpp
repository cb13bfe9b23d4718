#include "io/write.hpp"

#include "io/disk.hpp"
#include "io/root.hpp"

namespace spgrad::io {
namespace {

std::vector<Checksums> each_written(World& world, const std::string& name, const NamedValues& values) {
  File file(world, name, File::Mode::write);
  std::vector<Checksums> all;
  for (const auto& [path, value] : values) {
    auto sum = all.emplace_back().begin();
    for (const Part& part : parts_of(value, absolute_path(path), world))
      *sum++ = write_slab(file, part.path, part.dtype, part.mine, part.fill);
  }
  file.close();
  return all;
}

/// MPI-IO is known to report success on a full disk: only what can be read back is there.
void check_written(World& world, const std::string& name, const NamedValues& values,
                   const std::vector<Checksums>& written) {
  File file(world, name, File::Mode::read);
  for (std::size_t v = 0; v < values.size(); ++v) {
    const auto& [path, value] = values[v];
    std::size_t k = 0;
    for (const Part& part : parts_of(value, absolute_path(path), world)) {
      const std::uint64_t there =
          read_slab(file, part.path, part.dtype, part.mine, [](const Slab&, Index, std::span<std::byte>) {});
      const std::uint64_t wanted = written[v][k++];
      world.together([&] {
        if (there != wanted)
          fail(ErrorKind::io, name, ": ", part.path, " does not read back as it was written (checksum ", there,
               ", not ", wanted, "): the disk is full or broken");
      });
    }
  }
}

/// A file that was made a moment ago and is broken now is the fault of the disk.
template <class Work>
auto on_a_disk_that_may_fail(Work&& work) try {
  return work();
} catch (const Error& e) {
  throw Error(e.what(), e.kind() == ErrorKind::data ? ErrorKind::io : e.kind());
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
  in_child(file, [&] {
    create_structure(world, file, values);
    return std::string();
  });
  reserve(file);
  return {};
}

}  // namespace

std::vector<Checksums> write_values(World& world, const std::string& file, const NamedValues& values) {
  check_paths(values);
  on_root(world, [&] { return prepare(world, file, values); });
  std::vector<Checksums> checksums = on_a_disk_that_may_fail([&] {
    std::vector<Checksums> written = each_written(world, file, values);
    world.together([&] { sync(file); });
    check_written(world, file, values, written);
    return written;
  });
  for (Checksums& sums : checksums)
    world.all_reduce(DType::uint64, comm::Combine::sum, std::as_writable_bytes(std::span(sums)));
  return checksums;
}

void write(World& world, const std::string& file, const std::vector<std::pair<std::string, Value>>& values,
           bool append) {
  std::string target;
  const std::string copy = on_root(world, [&] {
    target = real_file(file);
    return prepared_copy(target, append);
  });
  try {
    write_values(world, copy, values);
    on_root(world, [&] {
      publish(copy, target);
      return std::string();
    });
  } catch (...) {
    if (world.rank() == 0) discard(copy);
    throw;
  }
}

}  // namespace spgrad::io
