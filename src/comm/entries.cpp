#include "src/comm/entries.hpp"

#include <algorithm>

namespace spgrad::comm {

Value moved(const EntryMove& move, const Value& sparse, Format format) {
  const Value out = Value::sparse(sparse.dtype(), format, move.pattern);
  if (!move.forest) return out.with_data(sparse.buffer());
  Transfer transfer(move.forest);
  transfer.begin_gather(size_of(sparse.dtype()), sparse.bytes(), out.bytes());
  transfer.end_gather();
  return out;
}

std::vector<Index> global_minors(const Sparsity& s) {
  std::vector<Index> out(s.indices.size());
  std::ranges::transform(s.indices, out.begin(), [&](LocalIndex i) { return s.global_minor(i); });
  return out;
}

Layout layout_of_counts(World& world, Index mine) {
  std::vector<Index> starts{0};
  for (const Index count : world.gather_each(mine)) starts.push_back(starts.back() + count);
  return Layout(std::move(starts));
}

}  // namespace spgrad::comm
