// transpose, row, col: views that move nothing; count: the number of elements.
#include "src/ops/like_ops.hpp"
#include "src/ops/reductions/reductions.hpp"

namespace spgrad {
namespace {

Type infer_transpose(const Node& n) {
  const Type& x = n.in[0]->type;
  return {x.dtype, flipped(x.format), shape_by_letters(n)};
}

void run_transpose(RunContext& c) { c.set_out(c.in(0).transposed()); }

Spreads spread_transpose(const Node& n) {
  if (n.type.sparse()) return {{.in = {own_major(n.in[0])}, .out = own(major_axis(n.type))}};
  return {{.in = {own(0)}, .out = own(1)}, {.in = {own(1)}, .out = own(0)}, {.in = {all()}, .out = replica()}};
}

Var vjp_transpose(const Var&, const Var& g, int) { return transpose(g); }

// (n), (1 x n) and (n x 1) lie in memory alike.
void run_view(RunContext& c) { c.set_out(c.out().with_data(c.in(0).buffer())); }

template <int kAxis>
Spreads spread_view(const Node&) {
  return {{.in = {own(0)}, .out = own(kAxis)}, {.in = {all()}, .out = replica()}};
}

Type infer_view(const Node& n) {
  require(!n.in[0]->type.sparse(), "v must be dense");
  return dense_type(n);
}

Var vjp_row(const Var&, const Var& g, int) { return sum(g, 0); }
Var vjp_col(const Var&, const Var& g, int) { return sum(g, 1); }

void run_count(RunContext& c) {
  const Shape& shape = c.in(0).shape();
  const auto axis = axis_of(c.node());
  c.out_data<double>()[0] = static_cast<double>(axis ? shape[*axis] : shape.elements());
}

Spreads spread_count(const Node&) { return {{{anywhere()}, replica()}}; }

}  // namespace

constinit const Op ops::transpose{
    .name = "transpose",
    .inputs = "x",
    .formula = "x^T",
    .doc = "csr becomes csc and the reverse; nothing moves.",
    .letters = "ij -> ji",
    .infer = infer_transpose,
    .run = run_transpose,
    .spread = spread_transpose,
    .vjp = vjp_transpose,
    .pattern = same(0),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .aliases = {.scipy = "x.T", .torch = "torch.t", .jax = "jax.numpy.transpose", .petsc = "MatCreateTranspose"},
};

constinit const Op ops::row{
    .name = "row",
    .inputs = "v",
    .formula = "v as 1 x n",
    .letters = "i -> 1i",
    .infer = infer_view,
    .run = run_view,
    .spread = spread_view<1>,
    .vjp = vjp_row,
    .linear = Linear::each,
    .aliases = {.scipy = "v[None, :]", .torch = "v[None, :]", .jax = "v[None, :]"},
};

constinit const Op ops::col{
    .name = "col",
    .inputs = "v",
    .formula = "v as n x 1",
    .letters = "i -> i1",
    .infer = infer_view,
    .run = run_view,
    .spread = spread_view<0>,
    .vjp = vjp_col,
    .linear = Linear::each,
    .aliases = {.scipy = "v[:, None]", .torch = "v[:, None]", .jax = "v[:, None]"},
};

constinit const Op ops::count{
    .name = "count",
    .inputs = "x",
    .attributes = "axis",
    .formula = "number of elements of x",
    .doc = "Along the axis or in all; of a sparse matrix, stored or not.",
    .letters = "ij -> | i -> | . ->",
    .infer = [](const Node&) -> Type { return {}; },
    .run = run_count,
    .spread = spread_count,
    .grad_kind = GradKind::none,
    .promotes = 0,
    .aliases = {.scipy = "x.size", .torch = "torch.numel", .jax = "x.size", .petsc = "MatGetSize"},
};

Var transpose(const Var& x) { return x->type.ndim() < 2 ? x : ops::transpose(x); }
Var row(const Var& v) { return ops::row(v); }
Var col(const Var& v) { return ops::col(v); }

Var count(const Var& x, std::optional<int> axis) {
  const Attrs attrs = axis_attrs(x, axis);
  const Shape& shape = x->type.shape;
  if (axis && shape[checked_axis(x, *axis)] != kUnknown)
    return constant(Value::scalar_of(static_cast<double>(shape[checked_axis(x, *axis)])));
  if (!axis && shape.known()) return constant(Value::scalar_of(static_cast<double>(shape.elements())));
  return apply(ops::count, {x}, attrs);
}

}  // namespace spgrad
