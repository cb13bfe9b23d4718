// root.hpp: work that one process does for all, and how its result or Error reaches them. Internal.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "src/comm/world.hpp"

namespace spgrad::io {

/// The result of `work`, or its Error, as bytes.
std::string packed(const std::function<std::string()>& work);
std::string unpacked(const std::string& bytes);
/// Whether `bytes` are all of what packed() returned.
bool is_complete(const std::string& bytes);

/// Collective. Rank 0 does the work; every rank returns its result or throws its Error.
std::string on_root(World& world, const std::function<std::string()>& work);
/// The same for work without a result.
void do_on_root(World& world, const std::function<void()>& work);

/// What a child process may use up, beside `file`'s own share: a second for each 64 MiB of it.
struct ChildLimits {
  std::chrono::seconds cpu{5};                  ///< no small file needs more: it has loops
  std::chrono::seconds patience{60};            ///< by the clock: a file system may be slow
  std::size_t memory = std::size_t{512} << 20;  ///< on top of what this process has
};

/// The result of `work`, done in a child process that may crash or hang instead of this one: HDF5 1.10 can be made
/// to crash by a crafted file, and no check that goes through HDF5 comes before that. Throws the Error of `work`; or
/// one of kind data that says what became of the child and names `file`; or of kind io if the child waits without end.
/// The child is gone afterwards, and ends if this thread does. Call without Hdf5 held.
std::string in_child(const std::string& file, const std::function<std::string()>& work, ChildLimits limits = {});

}  // namespace spgrad::io
