// sum, mean, max, min over an axis or over all elements of dense values.
#include "src/ops/reductions/reductions.hpp"

namespace spgrad {
namespace {

constexpr std::string_view kLetters = "[axis=0] ij -> j | [axis=1] ij -> i | [axis] ij -> | [axis] i -> | [axis] . ->";

Type infer_sum(const Node& n) {
  require(!n.in[0]->type.sparse(), "x must be dense; sp_sum sums a sparse matrix");
  return {dtype_of_sum(promoted_dtype(n)), Format::dense, shape_by_letters(n)};
}

template <class Extreme>
Type infer_extreme(const Node& n) {
  const Shape& shape = n.in[0]->type.shape;
  require(!n.in[0]->type.sparse(), "x must be dense");
  const auto axis = axis_of(n);
  const bool empty = axis ? shape[*axis] == 0 : shape.elements() == 0;
  require(!empty || n.has("finite"), "there is no ", Extreme::kWord, " of 0 elements, in x of shape ", shape);
  return dense_type(n);
}

// The axis that stays keeps its cut; over the cut axis every rank has a partial result.
template <Rows::Combine kCombine>
Spreads spread(const Node& n) {
  const auto axis = axis_of(n);
  Spreads spreads;
  for (int cut = 0; cut < n.in[0]->type.ndim(); ++cut)
    spreads.push_back({{own(cut)}, axis && *axis != cut ? own(0) : all(kCombine)});
  spreads.push_back({{all()}, replica()});
  return spreads;
}

template <class Op>
void run(RunContext& c) {
  const Value &x = c.in(0), &out = c.out();
  const auto axis = axis_of(c.node());
  const bool over_slow = !axis || *axis == x.slow(), over_fast = !axis || *axis != x.slow();
  dispatch(out.dtype(), [&]<class T>() {
    if constexpr (requires(T a) { Op::of(a, a); })
      reduce_block<Op>(x.data<T>().data(), x.local_rows(), x.row_length(), over_slow, over_fast, out.data<T>().data());
    else
      fail(ErrorKind::other, c.node().op->name, " has no meaning for ", out.dtype());
  });
}

// Within the finite numbers, which commutes with taking the extreme over the ranks.
template <class Extreme>
void run_extreme(RunContext& c) {
  run<Extreme>(c);
  if (!c.node().has("finite")) return;
  dispatch_real(c.out().dtype(), [&]<class T>() {
    using Limits = std::numeric_limits<T>;
    for (T& x : c.out_data<T>()) x = std::clamp(x, Limits::lowest(), Limits::max());
  });
}

Var vjp_sum(const Var& out, const Var& g, int) {
  const Var& x = out->in[0];
  return broadcast_like(expanded(g, x, axis_of(*out)), x);
}

// 1 where x is the extreme, divided by how many such there are.
Var share(const Var& out) {
  const Var& x = out->in[0];
  const auto axis = axis_of(*out);
  const Var mask = cast(eq(x, expanded(out, x, axis)), x->type.dtype);
  return div(mask, expanded(sum(mask, axis), x, axis));
}

Var vjp_extreme(const Var& out, const Var& g, int) { return mul(share(out), expanded(g, out->in[0], axis_of(*out))); }

Var jvp_extreme(const Var& out, const Vars& t) { return sum(mul(share(out), t[0]), axis_of(*out)); }

template <class Extreme>
constexpr Op extreme(std::string_view name, std::string_view formula, Aliases aliases) {
  return {.name = name,
          .inputs = "x",
          .attributes = "axis finite",
          .formula = formula,
          .doc =
              "NaN wins. Gradient: shared evenly by equal ones. With the attribute finite, infinities give the "
              "largest finite numbers.",
          .letters = kLetters,
          .infer = infer_extreme<Extreme>,
          .run = run_extreme<Extreme>,
          .spread = spread<Extreme::kCombine>,
          .vjp = vjp_extreme,
          .jvp = jvp_extreme,
          .accepts = static_cast<DTypes>(kBool | kInteger | kReal),
          .aliases = aliases};
}

}  // namespace

Attrs reduction_attrs(const Var& x, std::optional<int> axis) {
  Attrs attrs = axis_attrs(x, axis);
  return x->type.ndim() == 2 ? attrs : Attrs{};
}

std::optional<int> axis_of(const Node& n) {
  if (!n.has("axis")) return {};
  return static_cast<int>(n.attr<Index>("axis"));
}

Var expanded(const Var& v, const Var& x, std::optional<int> axis) {
  if (!axis || x->type.ndim() < 2) return v;
  return *axis == 0 ? row(v) : col(v);
}

constinit const Op ops::sum{
    .name = "sum",
    .inputs = "x",
    .attributes = "axis",
    .formula = "sum of x along the axis, or of all elements",
    .doc = "Bools and integers are summed in int64 or uint64.",
    .letters = kLetters,
    .infer = infer_sum,
    .run = spgrad::run<Sum>,
    .spread = spread<Rows::kSum>,
    .vjp = vjp_sum,
    .linear = Linear::each,
    .compute = dtype_of_sum,
    .aliases = {.scipy = "numpy.sum", .torch = "torch.sum", .jax = "jax.numpy.sum", .petsc = "VecSum"},
};

constinit const Op ops::max =
    extreme<Largest>("max", "largest element of x along the axis, or of all",
                     {.scipy = "numpy.max", .torch = "torch.amax", .jax = "jax.numpy.max", .petsc = "VecMax"});
constinit const Op ops::min =
    extreme<Smallest>("min", "smallest element of x along the axis, or of all",
                      {.scipy = "numpy.min", .torch = "torch.amin", .jax = "jax.numpy.min", .petsc = "VecMin"});

Var sum(const Var& x, std::optional<int> axis) { return apply(ops::sum, {x}, reduction_attrs(x, axis)); }
Var max(const Var& x, std::optional<int> axis) { return apply(ops::max, {x}, reduction_attrs(x, axis)); }
Var min(const Var& x, std::optional<int> axis) { return apply(ops::min, {x}, reduction_attrs(x, axis)); }

Var mean(const Var& x, std::optional<int> axis) {
  const Var total = sum(x, axis), n = count(x, axis);
  if (n->op != &ops::count) return div(total, n->value.scalar());
  return div(total, cast(n, real_of(float_of(total->type.dtype))));
}

Var var(const Var& x, std::optional<int> axis) {
  const Var y = cast(x, float_of(x->type.dtype)), d = sub(y, expanded(mean(y, axis), y, axis));
  return mean(real(mul(d, conj(d))), axis);
}

Var shift_of(const Var& x, std::optional<int> axis) {
  Attrs attrs = reduction_attrs(x, axis);
  attrs["finite"] = true;
  return stop_gradient(apply(ops::max, {x}, std::move(attrs)));
}

}  // namespace spgrad
