#include "src/run/model_patterns.hpp"

#include <algorithm>
#include <numeric>

#include "src/graph/input_ops.hpp"
#include "src/run/planned.hpp"

namespace spgrad {

ModelPatterns::ModelPatterns(const Bindings& bindings, int ranks, Balance balance)
    : bindings_(bindings), ranks_(ranks), balance_(balance), alone_(comm::solo_world()) {}

Layout ModelPatterns::cut(const Var& x, int axis) const {
  const Value v = value_of(x, bindings_);
  const bool major = v.is_sparse() && axis == (v.format() == Format::csc ? 1 : 0);
  if (!major || balance_ == Balance::even) return Layout::even(v.shape()[axis], ranks_);
  std::vector<Index> entries;
  const auto& indptr = v.sparsity()->indptr;
  for (std::size_t i = 0; i + 1 < indptr.size(); ++i) entries.push_back(indptr[i + 1] - indptr[i]);
  return Layout::balanced(entries, ranks_);
}

SharesPtr ModelPatterns::shares(const Var& x, bool turned, const Layout& major, const Layout& minor) {
  Known& known = known_[{x->name, turned}];
  if (!known.shares || known.major != major || known.minor != minor)
    known = {major, minor, std::make_shared<Shares>(shares_of(*whole(x, turned).sparsity(), major, minor))};
  return known.shares;
}

Offer ModelPatterns::offer(const Program& program, const Var& x) {
  const Value v = value_of(x, bindings_);
  Offer offer{v.cut(), x->op == &ops::input, 1, asked_axis(program, x)};
  if (!v.is_sparse()) return offer;
  const int major = v.format() == Format::csc ? 1 : 0;
  const std::vector<double>& ghosts = shares(x, false, cut(x, major), cut(x, 1 - major))->ghosts;
  offer.ghost_fraction = std::accumulate(ghosts.begin(), ghosts.end(), 0.0) /
                         static_cast<double>(std::max<Index>(v.shape()[1 - major], 1));
  return offer;
}

Value ModelPatterns::whole(const Var& x, bool turned) const {
  const Value v = value_of(x, bindings_);
  return turned ? convert(*alone_, v, flipped(v.format())) : v;
}

}  // namespace spgrad
