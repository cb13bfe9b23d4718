// lock.hpp: one writer for a folder of checkpoints. Internal; for one process.
#pragma once

#include <memory>
#include <string>

namespace spgrad::io {

/// The right of this process to write into a folder that is there. It ends when no copy of the result is left, or with
/// the process, however that ends. If another process has it, waits some seconds, for a job that was killed may live on
/// for a moment; then throws Error of kind io that names it.
std::shared_ptr<const void> lock_folder(const std::string& directory);

}  // namespace spgrad::io
