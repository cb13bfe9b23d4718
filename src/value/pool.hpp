// pool.hpp: what freed buffers leave for the next ones (buffer.cpp).
#pragma once

namespace spgrad {

/// Gives it back to the system.
void release_unused_buffers();

}  // namespace spgrad
