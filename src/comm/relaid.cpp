// The same matrix under other layouts. Entries are numbered through the ranks, and no cut changes their order: what a
// rank wants is a range of entry numbers.
#include <algorithm>
#include <map>
#include <numeric>

#include "spgrad/distribute.hpp"
#include "src/comm/entries.hpp"
#include "src/comm/moves.hpp"

namespace spgrad::comm {
namespace {

// In the cache of every pattern that was relaid or came of it. All relatives are kept by the first, the base.
struct Relatives {
  std::weak_ptr<const Sparsity> base;                                            // empty in the base
  mutable std::vector<SparsityPtr> made;                                         // in the base only
  mutable std::map<const Sparsity*, std::shared_ptr<const StarForest>> forests;  // from this one to others
};

std::shared_ptr<const Relatives> relatives_of(World& world, const Sparsity& s, const SparsityPtr& base = nullptr) {
  return s.cache.get<Relatives>(key_of(world), [&] { return std::make_shared<Relatives>(Relatives{base, {}, {}}); });
}

bool is_cut_by(const Sparsity& s, const Layout& major, const Layout& minor) {
  return s.major == major && s.minor == minor;
}

// A number for each item of a dimension, from one cut to another.
std::vector<Index> relaid_numbers(World& world, const std::vector<Index>& numbers, const Layout& from,
                                  const Layout& to) {
  const Value v = Value::dense(DType::int64, {from.size()}, 0, from, world.rank());
  std::ranges::copy(numbers, v.data<Index>().begin());
  const Value out = relayout(world, v, to);
  return {out.data<Index>().begin(), out.data<Index>().end()};
}

SparsityPtr made_of(World& world, const Sparsity& s, const Layout& major, const Layout& minor) {
  if (s.major == major) return make_sparsity(world, major, minor, s.indptr, global_minors(s));
  std::vector<Index> lengths;
  for (Index k = 0; k < s.local_majors(); ++k) lengths.push_back(s.indptr[k + 1] - s.indptr[k]);
  lengths = relaid_numbers(world, lengths, s.major, major);
  std::vector<Index> indptr{0};
  std::partial_sum(lengths.begin(), lengths.end(), std::back_inserter(indptr));
  const Layout entries = layout_of_counts(world, indptr.back());
  return make_sparsity(world, major, minor, std::move(indptr),
                       relaid_numbers(world, global_minors(s), s.entries, entries));
}

SparsityPtr find_or_make(World& world, const SparsityPtr& base, const Layout& major, const Layout& minor) {
  if (is_cut_by(*base, major, minor)) return base;
  auto& made = relatives_of(world, *base)->made;
  auto found = std::ranges::find_if(made, [&](const SparsityPtr& s) { return is_cut_by(*s, major, minor); });
  if (found == made.end()) {
    made.push_back(made_of(world, *base, major, minor));
    found = made.end() - 1;
    relatives_of(world, **found, base);
  }
  return SparsityPtr(base, found->get());
}

std::shared_ptr<const StarForest> range_forest(World& world, const Layout& from, const Layout& to) {
  std::vector<Index> wanted(to.count(world.rank()));
  std::iota(wanted.begin(), wanted.end(), to.begin(world.rank()));
  return std::make_shared<StarForest>(world, from, wanted);
}

}  // namespace

EntryMove relaid(World& world, const SparsityPtr& pattern, const Layout& major, const Layout& minor) {
  if (is_cut_by(*pattern, major, minor)) return {pattern, nullptr};
  require(major.size() == pattern->major.size() && minor.size() == pattern->minor.size(), "a pattern of ",
          pattern->major.size(), " majors and ", pattern->minor.size(), " minors cannot be cut by layouts of ",
          major.size(), " and ", minor.size());
  const auto relatives = relatives_of(world, *pattern);
  const SparsityPtr base = relatives->base.lock();
  const SparsityPtr target = find_or_make(world, base ? base : pattern, major, minor);
  if (target->entries == pattern->entries) return {target, nullptr};
  auto& forest = relatives->forests[target.get()];
  if (!forest) forest = range_forest(world, pattern->entries, target->entries);
  return {target, forest};
}

}  // namespace spgrad::comm
