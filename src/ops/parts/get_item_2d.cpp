// get_item_2d, put_2d: a slice of a matrix or vector, and zeros with a slice put in.
#include <algorithm>
#include <limits>

#include "src/ops/parts/slicing.hpp"

namespace spgrad {
namespace {

constexpr Index kNone = -std::numeric_limits<Index>::max();

bool is_full(const Slice& s) { return s.start.value_or(0) == 0 && !s.stop && s.step == 1; }

Attrs attrs_of(const Slice& rows, const Slice& columns) {
  const auto words = [](const Slice& s) {
    return std::vector<Index>{s.start.value_or(kNone), s.stop.value_or(kNone), s.step};
  };
  const bool all_rows = is_full(rows), all_columns = is_full(columns);
  return {{"rows", words(rows)},
          {"columns", words(columns)},
          {"all", std::string(all_rows && all_columns ? "both"
                              : all_rows              ? "rows"
                              : all_columns           ? "columns"
                                                      : "none")}};
}

// As Python understands a slice of a sequence of this size.
Range resolved(const std::vector<Index>& slice, Index size) {
  const Index step = slice[2], first = step > 0 ? 0 : -1, last = step > 0 ? size : size - 1;
  const auto bound = [&](Index x, Index none) {
    return x == kNone ? none : std::clamp(x < 0 ? x + size : x, first, last);
  };
  const Index start = bound(slice[0], step > 0 ? first : last), stop = bound(slice[1], step > 0 ? last : first);
  const Index span = step > 0 ? stop - start : start - stop, stride = step > 0 ? step : -step;
  return {start, step, std::max<Index>(0, (span + stride - 1) / stride)};
}

Range range_of(const Node& n, int axis, Index size) {
  return resolved(list_attr(n, axis == 0 ? "rows" : "columns", 3), size);
}

std::array<bool, 2> sliced(const Node& n) {
  const auto& all = n.attr<std::string>("all");
  return {all != "rows" && all != "both", all != "columns" && all != "both"};
}

Block block(const Node& n, const Shape& large) {
  Block block{{}, sliced(n)};
  for (int axis = 0; axis < large.ndim(); ++axis) block.range[axis] = range_of(n, axis, large[axis]);
  return block;
}
Block block_taken(const Node& n) { return block(n, n.in[0]->type.shape); }
Block block_put(const Node& n) { return block(n, n.in[1]->type.shape); }

void require_steps(const Node& n) {
  for (const char* axis : {"rows", "columns"})
    require(list_attr(n, axis, 3)[2] != 0, "a slice of ", axis, " has step 0");
}

// The sizes of the slice of a matrix of that shape.
Shape sliced_shape(const Node& n, const Shape& large) {
  Shape shape = large;
  for (int axis = 0; axis < large.ndim(); ++axis)
    if (large[axis] != kUnknown && sliced(n)[axis]) shape[axis] = range_of(n, axis, large[axis]).count;
  return shape;
}

// Of a step forward: each rank keeps its rows. A step backward turns the ranks' order about.
Layout layout_of_slice(const Node& n, int axis, const Layout& of) {
  const Range range = range_of(n, axis, of.size());
  if (range.step < 0) return Layout::even(range.count, of.ranks());
  std::vector<Index> starts;
  for (const Index begin : of.starts())
    starts.push_back(std::clamp<Index>((begin - range.start + range.step - 1) / range.step, 0, range.count));
  return Layout(std::move(starts));
}

Var put(const Var& g, const Var& like, const Attrs& attrs) { return apply(ops::put_2d, {g, like}, attrs); }
Var taken(const Var& g, const Attrs& attrs) { return apply(ops::get_item_2d, {g}, attrs); }

}  // namespace

constinit const Op ops::get_item_2d{
    .name = "get_item_2d",
    .inputs = "A",
    .attributes = "rows columns all",
    .formula = "A[rows, columns], slices as Python's",
    .doc =
        "Of a vector, A[rows]. Every rank keeps its rows, unless the step over them is negative or the result meets "
        "what is cut otherwise.",
    .letters =
        "[all=both] ij -> ij | [all=rows] ij -> i_ | [all=columns] ij -> _j | [all=none] ij -> __ | "
        "[all=both] i -> i | [all=columns] i -> _",
    .infer = [](const Node& n) -> Type {
      require_steps(n);
      return {promoted_dtype(n), n.in[0]->type.format, sliced_shape(n, n.in[0]->type.shape)};
    },
    .run = [](RunContext& c) { run_getter(c, block_taken(c.node())); },
    .spread = [](const Node& n) -> Spreads { return block_spread(n, sliced(n)); },
    .vjp = [](const Var& out, const Var& g, int) -> Var {
      const Var& A = out->in[0];
      return entry_for_entry(put(full_size(g, out), A, out->attrs), A, g, out);
    },
    .inspect = [](InspectContext& c) -> Inspection { return inspect_getter(c, block_taken(c.node())); },
    .wants = [](const WantContext& c, int) { return wants_of_getter(c, block_taken(c.node)); },
    .induced = layout_of_slice,
    .pattern = structural(),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .aliases = {.scipy = "A[a:b, c:d]", .torch = "A[a:b, c:d]", .jax = "A[a:b, c:d]", .petsc = "MatCreateSubMatrix"},
};

constinit const Op ops::put_2d{
    .name = "put_2d",
    .inputs = "g A",
    .attributes = "rows columns all",
    .formula = "zeros of A's shape, but Z[rows, columns] = g",
    .doc = "The transpose of get_item_2d; A's values are not used.",
    .letters =
        "[all=both] ij ij -> ij | [all=rows] i_ ij -> ij | [all=columns] _j ij -> ij | [all=none] __ ij -> ij | "
        "[all=both] i i -> i | [all=columns] _ i -> i",
    .infer = [](const Node& n) -> Type {
      require_steps(n);
      const Shape expected = sliced_shape(n, n.in[1]->type.shape), given = n.in[0]->type.shape;
      for (int axis = 0; axis < given.ndim(); ++axis)
        require(given[axis] == kUnknown || expected[axis] == kUnknown || given[axis] == expected[axis], "g has shape ",
                given, " but the slice has ", expected);
      return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
    },
    .run = [](RunContext& c) { run_putter(c, block_put(c.node())); },
    .spread = [](const Node& n) -> Spreads { return block_spread(n, sliced(n)); },
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      return k == 0 ? entry_for_entry(taken(full_size(g, out), out->attrs), out->in[0], g, out) : Var{};
    },
    .inspect = [](InspectContext& c) -> Inspection { return inspect_putter(c, block_put(c.node())); },
    .wants = [](const WantContext& c, int) { return wants_of_putter(c, block_put(c.node)); },
    .pattern = structural(),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .linear_in = inputs_mask({0}),
    .promotes = inputs_mask({0}),
    .aliases = {.scipy = "Z[a:b, c:d] = g", .torch = "torch.slice_scatter", .jax = "Z.at[a:b, c:d].set(g)"},
};

Var get_item_2d(const Var& A, const Slice& rows, const Slice& columns) {
  return apply(ops::get_item_2d, {A}, attrs_of(rows, columns));
}
Var put_2d(const Var& g, const Var& A, const Slice& rows, const Slice& columns) {
  return put(g, A, attrs_of(rows, columns));
}
Var subtensor(const Var& x, const Slice& rows, const Slice& columns) {
  return is_full(rows) && is_full(columns) ? x : get_item_2d(x, rows, columns);
}

}  // namespace spgrad
