// logsumexp and softmax. Along one axis of a matrix they are ops of their own, where its lines lie whole on a rank;
// over all elements, of a vector, or along an axis that is cut, they are composed of reductions.
#include "src/graph/sums.hpp"
#include "src/kernels/elementwise.hpp"
#include "src/ops/elements/elementwise.hpp"
#include "src/ops/reductions/reductions.hpp"

namespace spgrad {
namespace {

constexpr DTypes kNotComplex = static_cast<DTypes>(kBool | kInteger | kReal);

Type infer(const Node& n) {
  require(!n.in[0]->type.sparse(), "x must be dense");
  return {float_of(promoted_dtype(n)), Format::dense, shape_by_letters(n)};
}

Rows other_axis(const Node& n) { return own(1 - *axis_of(n)); }

// By what the exponents of each column are shifted: its largest number, but finite.
template <class T>
std::vector<T> shifts(const T* x, Index rows, Index cols) {
  using Limits = std::numeric_limits<T>;
  std::vector<T> shift(static_cast<std::size_t>(cols));
  reduce_block<Largest>(x, rows, cols, true, false, shift.data());
  for (T& s : shift) s = std::clamp(s, Limits::lowest(), Limits::max());
  return shift;
}

// row = exp(x - shift); sum += row
template <class T>
void exp_of_row(const T* x, const std::vector<T>& shift, T* row, std::vector<T>& sum) {
  const Index n = static_cast<Index>(shift.size());
  fill_row(row, n, [x, s = shift.data()](Index j) { return x[j] - s[j]; });
  kernels::map(kernels::Unary::exp, row, row, n);
  fill_row(sum.data(), n, [row, s = sum.data()](Index j) { return s[j] + row[j]; });
}

// Along the slow axis: all columns at once, row by row.
template <class T>
void logsumexp_columns(const T* x, Index rows, Index cols, T* out) {
  const std::vector<T> shift = shifts(x, rows, cols);
  std::vector<T> row(shift.size()), sum(shift.size());
  for (Index i = 0; i < rows; ++i) exp_of_row(x + i * cols, shift, row.data(), sum);
  kernels::map(kernels::Unary::log, sum.data(), out, cols);
  fill_row(out, cols, [out, s = shift.data()](Index j) { return out[j] + s[j]; });
}

// `out` may be x; column j times g[j], unless g is null.
template <class T>
void softmax_columns(const T* x, const T* g, Index rows, Index cols, T* out) {
  const std::vector<T> shift = shifts(x, rows, cols);
  std::vector<T> sum(shift.size());
  for (Index i = 0; i < rows; ++i) exp_of_row(x + i * cols, shift, out + i * cols, sum);
  for (Index j = 0; j < cols; ++j) sum[j] = (g == nullptr ? T(1) : g[j]) / sum[j];
  for (Index i = 0; i < rows; ++i)
    fill_row(out + i * cols, cols, [row = out + i * cols, s = sum.data()](Index j) { return row[j] * s[j]; });
}

void run_logsumexp(RunContext& c) {
  const Value& x = c.in(0);
  const bool columns = *axis_of(c.node()) == x.slow();
  dispatch_real(x.dtype(), [&]<class T>() {
    const auto of = columns ? logsumexp_columns<T> : kernels::logsumexp_rows<T>;
    of(x.data<T>().data(), x.local_rows(), x.row_length(), c.out_data<T>().data());
  });
}

void run_softmax(RunContext& c) {
  const Value &x = c.in(0), out = out_beside(c, 1);
  const bool columns = *axis_of(c.node()) == x.slow();
  dispatch_real(x.dtype(), [&]<class T>() {
    const auto of = columns ? softmax_columns<T> : kernels::softmax_rows<T>;
    const T* const g = c.inputs() == 2 ? c.data<T>(1).data() : nullptr;
    of(x.data<T>().data(), g, x.local_rows(), x.row_length(), out.data<T>().data());
  });
}

Var vjp_logsumexp(const Var& out, const Var& g, int) { return apply(ops::scaled_softmax, {out->in[0], g}, out->attrs); }

Var jvp_logsumexp(const Var& out, const Vars& t) {
  const auto axis = axis_of(*out);
  return sum(mul(softmax(out->in[0], *axis), t[0]), axis);
}

// s o (t - sum(t o s)): the Jacobian is symmetric.
Var derivative_of_softmax(const Var& s, const Var& t) {
  const auto axis = axis_of(*s);
  return mul(s, sub(t, expanded(sum(mul(t, s), axis), s, axis)));
}
Var vjp_softmax(const Var& out, const Var& g, int) { return derivative_of_softmax(out, g); }
Var jvp_softmax(const Var& out, const Vars& t) { return derivative_of_softmax(out, t[0]); }

Var vjp_scaled_softmax(const Var& out, const Var& h, int k) {
  const Var &x = out->in[0], &g = out->in[1];
  const auto axis = axis_of(*out);
  const Var s = softmax(x, *axis);
  return k == 1 ? sum(mul(s, h), axis) : derivative_of_softmax(s, mul(h, expanded(g, x, axis)));
}
Var jvp_scaled_softmax(const Var& out, const Vars& t) {
  const Var &x = out->in[0], &g = out->in[1];
  const auto axis = axis_of(*out);
  const Var by_g = t[1] ? apply(ops::scaled_softmax, {x, t[1]}, out->attrs) : Var{};
  const Var by_x = t[0] ? mul(derivative_of_softmax(softmax(x, *axis), t[0]), expanded(g, x, axis)) : Var{};
  return sum_of({by_x, by_g}, out);
}

// x as the composed forms need it.
Var as_float(const Op& op, const Var& x) {
  require(!x->type.sparse() && !is_complex(x->type.dtype), op.name, "(x): x must be dense and real, not ", x->type);
  return cast(x, float_of(x->type.dtype));
}

// exp(x - shift) along the axis, or of all elements.
struct Shifted {
  Var shift, exp, sum;
};
Shifted shifted(const Var& x, std::optional<int> axis) {
  const Var shift = shift_of(x, axis), e = exp(sub(x, expanded(shift, x, axis)));
  return {shift, e, sum(e, axis)};
}
Var composed_logsumexp(const Var& x, std::optional<int> axis) {
  const Shifted s = shifted(x, axis);
  return add(s.shift, log(s.sum));
}
Var composed_softmax(const Var& x, std::optional<int> axis, const Var& g) {
  const Shifted s = shifted(x, axis);
  return mul(s.exp, expanded(div(g, s.sum), x, axis));
}

// Lines that lie on several ranks: two vectors are reduced over them.
Var lowered_logsumexp(const Var& out, int cut) {
  const auto axis = axis_of(*out);
  return cut == *axis ? composed_logsumexp(cast(out->in[0], out->type.dtype), axis) : Var{};
}
Var lowered_softmax(const Var& out, int cut) {
  const auto axis = axis_of(*out);
  const Var g = out->in.size() == 2 ? out->in[1] : Var(1.0);
  return cut == *axis ? composed_softmax(cast(out->in[0], out->type.dtype), axis, g) : Var{};
}

constexpr double kFlops = 20;  // an exponential, mostly

}  // namespace

constinit const Op ops::logsumexp{
    .name = "logsumexp",
    .inputs = "x",
    .attributes = "axis",
    .formula = "log(sum(exp(x))) along the axis",
    .doc = "Without overflow; of nothing but -inf, or of no elements, -inf.",
    .letters = "[axis=0] ij -> j | [axis=1] ij -> i",
    .infer = infer,
    .run = run_logsumexp,
    .spread = [](const Node& n) -> Spreads {
      return {{{other_axis(n)}, own(0)}, {{all()}, replica()}};
    },
    .vjp = vjp_logsumexp,
    .jvp = jvp_logsumexp,
    .lowered = lowered_logsumexp,
    .accepts = kNotComplex,
    .compute = float_of,
    .flops = kFlops,
    .aliases = {.scipy = "scipy.special.logsumexp", .torch = "torch.logsumexp", .jax = "jax.nn.logsumexp"},
};

constinit const Op ops::softmax{
    .name = "softmax",
    .inputs = "x",
    .attributes = "axis",
    .formula = "exp(x - logsumexp(x)) along the axis",
    .letters = "ij -> ij",
    .infer = infer,
    .run = run_softmax,
    .spread = [](const Node& n) -> Spreads {
      return {{{other_axis(n)}, other_axis(n)}, {{all()}, replica()}};
    },
    .vjp = vjp_softmax,
    .jvp = jvp_softmax,
    .lowered = lowered_softmax,
    .accepts = kNotComplex,
    .overwrites = inputs_mask({0}),
    .compute = float_of,
    .flops = kFlops,
    .aliases = {.scipy = "scipy.special.softmax", .torch = "torch.softmax", .jax = "jax.nn.softmax"},
};

constinit const Op ops::scaled_softmax{
    .name = "scaled_softmax",
    .inputs = "x g",
    .attributes = "axis",
    .formula = "softmax(x) along the axis, each line times its element of g",
    .doc = "The gradient of logsumexp in one pass.",
    .letters = "[axis=0] ij j -> ij | [axis=1] ij i -> ij",
    .infer = [](const Node& n) -> Type {
      require(!n.in[1]->type.sparse(), "g must be dense");
      return infer(n);
    },
    .run = run_softmax,
    .spread = [](const Node& n) -> Spreads {
      return {{{other_axis(n), own(0)}, other_axis(n)}, {{all(), all()}, replica()}};
    },
    .vjp = vjp_scaled_softmax,
    .jvp = jvp_scaled_softmax,
    .lowered = lowered_softmax,
    .accepts = kNotComplex,
    .overwrites = inputs_mask({0}),
    .compute = float_of,
    .flops = kFlops,
};

Var logsumexp(const Var& x, std::optional<int> axis) {
  const Attrs attrs = axis_attrs(x, axis);
  if (axis && x->type.ndim() == 2) return apply(ops::logsumexp, {x}, attrs);
  return composed_logsumexp(as_float(ops::logsumexp, x), {});
}

Var softmax(const Var& x, int axis) {
  const Attrs attrs = axis_attrs(x, axis);
  if (x->type.ndim() == 2) return apply(ops::softmax, {x}, attrs);
  return composed_softmax(as_float(ops::softmax, x), {}, 1.0);
}

Var log_softmax(const Var& x, int axis) {
  const Var y = as_float(ops::softmax, x);
  return sub(y, expanded(logsumexp(y, axis), y, checked_axis(x, axis)));
}

}  // namespace spgrad
