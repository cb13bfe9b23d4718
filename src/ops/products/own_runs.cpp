#include "src/ops/products/own_runs.hpp"

#include <algorithm>

namespace spgrad {
namespace {

// A second pass costs a row of the result for each major that it meets: more than it hides where little is own.
constexpr Index kLeastOwn = 8;  // one entry in so many

std::shared_ptr<const OwnRuns> found(const Sparsity& s) {
  auto runs = std::make_shared<OwnRuns>();
  const Index own = s.own_minors(), first = s.minor.begin(s.rank);
  for (Index i = 0; i < s.local_majors(); ++i) {
    const auto row = std::span(s.indices).subspan(static_cast<std::size_t>(s.indptr[static_cast<std::size_t>(i)]));
    const auto entries = row.first(
        static_cast<std::size_t>(s.indptr[static_cast<std::size_t>(i) + 1] - s.indptr[static_cast<std::size_t>(i)]));
    const auto begin =
        std::ranges::find_if(entries, [&](LocalIndex k) { return k < own || s.global_minor(k) >= first; });
    const auto end = std::find_if(begin, entries.end(), [&](LocalIndex k) { return k >= own; });
    runs->begins.push_back(s.indptr[static_cast<std::size_t>(i)] + (begin - entries.begin()));
    runs->ends.push_back(s.indptr[static_cast<std::size_t>(i)] + (end - entries.begin()));
    runs->own += end - begin;
  }
  return runs;
}

}  // namespace

const OwnRuns* own_runs(const Sparsity& s) {
  if (!s.sorted || s.ghosts.size() == 0) return nullptr;
  const auto runs = s.cache.get<OwnRuns>(0, [&] { return found(s); });
  return runs->own * kLeastOwn >= s.local_nnz() ? runs.get() : nullptr;
}

}  // namespace spgrad
