// import.hpp: bytes go through text import: a sound matrix or an Error about the data, whatever they are.
#pragma once

#include <string_view>

#include "spgrad/io.hpp"
#include "src/comm/world.hpp"
#include "tests/support/memory_file.hpp"

namespace spgrad::tests {

inline void import_anything(std::string_view bytes) {
  static const std::unique_ptr<World> alone = comm::solo_world();
  const MemoryFile file(bytes.data(), bytes.size());
  try {
    const io::Imported in = io::read_text(*alone, file.name());
    if (!is_sound(in.matrix) || (in.labels && in.labels->shape()[0] != in.matrix.shape()[0])) std::abort();
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::data) std::abort();
  }
}

}  // namespace spgrad::tests
