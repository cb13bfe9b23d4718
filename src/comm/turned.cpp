// csr <-> csc: entries go to the owners of their minors.
#include <numeric>

#include "spgrad/distribute.hpp"
#include "src/comm/entries.hpp"
#include "src/comm/route.hpp"

namespace spgrad::comm {
namespace {

// In the cache of a pattern, and with the ends changed in that of the turned one.
struct Turn {
  SparsityPtr made;                                // the turned pattern; null in the turned one itself, which has
  std::weak_ptr<const Sparsity> original;          // the one it was made of
  std::shared_ptr<const StarForest> there;         // from the original to the turned one
  mutable std::shared_ptr<const StarForest> back;  // once somebody goes back
};

std::shared_ptr<const Turn> turn_of(World& world, const SparsityPtr& s) {
  std::vector<int> owners;
  for (const Index g : s->ghosts) owners.push_back(s->minor.owner(g));

  std::vector<int> to;
  std::vector<Position> positions;
  std::vector<Index> numbers(s->indices.size());
  std::iota(numbers.begin(), numbers.end(), s->entries.begin(s->rank));
  for (Index k = 0; k < s->local_majors(); ++k)
    for (Index p = s->indptr[k]; p < s->indptr[k + 1]; ++p) {
      const LocalIndex i = s->indices[p];
      to.push_back(i < s->own_minors() ? s->rank : owners[i - s->own_minors()]);
      positions.push_back({s->global_minor(i), s->major.begin(s->rank) + k});
    }
  positions = route(world, to, positions);
  numbers = route(world, to, numbers);

  Order order = order_of(positions, s->minor.begin(s->rank), s->own_minors());
  std::vector<Index> minors, wanted;
  for (const Index p : order.sequence) {
    minors.push_back(positions[p].minor);
    wanted.push_back(numbers[p]);
  }
  const auto made = make_sparsity(world, s->minor, s->major, std::move(order.indptr), minors);
  const auto there = std::make_shared<StarForest>(world, s->entries, wanted);
  made->cache.get<Turn>(key_of(world), [&] { return std::make_shared<Turn>(Turn{nullptr, s, there, nullptr}); });
  return std::make_shared<Turn>(Turn{made, {}, there, nullptr});
}

// The star forest the other way: every entry of the original asks for the one that came from it.
std::shared_ptr<const StarForest> reversed(World& world, std::shared_ptr<const StarForest> there,
                                           const Layout& leaves) {
  std::vector<Index> numbers(there->leaves()), wanted(there->roots(), 0);
  std::iota(numbers.begin(), numbers.end(), leaves.begin(world.rank()));
  Transfer transfer(std::move(there));
  transfer.begin_scatter(DType::int64, Combine::sum, sizeof(Index), std::as_bytes(std::span(numbers)),
                         std::as_writable_bytes(std::span(wanted)));
  transfer.end_scatter();
  return std::make_shared<StarForest>(world, leaves, wanted);
}

}  // namespace

EntryMove turned(World& world, const SparsityPtr& pattern) {
  const auto turn = pattern->cache.get<Turn>(key_of(world), [&] { return turn_of(world, pattern); });
  if (turn->made) return {SparsityPtr(pattern, turn->made.get()), turn->there};
  if (!turn->back) turn->back = reversed(world, turn->there, pattern->entries);
  return {turn->original.lock(), turn->back};
}

}  // namespace spgrad::comm
