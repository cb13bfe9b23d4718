// Forms that work on the stored values of one Sparsity, entry by entry: duplicates stay apart.
#include <algorithm>

#include "src/graph/sums.hpp"
#include "src/kernels/arithmetic.hpp"
#include "src/ops/common.hpp"

namespace spgrad {
namespace {

Type infer_pair(const Node& n) {
  const Type &A = n.in[0]->type, &B = n.in[1]->type;
  require(A.sparse() && B.sparse(), "A and B must be csr or csc");
  require(A.format == B.format, "A is ", A.format, " but B is ", B.format);
  return {promoted_dtype(n), A.format, shape_by_letters(n)};
}

void require_one_pattern(const RunContext& c) {
  const Sparsity &A = c.sparsity(0), &B = c.sparsity(1);
  if (one_pattern(A, B)) return;
  const std::string_view name = c.node().op->name;
  require(A.nnz() == B.nnz(), name, " needs one pattern, but A stores ", A.nnz(), " entries and B ", B.nnz());
  fail(ErrorKind::data, name, " needs one pattern, but of their ", A.nnz(),
       " entries A and B store some at different places");
}

template <class F>
void run_pair(RunContext& c, F f) {
  require_one_pattern(c);
  c.dispatch([&]<class T>() {
    std::ranges::transform(c.data<T>(0), c.data<T>(1), c.out_data<T>().begin(), [f](T a, T b) { return f(a, b); });
  });
}

}  // namespace

constinit const Op ops::mul_e{
    .name = "mul_e",
    .inputs = "A B",
    .formula = "A o B, entry by entry",
    .doc = "A and B have one Sparsity, or equal patterns; duplicates are multiplied each.",
    .letters = "ij ij -> ij",
    .infer = infer_pair,
    .run = [](RunContext& c) { run_pair(c, [](auto a, auto b) { return kernels::product(a, b); }); },
    .elementwise = true,
    .spread = elementwise_spread,
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      const Var &A = out->in[0], &B = out->in[1];
      return k == 0 ? mul_e(at(A, g), spgrad::conj(B)) : mul_e(at(B, g), spgrad::conj(A));
    },
    .jvp = [](const Var& out, const Vars& t) -> Var {
      const Var &A = out->in[0], &B = out->in[1];
      return sum_of({t[0] ? mul_e(at(A, t[0]), B) : Var{}, t[1] ? mul_e(A, at(B, t[1])) : Var{}}, out);
    },
    .pattern = same(0),
    .grad_kind = GradKind::structured,
    .linear = Linear::each,
    .overwrites = inputs_mask({0, 1}),
    .commutative = true,
};

constinit const Op ops::add_s_s_data{
    .name = "add_s_s_data",
    .inputs = "A B",
    .formula = "A + B, entry by entry",
    .doc = "A and B have one Sparsity, or equal patterns; duplicates are added each to each.",
    .letters = "ij ij -> ij",
    .infer = infer_pair,
    .run = [](RunContext& c) { run_pair(c, [](auto a, auto b) { return kernels::sum(a, b); }); },
    .elementwise = true,
    .spread = elementwise_spread,
    .vjp = [](const Var& out, const Var& g, int k) -> Var { return at(out->in[static_cast<std::size_t>(k)], g); },
    .jvp = [](const Var& out, const Vars& t) -> Var {
      const Var& A = out->in[0];
      return sum_of({t[0] ? at(A, t[0]) : Var{}, t[1] ? at(A, t[1]) : Var{}}, out);
    },
    .pattern = same(0),
    .grad_kind = GradKind::structured,
    .linear = Linear::jointly,
    .overwrites = inputs_mask({0, 1}),
    .commutative = true,
};

constinit const Op ops::sp_ones_like{
    .name = "sp_ones_like",
    .inputs = "A",
    .formula = "1 at every stored position of A",
    .doc = "On A's Sparsity; A's values are not used.",
    .letters = "ij -> ij",
    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.sparse(), "A must be csr or csc");
      return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
    },
    .run = [](RunContext& c) { c.dispatch([&]<class T>() { std::ranges::fill(c.out_data<T>(), T(1)); }); },
    .elementwise = true,
    .spread = elementwise_spread,
    .pattern = same(0),
    .grad_kind = GradKind::none,
    .overwrites = inputs_mask({0}),
};

Var mul_e(const Var& A, const Var& B) { return ops::mul_e(A, B); }
Var add_s_s_data(const Var& A, const Var& B) { return ops::add_s_s_data(A, B); }
Var sp_ones_like(const Var& A) { return ops::sp_ones_like(A); }

}  // namespace spgrad
