// moved.hpp: entries and elements in other places, for the oracle.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "tests/ops/whole.hpp"

namespace spgrad::tests {

using Places = std::vector<std::pair<Index, Index>>;
/// Rows and columns of a matrix; a vector runs along the columns.
using Lines = std::array<std::vector<Index>, 2>;

Whole merged(const Whole& A);                               ///< entries of one position in one
Whole in_format(Whole A, Format format);                    ///< csr or csc
std::vector<Index> counted(Index begin, Index n);           ///< begin, begin + 1, .. of n
std::vector<Index> list_of(const Whole& list, Index size);  ///< of indices, those from the end counted from 0

Whole block(const Whole& A, const Lines& at);                        ///< that these rows and columns make
Whole unblock(const Whole& g, const Shape& shape, const Lines& at);  ///< the reverse: zeros but for that block

/// The parts of a stack in one: A's entries by major, those of one major in the order in which they come.
Whole by_major(const Whole& A);

}  // namespace spgrad::tests
