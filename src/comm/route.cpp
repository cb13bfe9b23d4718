#include "src/comm/route.hpp"

#include <algorithm>
#include <numeric>

#include "src/comm/pack.hpp"

namespace spgrad::comm {

std::vector<std::byte> route(World& world, std::span<const int> to, std::span<const std::byte> rows,
                             std::size_t row_bytes) {
  std::vector<std::size_t> counts(static_cast<std::size_t>(world.size()), 0);
  for (const int r : to) ++counts[r];
  std::vector<std::vector<std::byte>> out;
  for (const std::size_t count : counts) out.emplace_back(count * row_bytes);
  std::vector<std::byte*> next;
  for (auto& part : out) next.push_back(part.data());
  with_width(row_bytes, [&](auto width) {
    for (std::size_t p = 0; p < to.size(); ++p) {
      std::memcpy(next[to[p]], rows.data() + p * width, width);
      next[to[p]] += width;
    }
  });
  std::vector<std::byte> in;
  for (const auto& part : world.all_to_all(out)) in.insert(in.end(), part.begin(), part.end());
  return in;
}

// A counting sort by major, then each major's entries by minor unless they came in order.
Order order_of(std::span<const Position> entries, Index begin, Index majors) {
  Order order{std::vector<Index>(static_cast<std::size_t>(majors) + 1, 0), std::vector<Index>(entries.size())};
  auto& [indptr, sequence] = order;
  for (const Position& e : entries) ++indptr[e.major - begin + 1];
  std::partial_sum(indptr.begin(), indptr.end(), indptr.begin());
  std::vector<Index> next(indptr.begin(), indptr.end() - 1);
  for (std::size_t p = 0; p < entries.size(); ++p) sequence[next[entries[p].major - begin]++] = static_cast<Index>(p);

  const auto minor = [&](Index p) { return entries[p].minor; };
  for (Index k = 0; k < majors; ++k) {
    const auto row = std::span(sequence).subspan(indptr[k], indptr[k + 1] - indptr[k]);
    if (!std::ranges::is_sorted(row, {}, minor)) std::ranges::stable_sort(row, {}, minor);
  }
  return order;
}

}  // namespace spgrad::comm
