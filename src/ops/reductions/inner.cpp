// inner: the sum of all products of two dense values' elements, without an array of them.
#include "src/kernels/elementwise.hpp"
#include "src/ops/common.hpp"

namespace spgrad {
constinit const Op ops::inner{
    .name = "inner",
    .inputs = "x y",
    .formula = "sum of x o y over all elements",
    .doc = "Of two values of one shape, without a conjugate. Bools and integers are summed in int64 or uint64.",
    .letters = "ij ij -> | i i -> | . . ->",
    .infer = [](const Node& n) -> Type {
      require(!n.in[0]->type.sparse() && !n.in[1]->type.sparse(), "x and y must be dense");
      return {dtype_of_sum(promoted_dtype(n)), Format::dense, shape_by_letters(n)};
    },
    .run =
        [](RunContext& c) {
          const int axis = c.in(0).slow();
          c.dispatch([&]<class T>() {
            const auto x = c.rows<T>(0, axis), y = c.rows<T>(1, axis);
            c.out_data<T>()[0] = kernels::inner(x.own, y.own, x.own_rows * x.cols);
          });
        },
    .spread = [](const Node& n) -> Spreads {
      Spreads spreads;
      for (int axis = 0; axis < n.in[0]->type.ndim(); ++axis) spreads.push_back({{own(axis), own(axis)}, all()});
      spreads.push_back({{all(), all()}, replica()});
      return spreads;
    },
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      return mul(g, spgrad::conj(out->in[static_cast<std::size_t>(1 - k)]));
    },
    .linear = Linear::each,
    .commutative = true,
    .compute = dtype_of_sum,
    .aliases = {.scipy = "numpy.vdot", .torch = "torch.dot", .jax = "jax.numpy.vdot", .petsc = "VecDot"},
};

Var inner(const Var& x, const Var& y) { return ops::inner(x, y); }

}  // namespace spgrad
