// originals.hpp: one small file of every layout that is read, before it is damaged.
#pragma once

#include <string>
#include <vector>

namespace spgrad::tests {

struct Original {
  std::string name;
  std::string bytes;
  std::string path;      ///< what is read of it; empty: it is text
  bool guarded = false;  ///< by checksums, data and structure: what is read is right
};

std::vector<Original> originals();

}  // namespace spgrad::tests
