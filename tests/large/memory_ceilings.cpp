#include "tests/large/memory_ceilings.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "spgrad/error.hpp"

namespace spgrad::large {
namespace {

constexpr double kFactor = 1.5, kSmall = 2;
constexpr std::size_t kNameWidth = 44;

}  // namespace

MemoryCeilings::MemoryCeilings(const std::string& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    Megabytes m;
    std::istringstream(line.substr(std::min(kNameWidth, line.size()))) >> m.forward >> m.gradient;
    measured_[line.substr(0, line.find_last_not_of(' ', kNameWidth - 1) + 1)] = m;
  }
  require(given(), path, " has no lines, or cannot be read");
}

Megabytes MemoryCeilings::of(const std::string& name, double share) const {
  const auto found = measured_.find(name);
  require(found != measured_.end(), "its memory was never measured: see --record");
  return {kSmall + kFactor * share * found->second.forward, kSmall + kFactor * share * found->second.gradient};
}

void MemoryCeilings::write(const std::string& path) const {
  std::ofstream file(path);
  for (const auto& [name, m] : measured_) {
    char line[128];
    std::snprintf(line, sizeof line, "%-*s%6.1f %6.1f\n", static_cast<int>(kNameWidth), name.c_str(), m.forward,
                  m.gradient);
    file << line;
  }
  require(file.good(), path, " cannot be written");
}

}  // namespace spgrad::large
