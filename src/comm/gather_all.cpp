// A matrix, whole, on every rank.
#include <algorithm>
#include <numeric>

#include "spgrad/distribute.hpp"
#include "src/comm/entries.hpp"
#include "src/comm/moves.hpp"

namespace spgrad {

Value gather_all(World& world, const Value& value) {
  if (!value.is_sparse()) return value.cut() == kWhole ? value : comm::gather_all(world, value);
  const Sparsity& s = *value.sparsity();
  std::vector<Index> lengths(s.indptr.size());
  std::adjacent_difference(s.indptr.begin(), s.indptr.end(), lengths.begin());
  lengths = world.gather_all<Index>(std::span(lengths).subspan(1));
  std::vector<Index> indptr{0};
  std::partial_sum(lengths.begin(), lengths.end(), std::back_inserter(indptr));
  const auto minors = world.gather_all<Index>(comm::global_minors(s));
  const auto data = world.gather_all<std::byte>(value.bytes());

  const auto alone = comm::solo_world();
  const Value out = Value::sparse(value.dtype(), value.format(),
                                  make_sparsity(*alone, Layout::even(s.major.size(), 1),
                                                Layout::even(s.minor.size(), 1), std::move(indptr), minors));
  std::ranges::copy(data, out.bytes().begin());
  return out;
}

}  // namespace spgrad
