// inputs.cpp: by what a value is known again.
#include "io/disk.hpp"
#include "io/parts.hpp"
#include "io/root.hpp"
#include "io/xxh3.hpp"

namespace spgrad::io {

std::uint64_t fingerprint(World& world, const Value& value) {
  Checksums sums{};
  world.together([&] {
    auto sum = sums.begin();
    for (const Part& part : parts_of(value, "", world))
      *sum++ = slab_checksum(part.mine, part.shape[1], part.dtype, part.fill);
  });
  world.all_reduce(DType::uint64, comm::Combine::sum, std::as_writable_bytes(std::span(sums)));
  const std::string type = text(value.dtype(), ' ', value.format(), ' ', value.shape());
  return xxh3(sums.data(), sizeof sums, xxh3(type.data(), type.size()));
}

Input input_of(World& world, const std::string& name, const Value& value, const std::string& file,
               const std::string& path) {
  Input input{.name = name, .file = file, .path = path, .modified = {}};
  input.bytes = std::stoll(on_root(world, [&] { return std::to_string(file_size(file)); }));
  input.modified = on_root(world, [&] { return modified(file); });
  input.fingerprint = fingerprint(world, value);
  return input;
}

}  // namespace spgrad::io
