#include "tests/bench/figures/generated.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "src/comm/world.hpp"

namespace spgrad::figures {
namespace {

constexpr double kRmat[2][2] = {{0.57, 0.19}, {0.19, 0.05}}, kEven[2][2] = {{0.25, 0.25}, {0.25, 0.25}};

std::uint64_t mixed(std::uint64_t x) {  // SplitMix64's finaliser
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

Index reversed(Index x, int bits) {
  Index y = 0;
  for (int b = 0; b < bits; ++b) y |= (x >> b & 1) << (bits - 1 - b);
  return y;
}

// Bit b of a row, from the top; a level beyond the bits of one side is split evenly there.
struct Row {
  const Positions& positions;
  Index bits;
  const double (&quadrant(int b) const)[2] {
    const auto& q = positions.kind == Kind::rmat ? kRmat : kEven;
    return q[bits >> (positions.row_bits - 1 - b) & 1];
  }
  double share() const {
    double p = 1;
    for (int b = 0; b < positions.row_bits; ++b) p *= quadrant(b)[0] + quadrant(b)[1];
    return p;
  }
  template <class Random>
  Index column(Random& random) const {
    std::uniform_real_distribution<double> unit;
    Index c = 0;
    for (int b = 0; b < positions.column_bits; ++b) {
      const bool both = b < positions.row_bits;
      const double one = both ? quadrant(b)[1] / (quadrant(b)[0] + quadrant(b)[1]) : 0.5;
      c = 2 * c + (unit(random) < one ? 1 : 0);
    }
    return c;
  }
};

}  // namespace

Rows rows_of(const Positions& positions, Index first, Index last) {
  Rows rows;
  const double entries = positions.degree * static_cast<double>(Index{1} << positions.row_bits);
  std::vector<Index> row;
  for (Index i = first; i < last; ++i) {
    std::mt19937_64 random(mixed(positions.seed ^ mixed(static_cast<std::uint64_t>(i))));
    const Row here{positions, reversed(i, positions.row_bits)};
    row.resize(static_cast<std::size_t>(std::poisson_distribution<Index>(entries * here.share())(random)));
    for (Index& c : row) c = reversed(here.column(random), positions.column_bits);
    std::ranges::sort(row);
    rows.columns.insert(rows.columns.end(), row.begin(), std::ranges::unique(row).begin());
    rows.indptr.push_back(static_cast<Index>(rows.columns.size()));
  }
  return rows;
}

double element(std::uint64_t seed, Index i, Index j) {
  const std::uint64_t bits = mixed(seed ^ mixed(static_cast<std::uint64_t>(i) ^ mixed(static_cast<std::uint64_t>(j))));
  return std::ldexp(static_cast<double>(bits >> 11), -52) - 1;
}

Value sparse(World& world, const Positions& positions, Index first, Index rows) {
  const Layout major = Layout::even(rows, world.size()),
               minor = Layout::even(Index{1} << positions.column_bits, world.size());
  Rows mine = rows_of(positions, first + major.begin(world.rank()), first + major.end(world.rank()));
  const std::vector<Index> indptr = mine.indptr;
  const Value A = Value::sparse(DType::float64, Format::csr,
                                make_sparsity(world, major, minor, std::move(mine.indptr), mine.columns));
  auto out = A.data<double>().begin();
  for (std::size_t i = 0; i + 1 < indptr.size(); ++i)
    for (Index p = indptr[i]; p < indptr[i + 1]; ++p)
      *out++ = element(positions.seed, first + major.begin(world.rank()) + static_cast<Index>(i),
                       mine.columns[static_cast<std::size_t>(p)]) /
               static_cast<double>(indptr[i + 1] - indptr[i]);
  return A;
}

Value dense(World& world, const Shape& shape, std::uint64_t seed, double scale) {
  const Value x = Value::dense(DType::float64, shape, 0, Layout::even(shape[0], world.size()), world.rank());
  auto out = x.data<double>().begin();
  for (Index i = 0; i < x.local_rows(); ++i)
    for (Index j = 0; j < x.row_length(); ++j) *out++ = scale * element(seed, x.layout().begin(world.rank()) + i, j);
  return x;
}

Value labels(World& world, Index n, Index classes, std::uint64_t seed) {
  const Layout major = Layout::even(n, world.size());
  std::vector<Index> indptr{0}, columns;
  for (Index i = major.begin(world.rank()); i < major.end(world.rank()); ++i) {
    columns.push_back(
        static_cast<Index>(mixed(seed ^ static_cast<std::uint64_t>(i)) % static_cast<std::uint64_t>(classes)));
    indptr.push_back(static_cast<Index>(columns.size()));
  }
  const Value Y =
      Value::sparse(DType::float64, Format::csr,
                    make_sparsity(world, major, Layout::even(classes, world.size()), std::move(indptr), columns));
  std::ranges::fill(Y.data<double>(), 1.0);
  return Y;
}

}  // namespace spgrad::figures
