// where: one of two dense operands, element by element.
#include "src/ops/elements/elementwise.hpp"

namespace spgrad {
namespace {

Type infer(const Node& n) {
  for (const Var& x : n.in) require(!x->type.sparse(), "the operands must be dense");
  require(n.in[0]->type.dtype == DType::bool_, "c must be bool, not ", n.in[0]->type.dtype);
  Type type = dense_type(n);
  type.weak = n.in[1]->type.weak && n.in[2]->type.weak;
  return type;
}

// f(stride), a constant where it is 0 or 1: loops over that are vectorised.
template <class F>
void with_stride(Index stride, F f) {
  if (stride == 1)
    f(std::integral_constant<Index, 1>{});
  else if (stride == 0)
    f(std::integral_constant<Index, 0>{});
  else
    f(stride);
}

template <class T>
void choose(const Value& c, const Value& x, const Value& y, const Value& out) {
  const Walk w = walk(out, c, x, y);
  const auto &of_c = w.in[0], &of_x = w.in[1], &of_y = w.in[2];
  const bool* const c0 = c.data<bool>().data();
  const T *const x0 = x.data<T>().data(), *const y0 = y.data<T>().data();
  for_rows(w, [&](Index i, Index j, Index n) {
    const bool* const cs = c0 + i * of_c.slow + j * of_c.fast;
    const T* const xs = x0 + i * of_x.slow + j * of_x.fast;
    const T* const ys = y0 + i * of_y.slow + j * of_y.fast;
    T* const to = out.data<T>().data() + i * w.cols + j;
    with_stride(of_x.fast, [&](auto dx) {
      with_stride(of_y.fast, [&](auto dy) {
        if (of_c.fast == 1)
          fill_row(to, n, [=](Index l) { return cs[l] ? xs[l * dx] : ys[l * dy]; });
        else
          fill_row(to, n, [=, dc = of_c.fast](Index l) { return cs[l * dc] ? xs[l * dx] : ys[l * dy]; });
      });
    });
  });
}

void run(RunContext& c) {
  const Value out = out_beside(c, 3);
  c.dispatch([&]<class T>() { choose<T>(c.in(0), c.in(1), c.in(2), out); });
}

Var vjp(const Var& out, const Var& g, int k) {
  const Var& c = out->in[0];
  if (k == 0) return {};
  return sum_like(k == 1 ? where(c, g, 0) : where(c, 0, g), out->in[static_cast<std::size_t>(k)]);
}

Var jvp(const Var& out, const Vars& t) {
  if (!t[1] && !t[2]) return {};
  return spread_out(where(out->in[0], t[1] ? t[1] : 0, t[2] ? t[2] : 0), out);
}

}  // namespace

constinit const Op ops::where{
    .name = "where",
    .inputs = "c x y",
    .formula = "x where c is true, else y",
    .doc = "PyTensor's switch. A c that is not bool is true where it is not 0; it has no gradient.",
    .letters = "* * * -> *",
    .infer = infer,
    .run = run,
    .elementwise = true,
    .spread = elementwise_spread,
    .vjp = vjp,
    .jvp = jvp,
    .linear = Linear::jointly,
    .linear_in = inputs_mask({1, 2}),
    .promotes = inputs_mask({1, 2}),
    .overwrites = inputs_mask({1, 2}),
    .aliases = {.scipy = "numpy.where", .torch = "torch.where", .jax = "jax.numpy.where"},
};

Var where(const Var& c, const Var& x, const Var& y) {
  return ops::where(c->type.dtype == DType::bool_ ? c : neq(c, 0), x, y);
}

}  // namespace spgrad
