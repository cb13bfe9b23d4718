// generated.hpp: seeded sparse matrices of which each rank makes its own rows and nothing else.
#pragma once

#include <string>
#include <vector>

#include "spgrad/distribute.hpp"

namespace spgrad::figures {

/// How the entries lie. rmat: the quadrants of Graph500, recursively, rows and columns bit-reversed so that the heavy
/// ones are spread over the ranks; a row knows its share without the others. uniform: every position alike.
enum class Kind : std::uint8_t { uniform, rmat };

struct Positions {
  Kind kind = Kind::rmat;
  int row_bits = 10, column_bits = 10;  ///< 2^row_bits x 2^column_bits
  double degree = 16;                   ///< entries a row on average, before equal ones become one
  std::uint64_t seed = 1;
};

/// The rows first .. last - 1: offsets and global columns, ascending and distinct.
struct Rows {
  std::vector<Index> indptr{0}, columns;
};
Rows rows_of(const Positions& positions, Index first, Index last);

/// Uniform in [-1, 1), by position alone.
double element(std::uint64_t seed, Index i, Index j);

/// Collective. Rows [first, first + rows) as a csr matrix that is cut evenly; values by position,
/// divided by the number of entries of the row.
Value sparse(World& world, const Positions& positions, Index first, Index rows);
/// Cut evenly by rows; values by position, times `scale`.
Value dense(World& world, const Shape& shape, std::uint64_t seed, double scale);
/// n x classes csr with a single 1 in each row.
Value labels(World& world, Index n, Index classes, std::uint64_t seed);

}  // namespace spgrad::figures
