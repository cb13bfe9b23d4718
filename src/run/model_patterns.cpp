#include "src/run/model_patterns.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "src/comm/entries.hpp"
#include "src/graph/input_ops.hpp"
#include "src/run/planned.hpp"

namespace spgrad {

SharesPtr ModelPatterns::shares(const Var& x, bool turned, const Layout& major, const Layout& minor) {
  Known& known = known_[{x->name, x->name.empty() ? x.get() : nullptr, turned}];
  if (!known.shares || known.major != major || known.minor != minor)
    known = {major, minor, std::make_shared<Shares>(count(x, turned, major, minor))};
  return known.shares;
}

VirtualPatterns::VirtualPatterns(const Bindings& bindings, int ranks, Balance balance)
    : bindings_(bindings), ranks_(ranks), balance_(balance), alone_(comm::solo_world()) {}

Layout VirtualPatterns::cut(const Var& x, int axis) const {
  const Value v = value_of(x, bindings_);
  const bool major = v.is_sparse() && axis == (v.format() == Format::csc ? 1 : 0);
  if (!major || balance_ == Balance::even) return Layout::even(v.shape()[axis], ranks_);
  std::vector<Index> entries;
  const auto& indptr = v.sparsity()->indptr;
  for (std::size_t i = 0; i + 1 < indptr.size(); ++i) entries.push_back(indptr[i + 1] - indptr[i]);
  return Layout::balanced(entries, ranks_);
}

Offer VirtualPatterns::offer(const Program& program, const Var& x) {
  const Value v = value_of(x, bindings_);
  Offer offer{v.cut(), x->op == &ops::input, 1, asked_axis(program, x)};
  if (!v.is_sparse()) return offer;
  const int major = v.format() == Format::csc ? 1 : 0;
  const std::vector<double>& ghosts = shares(x, false, cut(x, major), cut(x, 1 - major))->ghosts;
  offer.ghost_fraction = std::accumulate(ghosts.begin(), ghosts.end(), 0.0) /
                         static_cast<double>(std::max<Index>(v.shape()[1 - major], 1));
  return offer;
}

Shares VirtualPatterns::count(const Var& x, bool turned, const Layout& major, const Layout& minor) {
  Value whole = value_of(x, bindings_);
  if (turned) whole = convert(*alone_, whole, flipped(whole.format()));
  return shares_of(*whole.sparsity(), major, minor);
}

Layout WorldPatterns::cut(const Var& x, int axis) const {
  const Value v = value_of(x, bindings_);
  return v.is_sparse() ? v.layout_of(axis) : v.layout();
}

// As Executor::placed and what it calls: where nothing moves, the memory is shared.
std::vector<double> WorldPatterns::moved_from(const Given& given, const Layout& layout) {
  const Value v = value_of(given.node, bindings_);
  const Place& place = given.place;
  bool stays = false;
  if (v.is_sparse())
    stays = v.sparsity()->major == layout;
  else if (place.kind == Place::kWhole)
    stays = v.cut() == kWhole || world_.size() == 1;
  else if (v.cut() == kWhole)
    stays = world_.size() == 1 && (v.slow() == place.axis || v.shape().ndim() < 2);
  else
    stays = v.cut() == place.axis && v.layout() == layout;
  return stays ? std::vector<double>{} : world_.gather_each(static_cast<double>(v.bytes().size()));
}

// Each rank says what it stores and names, and of whom; so the sum over the ranks says whose rows are named, too.
Shares WorldPatterns::count(const Var& x, bool turned, const Layout& major, const Layout& minor) {
  const Value v = value_of(x, bindings_);
  SparsityPtr pattern = comm::relaid(world_, v.sparsity(), turned ? minor : major, turned ? major : minor).pattern;
  if (turned) pattern = comm::turned(world_, pattern).pattern;
  Shares s(world_.size());
  const auto me = static_cast<std::size_t>(world_.rank());
  s.stored[me] = static_cast<double>(pattern->local_nnz());
  s.ghosts[me] = static_cast<double>(pattern->ghosts.size());
  int last = -1;
  for (const Index ghost : pattern->ghosts) {
    const int owner = pattern->minor.owner(ghost);
    const auto at = static_cast<std::size_t>(owner);
    ++s.lent[at];
    if (std::exchange(last, owner) == owner) continue;
    ++s.owners[me];
    ++s.readers[at];
  }
  for (auto* numbers : {&s.stored, &s.ghosts, &s.owners, &s.lent, &s.readers})
    world_.all_reduce(DType::float64, comm::Combine::sum, std::as_writable_bytes(std::span(*numbers)));
  return s;
}

}  // namespace spgrad
