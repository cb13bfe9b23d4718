// seeds.hpp: which seeds a test of random things takes.
#pragma once

#include <cstdlib>
#include <string>

namespace spgrad::tests {

struct Seeds {
  unsigned first, count;
};

/// These, unless the environment variables SPGRAD_SEED (the first) and SPGRAD_COUNT say otherwise.
inline Seeds seeds_or(Seeds otherwise) {
  const auto chosen = [](const char* name, unsigned usual) {
    const char* given = std::getenv(name);
    return given == nullptr ? usual : static_cast<unsigned>(std::stoul(given));
  };
  return {chosen("SPGRAD_SEED", otherwise.first), chosen("SPGRAD_COUNT", otherwise.count)};
}

}  // namespace spgrad::tests
