// concatenate: dense values one after another.
#include "src/ops/reductions.hpp"

namespace spgrad {
namespace {

Type infer(const Node& n) {
  const Type &x = n.in[0]->type, &y = n.in[1]->type;
  require(!x.sparse() && !y.sparse(), "the operands must be dense");
  Type type = dense_type(n);
  const int axis = *axis_of(n);
  const Index a = x.shape[axis], b = y.shape[axis];
  type.shape[axis] = a == kUnknown || b == kUnknown ? kUnknown : a + b;
  return type;
}

void run(RunContext& c) {
  Value out = c.out();
  if (out.cut() == kWhole && out.slow() != c.in(0).slow())
    c.set_out(out = Value::whole(out.dtype(), out.shape(), c.in(0).slow()));
  const bool stacked = *axis_of(c.node()) == out.slow();
  c.dispatch([&]<class T>() {
    const auto x = c.rows<T>(0, out.slow()), y = c.rows<T>(1, out.slow());
    T* to = out.data<T>().data();
    if (stacked) {
      std::copy_n(y.own, y.rows * y.cols, std::copy_n(x.own, x.rows * x.cols, to));
    } else {
      for (Index i = 0; i < x.rows; ++i) to = std::copy_n(y.row(i), y.cols, std::copy_n(x.row(i), x.cols, to));
    }
  });
}

// Two of about equal length, so that few elements are copied often.
Var joined(const Vars& xs, std::size_t from, std::size_t to, Index axis) {
  if (to - from == 1) return xs[from];
  const std::size_t half = (from + to) / 2;
  return apply(ops::concatenate, {joined(xs, from, half, axis), joined(xs, half, to, axis)}, {{"axis", axis}});
}

}  // namespace

constinit const Op ops::concatenate{
    .name = "concatenate",
    .inputs = "x y",
    .formula = "x, and y behind it along the axis",
    .doc = "Where the axis is cut, x and y are gathered; the other one stays cut.",
    .letters = "[axis=0] ij kj -> lj | [axis=1] ij ik -> il | i k -> l",
    .infer = infer,
    .run = run,
    .spread = [](const Node& n) -> Spreads {
      const Spread whole{{all(), all()}, replica()};
      if (n.type.ndim() == 1) return {whole};
      const Rows other = own(1 - *axis_of(n));
      return {{{other, other}, other}, whole};
    },
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      const Var &x = out->in[0], &y = out->in[1];
      const int axis = *axis_of(*out);
      const Var rows =
          k == 0 ? spgrad::row_numbers(x, axis)
                 : spgrad::add(spgrad::row_numbers(y, axis), spgrad::cast(spgrad::count(x, axis), DType::int64));
      return spgrad::take(g, rows, axis);
    },
    .linear = Linear::jointly,
    .aliases = {.scipy = "numpy.concatenate", .torch = "torch.cat", .jax = "jax.numpy.concatenate"},
};

Var concatenate(const Vars& xs, int axis) {
  require(!xs.empty(), "concatenate: there is nothing to put together");
  return joined(xs, 0, xs.size(), checked_axis(xs[0], axis));
}

}  // namespace spgrad
