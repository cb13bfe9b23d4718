// cumsum: running sums along an axis; where it is cut, each rank's sums are carried on from the ranks before.
#include "src/ops/elements/elementwise.hpp"
#include "src/ops/reductions/reductions.hpp"

namespace spgrad {
namespace {

// out[k] = x[k] + out[k - 1] for n elements that lie `step` apart (from the end, if that is negative). out may be x.
template <class T>
void accumulate(const T* x, Index n, Index step, T* out) {
  T sum{};
  for (Index k = 0, p = 0; k < n; ++k, p += step) out[p] = sum = kernels::sum(sum, x[p]);
}

// The same for all columns at once.
template <class T>
void accumulate_rows(const T* x, Index rows, Index cols, bool reverse, T* out) {
  const Index step = reverse ? -cols : cols, first = reverse ? (rows - 1) * cols : 0;
  for (Index i = 0, p = first; i < rows; ++i, p += step)
    fill_row(out + p, cols, [row = x + p, before = out + p - step, i](Index j) {
      return i == 0 ? row[j] : kernels::sum(before[j], row[j]);
    });
}

void run(RunContext& c) {
  const Value &x = c.in(0), out = out_beside(c, 1);
  const bool reverse = c.node().attr<bool>("reverse");
  const Index rows = x.local_rows(), cols = x.row_length();
  c.dispatch([&]<class T>() {
    const T* from = x.data<T>().data();
    T* to = out.data<T>().data();
    if (*axis_of(c.node()) == x.slow()) return accumulate_rows(from, rows, cols, reverse, to);
    const Index first = reverse ? cols - 1 : 0;
    for (Index i = 0; i < rows && cols > 0; ++i)
      accumulate(from + i * cols + first, cols, reverse ? -1 : 1, to + i * cols + first);
  });
}

Var cumsum_of(const Var& x, Index axis, bool reverse) {
  return apply(ops::cumsum, {x}, {{"axis", axis}, {"reverse", reverse}});
}

}  // namespace

constinit const Op ops::cumsum{
    .name = "cumsum",
    .inputs = "x",
    .attributes = "axis reverse",
    .formula = "sum of the elements of x up to each, along the axis",
    .doc =
        "With the attribute reverse, from each on. Bools and integers are summed in int64 or uint64. Where the axis is "
        "cut, every rank sends what its part sums up to, and no more.",
    .letters = "ij -> ij | i -> i",
    .infer = [](const Node& n) -> Type {
      require(!n.in[0]->type.sparse(), "x must be dense");
      return {dtype_of_sum(promoted_dtype(n)), Format::dense, shape_by_letters(n)};
    },
    .run = run,
    .spread = [](const Node& n) -> Spreads {
      const int axis = *axis_of(n);
      Spreads spreads{{{own(axis)}, n.attr<bool>("reverse") ? running_back(axis) : running(axis)}};
      if (n.type.ndim() == 2) spreads.push_back({{own(1 - axis)}, own(1 - axis)});
      spreads.push_back({{all()}, replica()});
      return spreads;
    },
    .vjp = [](const Var& out, const Var& g, int) -> Var {
      return cumsum_of(g, out->attr<Index>("axis"), !out->attr<bool>("reverse"));
    },
    .linear = Linear::each,
    .compute = dtype_of_sum,
    .aliases = {.scipy = "numpy.cumsum", .torch = "torch.cumsum", .jax = "jax.numpy.cumsum"},
};

Var cumsum(const Var& x, int axis) { return cumsum_of(x, checked_axis(x, axis), false); }

}  // namespace spgrad
