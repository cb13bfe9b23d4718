// exp, log, tanh, sigmoid, softplus of dense operands.
#include "src/kernels/elementwise.hpp"
#include "src/ops/elementwise.hpp"

namespace spgrad {
namespace {

constexpr std::string_view kLetters = ". -> | i -> i | ij -> ij";
constexpr DTypes kNotComplex = static_cast<DTypes>(kBool | kInteger | kReal);

Type infer(const Node& n) {
  require(!n.in[0]->type.sparse(),
          "x must be dense: the zeros that a sparse matrix does not store would have to be mapped, too");
  return {float_of(promoted_dtype(n)), Format::dense, n.in[0]->type.shape};
}

template <kernels::Unary kFunction>
void run(RunContext& c) {
  const Value out = out_beside(c, 1);
  dispatch_floating(c.compute_dtype(), [&]<class T>() {
    kernels::map(kFunction, c.in(0).data<T>().data(), out.data<T>().data(), out.local_size());
  });
}

// The derivative f'(x), of out = f(x).
Var derivative_of_exp(const Var& out) { return out; }
Var derivative_of_log(const Var& out) { return div(1.0, out->in[0]); }
Var derivative_of_tanh(const Var& out) { return sub(1.0, mul(out, out)); }
Var derivative_of_sigmoid(const Var& out) { return mul(out, sub(1.0, out)); }
Var derivative_of_softplus(const Var& out) { return sigmoid(out->in[0]); }

template <Var (*kDerivative)(const Var&)>
Var vjp(const Var& out, const Var& g, int) {
  return mul(g, conj(kDerivative(out)));
}
template <Var (*kDerivative)(const Var&)>
Var jvp(const Var& out, const Vars& t) {
  return mul(t[0], kDerivative(out));
}

}  // namespace

constinit const Op ops::exp{
    .name = "exp",
    .inputs = "x",
    .formula = "exp(x)",
    .letters = kLetters,
    .infer = infer,
    .run = run<kernels::Unary::exp>,
    .spread = elementwise_spread,
    .vjp = vjp<derivative_of_exp>,
    .jvp = jvp<derivative_of_exp>,
    .overwrites = inputs_mask({0}),
    .compute = float_of,
    .aliases = {.scipy = "numpy.exp", .torch = "torch.exp", .jax = "jax.numpy.exp", .petsc = "VecExp"},
};

constinit const Op ops::log{
    .name = "log",
    .inputs = "x",
    .formula = "log(x)",
    .letters = kLetters,
    .infer = infer,
    .run = run<kernels::Unary::log>,
    .spread = elementwise_spread,
    .vjp = vjp<derivative_of_log>,
    .jvp = jvp<derivative_of_log>,
    .overwrites = inputs_mask({0}),
    .compute = float_of,
    .aliases = {.scipy = "numpy.log", .torch = "torch.log", .jax = "jax.numpy.log", .petsc = "VecLog"},
};

constinit const Op ops::tanh{
    .name = "tanh",
    .inputs = "x",
    .formula = "tanh(x)",
    .letters = kLetters,
    .infer = infer,
    .run = run<kernels::Unary::tanh>,
    .spread = elementwise_spread,
    .vjp = vjp<derivative_of_tanh>,
    .jvp = jvp<derivative_of_tanh>,
    .overwrites = inputs_mask({0}),
    .compute = float_of,
    .aliases = {.scipy = "numpy.tanh", .torch = "torch.tanh", .jax = "jax.numpy.tanh"},
};

constinit const Op ops::sigmoid{
    .name = "sigmoid",
    .inputs = "x",
    .formula = "1 / (1 + exp(-x))",
    .letters = kLetters,
    .infer = infer,
    .run = run<kernels::Unary::sigmoid>,
    .spread = elementwise_spread,
    .vjp = vjp<derivative_of_sigmoid>,
    .jvp = jvp<derivative_of_sigmoid>,
    .accepts = kNotComplex,
    .overwrites = inputs_mask({0}),
    .compute = float_of,
    .aliases = {.scipy = "scipy.special.expit", .torch = "torch.sigmoid", .jax = "jax.nn.sigmoid"},
};

constinit const Op ops::softplus{
    .name = "softplus",
    .inputs = "x",
    .formula = "log(1 + exp(x))",
    .doc = "Without overflow.",
    .letters = kLetters,
    .infer = infer,
    .run = run<kernels::Unary::softplus>,
    .spread = elementwise_spread,
    .vjp = vjp<derivative_of_softplus>,
    .jvp = jvp<derivative_of_softplus>,
    .accepts = kNotComplex,
    .overwrites = inputs_mask({0}),
    .compute = float_of,
    .aliases = {.scipy = "numpy.logaddexp(0, x)", .torch = "torch.nn.functional.softplus", .jax = "jax.nn.softplus"},
};

Var exp(const Var& x) { return ops::exp(x); }
Var log(const Var& x) { return ops::log(x); }
Var tanh(const Var& x) { return ops::tanh(x); }
Var sigmoid(const Var& x) { return ops::sigmoid(x); }
Var softplus(const Var& x) { return ops::softplus(x); }

}  // namespace spgrad
