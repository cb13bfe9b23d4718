// inspector.hpp: the look at a file that inspect.hpp takes in a child process. Internal.
#pragma once

#include "io/inspect.hpp"

namespace spgrad::io {

/// What inspect() returns, found out in this process.
std::vector<Content> contents_of(const std::string& file, const std::string& path, Index expansion);

}  // namespace spgrad::io
