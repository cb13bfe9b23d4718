// stack, part, put_part: matrices below, beside or askew of each other, or vectors one after another; one of them taken
// out, or put in.
#include <numeric>

#include "src/ops/parts/slicing.hpp"

namespace spgrad {
namespace {

// The axes along which the blocks follow each other.
std::array<bool, 2> stacked(const Node& n) {
  const auto& along = n.attr<std::string>("along");
  return {along != "columns", along != "rows"};
}

// Where each input from `first` on begins along an axis; the last element is the sum of all sizes.
std::vector<Index> offsets(const Node& n, int axis, std::size_t first = 0) {
  std::vector<Index> at{0};
  for (std::size_t k = first; k < n.in.size(); ++k) {
    const Index size = n.in[k]->type.shape[axis];
    at.push_back(size == kUnknown || at.back() == kUnknown ? kUnknown : at.back() + size);
  }
  return at;
}

Type infer_stack(const Node& n) {
  require(!n.in.empty(), "there is nothing to stack");
  const auto& format = n.attr<std::string>("format");
  const bool dense = format == name(Format::dense);
  for (const Var& x : n.in)
    require(x->type.sparse() != dense, dense ? "all blocks must be dense" : "all blocks must be csr or csc");
  Shape shape = shape_by_letters(n);
  for (int axis = 0; axis < shape.ndim(); ++axis)
    if (stacked(n)[axis]) shape[axis] = offsets(n, axis).back();
  return {promoted_dtype(n), dense ? Format::dense : format_attr(n), shape};
}

Spreads spread_stack(const Node& n) {
  Spreads spreads;
  const auto along = [&](int axis) {
    const Rows block = stacked(n)[axis] ? listed(axis) : own(axis);
    spreads.push_back({std::vector<Rows>(n.in.size(), block), own(axis)});
  };
  if (n.type.sparse()) {
    along(major_axis(n.type));
    return spreads;
  }
  for (int axis = 0; axis < n.type.ndim(); ++axis) along(axis);
  spreads.push_back({std::vector<Rows>(n.in.size(), all()), replica()});
  return spreads;
}

// Rows that follow each other are cut evenly.
Layout even_layout(const Node& n, int axis, const Layout& of) { return Layout::even(n.type.shape[axis], of.ranks()); }

// Those of this rank's majors of the result that are input k's.
std::vector<Index> wants_of_stack(const WantContext& c, int k) {
  const auto at = offsets(c.node, c.of.cut());
  const Index begin = std::max(c.begin(), at[k]), end = std::min(c.end(), at[k + 1]);
  std::vector<Index> need(static_cast<std::size_t>(std::max<Index>(end - begin, 0)));
  std::iota(need.begin(), need.end(), begin - at[k]);
  return need;
}

// For each input, the entry of the result that is made of each of its entries.
using Targets = std::vector<std::vector<Index>>;

Inspection inspect_stack(InspectContext& c) {
  const Node& n = c.node();
  const int major = major_axis(n.type), minor = 1 - major;
  const Layout rows = c.layout(major);
  const auto minor_at = offsets(n, minor);
  const auto targets = std::make_shared<Targets>(n.in.size());
  std::vector<Index> indptr{0}, minors;
  const auto append = [&](std::size_t k, Index i) {
    const Sparsity& s = *c.in(static_cast<int>(k)).sparsity();
    for (Index p = s.indptr[i]; p < s.indptr[i + 1]; ++p) {
      (*targets)[k].push_back(static_cast<Index>(minors.size()));
      minors.push_back(s.global_minor(s.indices[p]) + (stacked(n)[minor] ? minor_at[k] : 0));
    }
  };
  if (stacked(n)[major]) {
    for (std::size_t k = 0; k < n.in.size(); ++k)
      for (Index i = 0; i < c.in(static_cast<int>(k)).sparsity()->local_majors(); ++i) {
        append(k, i);
        indptr.push_back(static_cast<Index>(minors.size()));
      }
  } else {
    for (Index i = 0; i < rows.count(c.rank()); ++i) {
      for (std::size_t k = 0; k < n.in.size(); ++k) append(k, i);
      indptr.push_back(static_cast<Index>(minors.size()));
    }
  }
  return {c.make(rows, c.layout(minor), std::move(indptr), minors), targets};
}

// The place of input k, a block of shape `of`, behind the inputs from `first` up to it.
Block block_after(const Node& n, std::size_t first, std::size_t k, const Shape& of) {
  Block block{{}, stacked(n)};
  for (int axis = 0; axis < of.ndim(); ++axis)
    if (block.sliced[axis]) block.range[axis] = {offsets(n, axis, first)[k - first], 1, of[axis]};
  return block;
}

Block block_of_input(const Node& n, std::size_t k) { return block_after(n, 0, k, n.in[k]->type.shape); }

void run_stack(RunContext& c) {
  if (!c.node().type.sparse()) {
    for (int k = 0; k < c.inputs(); ++k) put_block(c, k, block_of_input(c.node(), static_cast<std::size_t>(k)));
    return;
  }
  const auto& targets = *static_cast<const Targets*>(c.inspection().extra.get());
  c.dispatch([&]<class T>() {
    T* const out = c.out_data<T>().data();
    for (int k = 0; k < c.inputs(); ++k) {
      const std::span<const T> data = c.data<T>(k);
      for (std::size_t p = 0; p < data.size(); ++p) out[targets[static_cast<std::size_t>(k)][p]] = data[p];
    }
  });
}

// Of part and put_part: the blocks before this one are the inputs from 2 or 3 on.
Block block_taken(const Node& n) { return block_after(n, 2, n.in.size(), n.in[1]->type.shape); }
Block block_put(const Node& n) { return block_after(n, 3, n.in.size(), n.in[2]->type.shape); }

Attrs along_of(const Var& x) { return {{"along", x->attr<std::string>("along")}}; }

// Block k of a cotangent g of the stack. An axis of size 1 that is sliced is constant along it, in every block.
Var vjp_stack(const Var& out, const Var& g, int k) {
  const std::array<bool, 2> axes = stacked(*out);
  const auto constant_along = [&](int axis) {
    const int own = axis - (out->type.ndim() - g->type.ndim());
    return !g->type.sparse() && (own < 0 || (g->type.shape[own] == 1 && out->type.shape[axis] != 1));
  };
  if ((!axes[0] || constant_along(0)) && (!axes[1] || constant_along(1))) return g;
  Vars in{full_size(g, out), out->in[static_cast<std::size_t>(k)]};
  in.insert(in.end(), out->in.begin(), out->in.begin() + k);
  return entry_for_entry(apply(ops::part, std::move(in), along_of(out)), out->in[static_cast<std::size_t>(k)], g, out);
}

// The stacked matrix's shape is that of the cotangent, input 0.
Var vjp_part(const Var& out, const Var& g, int k) {
  if (k != 0) return {};
  Vars in{full_size(g, out), out->in[0]};
  in.insert(in.end(), out->in.begin() + 1, out->in.end());
  return entry_for_entry(apply(ops::put_part, std::move(in), along_of(out)), out->in[0], g, out);
}

Var vjp_put_part(const Var& out, const Var& g, int k) {
  if (k != 0) return {};
  Vars in{full_size(g, out)};
  in.insert(in.end(), out->in.begin() + 2, out->in.end());
  return entry_for_entry(apply(ops::part, std::move(in), along_of(out)), out->in[0], g, out);
}

Var stack(Vars blocks, const char* along, Format format, std::optional<DType> dtype) {
  const Var out =
      apply(ops::stack, std::move(blocks), {{"along", std::string(along)}, {"format", std::string(name(format))}});
  return dtype ? cast(out, *dtype) : out;
}

}  // namespace

constinit const Op ops::stack{
    .name = "stack",
    .inputs = "A ...",
    .attributes = "along format",
    .formula = "[A0; A1; ..], [A0, A1, ..] or diag(A0, A1, ..)",
    .doc =
        "Along the rows, the columns or both; all sparse, or all dense. Where blocks follow each other along the axis "
        "that is cut, what changes its owner moves to an even layout; else every rank keeps its own.",
    .letters = "[along=rows] _j -> _j | [along=columns] i_ -> i_ | [along=both] __ -> __ | [along=rows] _ -> _",
    .infer = infer_stack,
    .run = run_stack,
    .spread = spread_stack,
    .vjp = vjp_stack,
    .inspect = inspect_stack,
    .wants = wants_of_stack,
    .induced = even_layout,
    .pattern = structural(),
    .grad_kind = GradKind::regular,
    .linear = Linear::jointly,
    .aliases = {.scipy = "scipy.sparse.vstack, hstack, block_diag, numpy.concatenate",
                .torch = "torch.cat",
                .jax = "jax.experimental.sparse.bcoo_concatenate, jax.numpy.concatenate"},
};

constinit const Op ops::part{
    .name = "part",
    .inputs = "G A B ...",
    .attributes = "along",
    .formula = "the block of the stack G that is stacked behind the blocks B, of A's shape",
    .doc = "Of A and B only the shapes are used.",
    .letters =
        "[along=rows] _j ij _j -> ij | [along=columns] i_ ij i_ -> ij | [along=both] __ ij __ -> ij | "
        "[along=rows] _ i _ -> i",
    .infer = [](const Node& n) -> Type {
      return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
    },
    .run = [](RunContext& c) { run_getter(c, block_taken(c.node())); },
    .spread = [](const Node& n) -> Spreads { return block_spread(n, stacked(n)); },
    .vjp = vjp_part,
    .inspect = [](InspectContext& c) -> Inspection { return inspect_getter(c, block_taken(c.node())); },
    .wants = [](const WantContext& c, int) { return wants_of_getter(c, block_taken(c.node)); },
    .pattern = structural(),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .linear_in = inputs_mask({0}),
    .promotes = inputs_mask({0}),
    .aliases = {.torch = "torch.split"},
};

constinit const Op ops::put_part{
    .name = "put_part",
    .inputs = "X G A B ...",
    .attributes = "along",
    .formula = "zeros of G's shape, but X in the place of the block A that is stacked behind the blocks B",
    .doc = "The transpose of part. Of G, A and B only the shapes are used.",
    .letters =
        "[along=rows] ij kj ij _j -> kj | [along=columns] ij ik ij i_ -> ik | [along=both] ij kl ij __ -> kl | "
        "[along=rows] i k i _ -> k",
    .infer = [](const Node& n) -> Type {
      return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
    },
    .run = [](RunContext& c) { run_putter(c, block_put(c.node())); },
    .spread = [](const Node& n) -> Spreads { return block_spread(n, stacked(n)); },
    .vjp = vjp_put_part,
    .inspect = [](InspectContext& c) -> Inspection { return inspect_putter(c, block_put(c.node())); },
    .wants = [](const WantContext& c, int) { return wants_of_putter(c, block_put(c.node)); },
    .pattern = structural(),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .linear_in = inputs_mask({0}),
    .promotes = inputs_mask({0}),
};

Var vstack(const Vars& blocks, Format format, std::optional<DType> dtype) {
  return stack(blocks, "rows", format, dtype);
}
Var hstack(const Vars& blocks, Format format, std::optional<DType> dtype) {
  return stack(blocks, "columns", format, dtype);
}
Var concatenate(const Vars& xs, int axis) {
  require(!xs.empty(), "concatenate: there is nothing to put together");
  return stack(xs, checked_axis(xs[0], axis) == 0 ? "rows" : "columns", Format::dense, {});
}
Var block_diag(const Vars& blocks, Format format) {
  Vars sparse;
  for (const Var& x : blocks) sparse.push_back(x->type.sparse() ? x : sparse_from_dense(x, format));
  return stack(sparse, "both", format, {});
}

}  // namespace spgrad
