// whole.hpp: whole arrays and matrices, slow and simple by design: what op cases are made of, what the oracle computes
// with, and what values on ranks are dealt from and collected into.
#pragma once

#include <complex>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "spgrad/distribute.hpp"
#include "spgrad/op.hpp"
#include "src/comm/world.hpp"

namespace spgrad::tests {

using Complex = std::complex<double>;

/// Where the entries of a sparse matrix stand, by major, within a major as stored. Shared by matrices of one pattern.
struct Positions {
  std::vector<Index> major, minor;
  bool operator==(const Positions&) const = default;
};

/// An array or matrix of any type with elements of the widest one.
struct Whole {
  Type type;
  std::vector<Complex> x;  ///< dense: all elements, row-major; sparse: stored entries
  std::shared_ptr<const Positions> at{};

  bool sparse() const { return type.sparse(); }
  Index rows() const { return type.ndim() == 2 ? type.shape[0] : 1; }
  Index columns() const { return type.ndim() == 0 ? 1 : type.shape[type.ndim() - 1]; }
  Index i(std::size_t p) const { return type.format == Format::csr ? at->major[p] : at->minor[p]; }
  Index j(std::size_t p) const { return type.format == Format::csr ? at->minor[p] : at->major[p]; }
  /// Of a dense one; a dimension of size 1 stands beside any size, and a vector runs along the columns.
  Complex operator()(Index i, Index j) const {
    return x[static_cast<std::size_t>((rows() == 1 ? 0 : i) * columns() + (columns() == 1 ? 0 : j))];
  }
  bool same_pattern(const Whole& other) const { return type.format == other.type.format && at == other.at; }
};

Whole dense_zeros(DType dtype, const Shape& shape);
Whole densified(const Whole& x);  ///< entries of one position are summed
/// What is left of the elements in another dtype: integers wrap, a real dtype keeps the real part. Floats keep double
/// precision.
Whole in_dtype(Whole x, DType dtype);
/// The entries by row and column, those of one position as stored: what two matrices have in common that differ in
/// order.
Whole in_canonical_order(const Whole& x);

/// All positions of A, those without an entry with an explicit zero behind the entries there are.
Whole completed(const Whole& A);

/// Re(u^H v) over all elements.
double inner(const std::vector<Complex>& u, const std::vector<Complex>& v);
/// The elements of `m` (sparse of another pattern or dense) at the stored positions of A; on A's own pattern the
/// entries.
std::vector<Complex> at_entries(const Whole& m, const Whole& A);

/// How values lie on ranks: evenly by rows, or in a random way, the same on every rank for one seed.
class Dealer {
 public:
  Dealer(World& world, bool even, unsigned seed) : world_(world), even_(even), random_(seed) {}
  /// Collective. This rank's part, in x's dtype. Random: dense ones whole (stored either way) or cut along any axis,
  /// layouts uneven, with empty ranks or all on one.
  Value deal(const Whole& x);
  /// This rank's part of entries on the very Sparsity of `like`.
  Value deal_on(const Value& like, const Whole& x);

 private:
  Layout layout(Index size);
  Value deal_sparse(const Whole& x);
  World& world_;
  bool even_;
  std::mt19937 random_;
};

/// The inverse. One collector sees that patterns shared on the ranks stay shared.
class Collector {
 public:
  explicit Collector(World& world) : world_(world) {}
  /// Collective. Throws Error on every rank if copies that should be equal on all of them differ in any bit.
  Whole collect(const Value& value);

 private:
  World& world_;
  std::map<SparsityPtr, std::shared_ptr<const Positions>> seen_;
};

}  // namespace spgrad::tests
