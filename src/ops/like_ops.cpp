// conform, broadcast_like, sum_like: g made to have x's shape; of x only the shape (and place) is used.
#include "src/ops/like_ops.hpp"

#include "src/ops/elements/elementwise.hpp"
#include "src/ops/reductions/reductions.hpp"

namespace spgrad {
namespace {

// The axis of `small` that is aligned with `axis` of `large`; negative if there is none.
int aligned(const Shape& small, const Shape& large, int axis) { return axis - (large.ndim() - small.ndim()); }

// Broadcasting `small` to `large` repeats it along this axis of `large`.
bool repeats(const Shape& small, const Shape& large, int axis) {
  const int own = aligned(small, large, axis);
  return own < 0 || (small[own] == 1 && large[axis] != 1);
}

// Sizes that only the data tell may turn out to be 1: where the data lies whole then, its type says that it is cut.
bool same_place(const Value& g, const Value& out) { return g.shape() == out.shape() && g.cut() == out.cut(); }

struct Same {
  template <class T>
  T operator()(T x) const {
    return x;
  }
};

Type infer(const Node& n) {
  require(!n.in[0]->type.sparse(), "g must be dense");
  return dense_type(n);
}

// The result is cut as x is. A dimension of size 1 is never cut, though x may be, if it is sparse: then another way is
// needed.
Spreads spread_broadcast(const Node& n) {
  const Var &g = n.in[0], &x = n.in[1];
  const int ndim = x->type.ndim(), first = major_axis(x->type);
  Spreads spreads;
  for (int k = 0; k < ndim; ++k) {
    const int axis = k == 0 ? first : 1 - first;
    const Rows of_g =
        repeats(g->type.shape, x->type.shape, axis) ? all() : own(aligned(g->type.shape, x->type.shape, axis));
    spreads.push_back({{of_g, x->type.sparse() ? own(first) : own(axis)}, own(axis)});
  }
  spreads.push_back({{all(), x->type.sparse() ? own(first) : all()}, replica()});
  return spreads;
}

void run_broadcast(RunContext& c) {
  const Value& g = c.in(0);
  const Value out = c.out();
  if (same_place(g, out)) return c.set_out(g);
  dispatch(out.dtype(), [&]<class T>() { map_block<T>(g, out, Same{}); });
}

// Where x is whole, parts of a g of its shape may be summed behind it.
Spreads spread_conform(const Node& n) {
  const Shape &from = n.in[0]->type.shape, &to = n.in[1]->type.shape;
  Spreads spreads = spread_broadcast(n);
  if (to.known() && from == to) spreads.push_back({{uncombined(), all()}, uncombined()});
  return spreads;
}

// A user walks through x's data and the gradient's side by side: both lie in the same order. Not so rows of others.
void run_conform(RunContext& c) {
  const Value &g = c.in(0), &x = c.in(1);
  if (c.out_rows().kind == Rows::kGhost) return c.set_out(g);
  Value out = c.out();
  if (same_place(g, out) && g.slow() == x.slow()) return c.set_out(g);
  if (out.cut() == kWhole && x.cut() == kWhole && x.slow() != out.slow())
    c.set_out(out = Value::whole(out.dtype(), out.shape(), x.slow()));
  dispatch(out.dtype(), [&]<class T>() { map_block<T>(g, out, Same{}); });
}

Var vjp_broadcast(const Var& out, const Var& g, int k) { return k == 0 ? sum_like(g, out->in[0]) : Var{}; }

Type infer_sum_like(const Node& n) {
  const Type &g = n.in[0]->type, &x = n.in[1]->type;
  require(!g.sparse(), "g must be dense");
  require(x.ndim() <= g.ndim(), "x has ", x.ndim(), " dimensions but g only ", g.ndim());
  return dense_type(n);
}

// Own rows of g give own rows of the sum, or, where the cut axis is summed, a partial sum of all of it.
Spreads spread_sum_like(const Node& n) {
  const Shape &from = n.in[0]->type.shape, &to = n.in[1]->type.shape;
  Spreads spreads;
  for (int axis = 0; axis < from.ndim(); ++axis)
    spreads.push_back({{own(axis), anywhere()}, repeats(to, from, axis) ? all() : own(aligned(to, from, axis))});
  spreads.push_back({{all(), anywhere()}, replica()});
  return spreads;
}

void run_sum_like(RunContext& c) {
  const Value &g = c.in(0), out = c.out();
  const int slow = g.slow();
  const bool matrix = g.shape().ndim() == 2;
  const bool partial = g.cut() != kWhole && out.cut() == kWhole;
  const bool over_slow = partial || (g.shape().ndim() > 0 && repeats(out.shape(), g.shape(), slow));
  const bool over_fast = matrix && repeats(out.shape(), g.shape(), 1 - slow);
  if (same_place(g, out)) return c.set_out(g);
  dispatch(out.dtype(), [&]<class T>() {
    reduce_block<Sum>(g.data<T>().data(), g.local_rows(), g.row_length(), over_slow, over_fast || !matrix,
                      out.data<T>().data());
  });
}

Var vjp_sum_like(const Var& out, const Var& g, int k) { return k == 0 ? broadcast_like(g, out->in[0]) : Var{}; }

constexpr std::string_view kBroadcastLetters = "* ij -> ij | * i -> i | * . ->";

}  // namespace

constinit const Op ops::conform{
    .name = "conform",
    .inputs = "g x",
    .formula = "g broadcast to the shape of x",
    .doc = "Cut and laid out as x is; a g of x's shape shares its data. x's values are not used.",
    .letters = kBroadcastLetters,
    .infer = [](const Node& n) -> Type {
      require(!n.in[1]->type.sparse(), "x must be dense");
      return infer(n);
    },
    .run = run_conform,
    .elementwise = true,
    .spread = spread_conform,
    .vjp = vjp_broadcast,
    .linear = Linear::each,
    .linear_in = inputs_mask({0}),
    .promotes = inputs_mask({0}),
};

constinit const Op ops::broadcast_like{
    .name = "broadcast_like",
    .inputs = "g x",
    .formula = "g broadcast to the shape of x",
    .doc = "x may be sparse; its values are not used.",
    .letters = kBroadcastLetters,
    .infer = infer,
    .run = run_broadcast,
    .elementwise = true,
    .spread = spread_broadcast,
    .vjp = vjp_broadcast,
    .linear = Linear::each,
    .linear_in = inputs_mask({0}),
    .promotes = inputs_mask({0}),
    .aliases = {.scipy = "numpy.broadcast_to", .torch = "torch.broadcast_to", .jax = "jax.numpy.broadcast_to"},
};

constinit const Op ops::sum_like{
    .name = "sum_like",
    .inputs = "g x",
    .formula = "g summed to the shape of x",
    .doc = "Over the axes that broadcasting x to g's shape adds or repeats; x's values are not used.",
    .letters = "32 * -> * | 2 * -> * | . * -> *",
    .infer = infer_sum_like,
    .run = run_sum_like,
    .spread = spread_sum_like,
    .vjp = vjp_sum_like,
    .linear = Linear::each,
    .linear_in = inputs_mask({0}),
    .promotes = inputs_mask({0}),
    .aliases = {.torch = "torch.Tensor.sum_to_size"},
};

Var conform(const Var& g, const Var& x) { return ops::conform(g, x); }
Var broadcast_like(const Var& g, const Var& x) { return ops::broadcast_like(g, x); }
Var sum_like(const Var& g, const Var& x) {
  return g->type.shape.known() && g->type.shape == x->type.shape ? g : ops::sum_like(g, x);
}

}  // namespace spgrad
