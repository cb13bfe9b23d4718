// dropout: some elements are zero, the others larger, so that the mean stays.
#include "src/ops/elements/elementwise.hpp"
#include "src/ops/random/random.hpp"

namespace spgrad {
namespace {

// f(p, cell) for every element p of a dense value's part on this rank.
template <class F>
void for_elements(const Value& x, F f) {
  const Index first = first_row(x), cols = x.row_length();
  for (Index k = 0; k < x.local_rows(); ++k)
    for (Index l = 0; l < cols; ++l) f(k * cols + l, x.slow() == 0 ? cell(first + k, l) : cell(l, first + k));
}

void run(RunContext& c) {
  const Value out = out_beside(c, 1);
  const kernels::Draw draw = draw_of(c.node(), c.in(1), Random::dropout);
  const double p = c.node().attr<double>("p");
  dispatch_floating(out.dtype(), [&]<class T>() {
    const T* const x = c.data<T>(0).data();
    T* const to = out.data<T>().data();
    const auto scale = static_cast<decltype(std::abs(T{}))>(1 / (1 - p));
    const auto drop = [&](Index k, const kernels::Cell& at) { to[k] = draw.uniforms(at).u < p ? T{} : x[k] * scale; };
    if (out.is_sparse())
      for_cells(out, drop);
    else
      for_elements(out, drop);
  });
}

// The same elements of another value.
Var dropped_alike(const Var& out, const Var& x) {
  const Var& A = out->in[0];
  return apply(ops::dropout, {A->type.sparse() ? at(A, x) : x, out->in[1]}, out->attrs);
}

}  // namespace

constinit const Op ops::dropout{
    .name = "dropout",
    .inputs = "x draw",
    .attributes = "p seed",
    .formula = "x / (1 - p), or 0 with probability p",
    .doc =
        "Of a sparse x, its stored entries; the dropped ones stay stored. Equal seeds and draws drop the same "
        "elements.",
    .letters = "ij . -> ij | i . -> i | . . ->",
    .infer = [](const Node& n) -> Type {
      require_draw(n, 1);
      const double p = n.attr<double>("p");
      require(p >= 0 && p < 1, "p is ", p, " but must be at least 0 and less than 1");
      return with_dtype(n.in[0], promoted_dtype(n));
    },
    .run = run,
    .spread = [](const Node& n) -> Spreads {
      if (!n.type.sparse()) return elementwise_spread(n);
      const Rows major = own(major_axis(n.type));
      return {{{major, all()}, major}};
    },
    .vjp = [](const Var& out, const Var& g, int k) -> Var { return k == 0 ? dropped_alike(out, g) : Var{}; },
    .jvp = [](const Var& out, const Vars& t) -> Var { return dropped_alike(out, t[0]); },
    .pattern = same(0),
    .grad_kind = GradKind::structured,
    .linear = Linear::each,
    .linear_in = inputs_mask({0}),
    .promotes = inputs_mask({0}),
    .accepts = kFloating,
    .overwrites = inputs_mask({0}),
    .aliases = {.torch = "torch.nn.functional.dropout"},
};

Var dropout(const Var& x, double p, Index seed, const Var& draw) {
  return apply(ops::dropout, {x, draw}, {{"p", p}, {"seed", seed}});
}

}  // namespace spgrad
