#include "src/ops/parts/lists.hpp"

#include <algorithm>

namespace spgrad {

void require_list(const Var& list, std::string_view name) {
  require(is_integer(list->type.dtype) && !list->type.sparse(), name, " must be a vector of integers, not ",
          list->type);
}

std::vector<Index> counted_from_end(const Value& list, Index size) {
  const Value wide = cast(list, DType::int64);
  std::vector<Index> out(wide.data<Index>().begin(), wide.data<Index>().end());
  for (Index& i : out) i = i < 0 ? i + size : i;
  return out;
}

std::vector<Index> listed_indices(std::vector<Index> list, Index size) {
  for (Index& i : list) {
    require(i >= -size && i < size, "index ", i, " is out of range ", -size, " .. ", size - 1);
    i = i < 0 ? i + size : i;
  }
  return list;
}
std::vector<Index> listed_indices(const Value& list, Index size) {
  return listed_indices(counted_from_end(list, 0), size);
}

std::vector<RowAdded> rows_added(const Value& list, Index size, Index begin, Index end) {
  std::vector<RowAdded> found;
  const auto rows = listed_indices(list, size);
  for (std::size_t r = 0; r < rows.size(); ++r)
    if (rows[r] >= begin && rows[r] < end) found.push_back({rows[r], static_cast<Index>(r)});
  std::ranges::sort(found);
  return found;
}

// A list of one is whole, although its row is wanted on one rank.
std::vector<Index> wants_listed(const WantContext& c, int) {
  const Value& list = c.in[1].own;
  if (list.cut() == kWhole && c.begin() == c.end()) return {};
  return listed_indices(list, c.of.shape()[c.of.cut()]);
}

std::vector<Index> wants_added(const WantContext& c, int) {
  std::vector<Index> need;
  for (const RowAdded& row : rows_added(c.in[1].own, c.layout.size(), c.begin(), c.end())) need.push_back(row.from);
  return need;
}

}  // namespace spgrad
