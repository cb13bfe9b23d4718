// hostile_files.hpp: small HDF5 files that lie, and what has to be said of each.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "spgrad/error.hpp"

namespace spgrad::tests {

struct HostileFile {
  std::string name;
  std::string path;                                   ///< what is asked for in it; empty: everything
  std::vector<std::string> says;                      ///< what the complaint has, beside the file's name
  std::function<void(const std::string& file)> make;  ///< for one rank
  ErrorKind kind = ErrorKind::data;
};

std::vector<HostileFile> hostile_files();

}  // namespace spgrad::tests
