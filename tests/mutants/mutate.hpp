// mutate.hpp: damage done to bytes, the same for a seed every time.
#pragma once

#include <random>
#include <string>

namespace spgrad::tests {

/// 1 to 4 of: bits flipped, bytes and words of special values, a block of noise, a block copied from elsewhere in the
/// file, a piece taken out or put in, the end cut off.
std::string mutated(std::string bytes, std::mt19937& random);

}  // namespace spgrad::tests
