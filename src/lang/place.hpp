// place.hpp: errors that point at the place in a text.
#pragma once

#include <string>
#include <string_view>

#include "spgrad/error.hpp"

namespace spgrad::lang {

/// The characters [begin, end) of a text.
struct Place {
  std::size_t begin = 0, end = 0;
};

/// An Error that shows its place already.
struct Pointed : Error {
  using Error::Error;
};

/// Throws Pointed of kind usage: line and column, what is wrong, and under it the line with the place marked.
[[noreturn]] void complain(std::string_view text, const Place& place, const std::string& what);

}  // namespace spgrad::lang
