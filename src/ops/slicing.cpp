#include "src/ops/slicing.hpp"

namespace spgrad {
namespace {

// Positions, as they are stored here, of what is one row (or column) of both.
struct Pair {
  Index in, out;
};

// The global indices along an axis that this rank has of a value.
Range held(const Value& v, int axis) {
  if (v.cut() != axis) return {0, 1, v.shape()[axis]};
  return {v.layout().begin(v.rank()), 1, v.layout().count(v.rank())};
}

// Input 0 has come as the rows along this axis that the op has listed.
bool is_listed(const RunContext& c, const Block& block, int axis) {
  return block.sliced[axis] && c.out_rows() == own(axis) && c.in(0).cut() == axis;
}

// in_of(i): the global index in input 0 of the result's index i; -1: none.
template <class InOf>
std::vector<Pair> pairs(const RunContext& c, const Block& block, int axis, InOf in_of) {
  const Range in = held(c.in(0), axis), out = held(c.out(), axis);
  std::vector<Pair> found;
  for (Index o = 0; o < out.count; ++o) {
    const Index i = block.sliced[axis] ? in_of(out[o]) : out[o];
    if (i < 0) continue;
    const Index here = is_listed(c, block, axis) ? static_cast<Index>(found.size()) : in.find(i);
    if (here >= 0) found.push_back({here, o});
  }
  return found;
}

Index stride(const Value& v, int axis) { return v.slow() == axis ? v.row_length() : 1; }

void copy_block(const RunContext& c, const std::vector<Pair>& rows, const std::vector<Pair>& columns) {
  c.zero_out();
  const Value &in = c.in(0), &out = c.out();
  dispatch(out.dtype(), [&]<class T>() {
    const T* const from = in.data<T>().data();
    T* const to = out.data<T>().data();
    for (const Pair& i : rows)
      for (const Pair& j : columns)
        to[i.out * stride(out, 0) + j.out * stride(out, 1)] = from[i.in * stride(in, 0) + j.in * stride(in, 1)];
  });
}

void share_entries(RunContext& c) { c.set_out(c.out().with_data(c.in(0).buffer())); }

}  // namespace

std::vector<Index> wants_of_getter(const WantContext& c, const Block& block) {
  const Range& range = block.range[c.of.cut()];
  std::vector<Index> need;
  for (Index i = c.begin(); i < c.end(); ++i) need.push_back(range[i]);
  return need;
}

// The entries of the block in stored order; which ones of the operand's they are is kept.
Inspection inspect_getter(InspectContext& c, const Block& block) {
  const SparsityPtr& s = c.in(0).sparsity();
  const int minor = 1 - major_axis(c.node().type);
  if (!block.sliced[minor]) return {s, nullptr};
  const auto source = std::make_shared<std::vector<Index>>();
  std::vector<Index> indptr{0}, minors;
  for (Index i = 0; i < s->local_majors(); ++i) {
    for (Index p = s->indptr[i]; p < s->indptr[i + 1]; ++p) {
      const Index j = block.range[minor].find(s->global_minor(s->indices[p]));
      if (j < 0) continue;
      minors.push_back(j);
      source->push_back(p);
    }
    indptr.push_back(static_cast<Index>(minors.size()));
  }
  return {c.make(c.layout(1 - minor), c.layout(minor), std::move(indptr), minors), source};
}

void run_getter(RunContext& c, const Block& block) {
  if (!c.node().type.sparse()) {
    const auto along = [&](int axis) { return pairs(c, block, axis, [&](Index i) { return block.range[axis][i]; }); };
    return copy_block(c, along(0), along(1));
  }
  const auto* source = static_cast<const std::vector<Index>*>(c.inspection().extra.get());
  if (source == nullptr) return share_entries(c);
  c.dispatch([&]<class T>() {
    T* out = c.out_data<T>().data();
    for (const Index p : *source) *out++ = c.data<T>(0)[p];
  });
}

std::vector<Index> wants_of_putter(const WantContext& c, const Block& block) {
  const Range& range = block.range[c.of.cut()];
  std::vector<Index> need;
  for (Index i = c.begin(); i < c.end(); ++i)
    if (const Index k = range.find(i); k >= 0) need.push_back(k);
  return need;
}

// All entries stay, in their order.
Inspection inspect_putter(InspectContext& c, const Block& block) {
  const Sparsity& s = *c.in(0).sparsity();
  const int major = major_axis(c.node().type), minor = 1 - major;
  const Layout rows = c.layout(major);
  std::vector<Index> indptr{0};
  Index k = 0;
  for (Index i = rows.begin(c.rank()); i < rows.end(c.rank()); ++i) {
    if (!block.sliced[major] || block.range[major].find(i) >= 0) ++k;
    indptr.push_back(s.indptr[k]);
  }
  std::vector<Index> minors;
  for (const LocalIndex l : s.indices) {
    const Index j = s.global_minor(l);
    minors.push_back(block.sliced[minor] ? block.range[minor][j] : j);
  }
  return {c.make(rows, c.layout(minor), std::move(indptr), minors), nullptr};
}

void run_putter(RunContext& c, const Block& block) {
  if (c.node().type.sparse()) return share_entries(c);
  const auto along = [&](int axis) {
    return pairs(c, block, axis, [&](Index i) { return block.range[axis].find(i); });
  };
  copy_block(c, along(0), along(1));
}

std::vector<Rows> beside(const Var& like, const Rows& out) {
  if (like->type.sparse()) return {own_major(like)};
  return out.kind == Rows::kOwn ? std::vector{out, all()} : std::vector{all()};
}

Spreads block_spread(const Node& n, const std::array<bool, 2>& sliced) {
  const auto taken = [&](int axis) { return sliced[axis] ? listed(axis) : own(axis); };
  std::vector<Rows> rest;
  for (std::size_t k = 2; k < n.in.size(); ++k) rest.push_back(own_major(n.in[k]));
  Spreads spreads;
  const auto offer = [&](const Rows& in, const Rows& out) {
    if (n.in.size() == 1) return spreads.push_back({{in}, out});
    for (const Rows& like : beside(n.in[1], out)) {
      Spread s{{in, like}, out};
      s.in.insert(s.in.end(), rest.begin(), rest.end());
      spreads.push_back(std::move(s));
    }
  };
  if (n.type.sparse()) {
    const int major = major_axis(n.type);
    offer(taken(major), own(major));
    return spreads;
  }
  for (const int axis : {0, 1}) offer(taken(axis), own(axis));
  for (const int axis : {0, 1}) offer(all(), own(axis));
  for (const int axis : {0, 1})
    if (sliced[axis]) offer(own(axis), all());
  offer(all(), replica());
  return spreads;
}

}  // namespace spgrad
