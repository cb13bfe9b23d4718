#include "src/ops/parts/slicing.hpp"

namespace spgrad {
namespace {

// Positions, as they are stored here, of what is one row (or column) of both.
struct Pair {
  Index in, out;
};

// The global indices along an axis that this rank has of a value. A vector is one column.
Range held(const Value& v, int axis) {
  if (axis >= v.shape().ndim()) return {0, 1, 1};
  if (v.cut() != axis) return {0, 1, v.shape()[axis]};
  return {v.layout().begin(v.rank()), 1, v.layout().count(v.rank())};
}

// Input k has come as the rows along this axis that the op has listed.
bool is_listed(const RunContext& c, int k, const Block& block, int axis) {
  return block.sliced[axis] && c.out_rows() == own(axis) && c.in(k).cut() == axis;
}

// in_of(i): the global index in input k of the result's index i; -1: none.
template <class InOf>
std::vector<Pair> pairs(const RunContext& c, int k, const Block& block, int axis, InOf in_of) {
  const Range in = held(c.in(k), axis), out = held(c.out(), axis);
  std::vector<Pair> found;
  for (Index o = 0; o < out.count; ++o) {
    const Index i = block.sliced[axis] ? in_of(out[o]) : out[o];
    if (i < 0) continue;
    const Index here = is_listed(c, k, block, axis) ? static_cast<Index>(found.size()) : in.find(i);
    if (here >= 0) found.push_back({here, o});
  }
  return found;
}

Index stride(const Value& v, int axis) { return v.slow() == axis ? v.row_length() : 1; }

void copy_block(const RunContext& c, int k, const std::vector<Pair>& rows, const std::vector<Pair>& columns) {
  const Value &in = c.in(k), &out = c.out();
  const Index in_row = stride(in, 0), in_column = stride(in, 1), out_row = stride(out, 0), out_column = stride(out, 1);
  dispatch(out.dtype(), [&]<class T>() {
    for (const Pair& i : rows) {
      const T* const from = in.data<T>().data() + i.in * in_row;
      T* const to = out.data<T>().data() + i.out * out_row;
      for (const Pair& j : columns) to[j.out * out_column] = from[j.in * in_column];
    }
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
    const auto along = [&](int axis) {
      return pairs(c, 0, block, axis, [&](Index i) { return block.range[axis][i]; });
    };
    c.zero_out();
    return copy_block(c, 0, along(0), along(1));
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

void put_block(const RunContext& c, int k, const Block& block) {
  const auto along = [&](int axis) {
    return pairs(c, k, block, axis, [&](Index i) { return block.range[axis].find(i); });
  };
  copy_block(c, k, along(0), along(1));
}

void run_putter(RunContext& c, const Block& block) {
  if (c.node().type.sparse()) return share_entries(c);
  c.zero_out();
  put_block(c, 0, block);
}

Spreads block_spread(const Node& n, const std::array<bool, 2>& sliced) {
  const auto taken = [&](int axis) { return sliced[axis] ? listed(axis) : own(axis); };
  Spreads spreads;
  const auto offer = [&](const Rows& in, const Rows& out) {
    std::vector<Rows> of_all(n.in.size(), anywhere());
    of_all[0] = in;
    spreads.push_back({std::move(of_all), out});
  };
  if (n.type.sparse()) {
    const int major = major_axis(n.type);
    offer(taken(major), own(major));
    return spreads;
  }
  for (int axis = 0; axis < n.type.ndim(); ++axis) offer(taken(axis), own(axis));
  for (int axis = 0; axis < n.type.ndim(); ++axis) offer(all(), own(axis));
  for (int axis = 0; axis < n.type.ndim(); ++axis)
    if (sliced[axis]) offer(own(axis), all());
  offer(all(), replica());
  return spreads;
}

}  // namespace spgrad
