// add, sub, mul, div. Operands that are sparse have forms of their own, which `select` and the public functions choose.
#include "src/kernels/arithmetic.hpp"
#include "src/ops/elements/elementwise.hpp"

namespace spgrad {
namespace {

constexpr std::string_view kLetters = "* * -> *";

struct Plus {
  template <class T>
  T operator()(T a, T b) const {
    return kernels::sum(a, b);
  }
};
struct Minus {
  template <class T>
  requires(!std::is_same_v<T, bool>) T operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
    else
      return a - b;
  }
};
struct Times {
  template <class T>
  T operator()(T a, T b) const {
    return kernels::product(a, b);
  }
};
struct Divided {
  template <class T>
  requires(!std::is_integral_v<T>) T operator()(T a, T b) const { return a / b; }
};

bool sparse(const Var& x) { return x->type.sparse(); }

const Op* select_add(const Vars& in) {
  if (in.size() != 2 || !in[0] || !in[1] || !sparse(in[0])) return nullptr;
  return sparse(in[1]) ? &ops::add_s_s : &ops::add_s_d;
}

Type infer_add(const Node& n) {
  require(!sparse(n.in[1]), "of a sparse and a dense operand the sparse one comes first");
  return elementwise_type(n);
}

Var vjp_add(const Var& out, const Var& g, int k) { return sum_like(g, out->in[static_cast<std::size_t>(k)]); }

Var jvp_add(const Var& out, const Vars& t) {
  if (t[0] && t[1]) return add(t[0], t[1]);
  return spread_out(t[0] ? t[0] : t[1], out);
}

Type infer_sub(const Node& n) {
  require(!sparse(n.in[0]) && !sparse(n.in[1]), "the operands must be dense; add(x, neg(y)) takes sparse ones");
  return elementwise_type(n);
}

Var vjp_sub(const Var& out, const Var& g, int k) {
  return sum_like(k == 0 ? g : neg(g), out->in[static_cast<std::size_t>(k)]);
}

Var jvp_sub(const Var& out, const Vars& t) {
  if (t[0] && t[1]) return sub(t[0], t[1]);
  return spread_out(t[0] ? t[0] : neg(t[1]), out);
}

const Op* select_mul(const Vars& in) {
  if (in.size() != 2 || !in[0] || !in[1] || !sparse(in[0])) return nullptr;
  return sparse(in[1]) ? &ops::mul_s_s : &ops::mul_s_d;
}

Type infer_mul(const Node& n) {
  require(!sparse(n.in[1]), "of a sparse and a dense operand the sparse one comes first");
  return elementwise_type(n);
}

Var vjp_mul(const Var& out, const Var& g, int k) {
  const std::size_t at = static_cast<std::size_t>(k);
  return sum_like(mul(g, conj(out->in[1 - at])), out->in[at]);
}

Type infer_div(const Node& n) {
  require(!sparse(n.in[0]) && !sparse(n.in[1]), "the operands must be dense; mul(A, div(1, y)) divides a sparse A");
  Type type = elementwise_type(n);
  type.dtype = float_of(type.dtype);
  return type;
}

Var vjp_div(const Var& out, const Var& g, int k) {
  const Var &x = out->in[0], &y = out->in[1];
  const Var gx = div(g, conj(y));
  return k == 0 ? sum_like(gx, x) : sum_like(neg(mul(gx, conj(out))), y);
}

Spreads spread_div(const Node& n) {
  Spreads spreads = before_sums(n, inputs_mask({0}));
  std::ranges::move(elementwise_spread(n), std::back_inserter(spreads));
  return spreads;
}

Var jvp_div(const Var& out, const Vars& t) {
  const Var& y = out->in[1];
  if (!t[1]) return div(t[0], y);
  const Var moved = mul(out, t[1]);
  return div(t[0] ? sub(t[0], moved) : neg(moved), y);
}

}  // namespace

constinit const Op ops::add{
    .name = "add",
    .inputs = "x y",
    .formula = "x + y",
    .letters = kLetters,
    .infer = infer_add,
    .run = run_zip<Plus>,
    .elementwise = true,
    .spread = elementwise_spread,
    .vjp = vjp_add,
    .jvp = jvp_add,
    .linear = Linear::jointly,
    .overwrites = inputs_mask({0, 1}),
    .commutative = true,
    .select = select_add,
    .aliases = {.scipy = "x + y", .torch = "torch.add", .jax = "jax.numpy.add", .petsc = "VecAXPY"},
};

constinit const Op ops::sub{
    .name = "sub",
    .inputs = "x y",
    .formula = "x - y",
    .letters = kLetters,
    .infer = infer_sub,
    .run = run_zip<Minus>,
    .elementwise = true,
    .spread = elementwise_spread,
    .vjp = vjp_sub,
    .jvp = jvp_sub,
    .linear = Linear::jointly,
    .accepts = kNumeric,
    .overwrites = inputs_mask({0, 1}),
    .aliases = {.scipy = "x - y", .torch = "torch.sub", .jax = "jax.numpy.subtract"},
};

constinit const Op ops::mul{
    .name = "mul",
    .inputs = "x y",
    .formula = "x o y",
    .doc = "Element by element; dot is the matrix product.",
    .letters = kLetters,
    .infer = infer_mul,
    .run = run_zip<Times>,
    .elementwise = true,
    .spread = elementwise_spread,
    .vjp = vjp_mul,
    .linear = Linear::each,
    .overwrites = inputs_mask({0, 1}),
    .commutative = true,
    .select = select_mul,
    .aliases = {.scipy = "x.multiply(y)",
                .torch = "torch.mul",
                .jax = "jax.numpy.multiply",
                .petsc = "VecPointwiseMult"},
};

constinit const Op ops::div{
    .name = "div",
    .inputs = "x y",
    .formula = "x / y",
    .doc = "Integers give floats.",
    .letters = kLetters,
    .infer = infer_div,
    .run = run_zip<Divided>,
    .elementwise = true,
    .spread = spread_div,
    .vjp = vjp_div,
    .jvp = jvp_div,
    .overwrites = inputs_mask({0, 1}),
    .compute = float_of,
    .aliases = {.scipy = "x / y", .torch = "torch.div", .jax = "jax.numpy.divide", .petsc = "VecPointwiseDivide"},
};

Var add(const Var& x, const Var& y) { return !sparse(x) && sparse(y) ? ops::add(y, x) : ops::add(x, y); }

// As in PyTensor, the gradient of a sparse y beside a sparse x of its format is structured, of another format regular.
Var sub(const Var& x, const Var& y) {
  if (!sparse(x) && !sparse(y)) return ops::sub(x, y);
  const bool alike = sparse(y) && x->type.format == y->type.format;
  return add(x, alike ? apply(ops::neg, {y}, {{"structured", true}}) : neg(y));
}

Var mul(const Var& x, const Var& y) { return !sparse(x) && sparse(y) ? ops::mul(y, x) : ops::mul(x, y); }
Var div(const Var& x, const Var& y) { return sparse(x) && !sparse(y) ? mul(x, div(1.0, y)) : ops::div(x, y); }

}  // namespace spgrad
