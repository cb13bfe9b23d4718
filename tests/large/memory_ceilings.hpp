// memory_ceilings.hpp: what each case was measured to need, in a file of lines: its name, megabytes of the operation
// and of its gradient, of the rank that needed most.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace spgrad::large {

struct Megabytes {
  double forward = 0, gradient = 0;
};

class MemoryCeilings {
 public:
  MemoryCeilings() = default;
  explicit MemoryCeilings(const std::string& path);  ///< throws Error if it cannot be read

  bool given() const { return !measured_.empty(); }
  /// Of that share of the size at which it was measured: half as much again, and two megabytes for small things. Throws
  /// Error for a case that is not there.
  Megabytes of(const std::string& name, double share) const;

  void set(const std::string& name, const Megabytes& m) { measured_[name] = m; }
  void write(const std::string& path) const;

 private:
  std::map<std::string, Megabytes> measured_;
};

}  // namespace spgrad::large
