// mul_s_s: the product of two sparse matrices position by position, on the intersection of their patterns.
#include <algorithm>
#include <memory>

#include "src/graph/sums.hpp"
#include "src/kernels/arithmetic.hpp"
#include "src/ops/common.hpp"
#include "src/ops/sparse/side_by_side.hpp"

namespace spgrad {
namespace {

Inspection intersect(InspectContext& c) {
  const Sparsity &A = *c.in(0).sparsity(), &B = *c.in(1).sparsity();
  if (one_pattern(A, B) && A.unique) return {c.in(0).sparsity(), nullptr};
  return merged(c, A, B, [](auto of_A, auto of_B) { return !of_A.empty() && !of_B.empty(); });
}

template <class T>
void multiply(std::span<const T> a, std::span<const T> b, T* out) {
  std::ranges::transform(a, b, out, [](T x, T y) { return kernels::product(x, y); });
}

void run(RunContext& c) {
  const auto* maps = static_cast<const EntryMaps*>(c.inspection().extra.get());
  if (maps != nullptr) c.zero_out();
  c.dispatch([&]<class T>() {
    const std::span<T> out = c.out_data<T>();
    if (maps == nullptr) return multiply<T>(c.data<T>(0), c.data<T>(1), out.data());
    const auto b = std::make_unique<T[]>(out.size());  // zeros
    add_mapped<T>(c.data<T>(0), maps->A, out.data());
    add_mapped<T>(c.data<T>(1), maps->B, b.get());
    multiply<T>(out, {b.get(), out.size()}, out.data());
  });
}

}  // namespace

constinit const Op ops::mul_s_s{
    .name = "mul_s_s",
    .inputs = "A B",
    .formula = "A o B",
    .doc =
        "On the intersection of the patterns, in A's format; duplicates are summed and exact zeros are kept. If A and "
        "B have one pattern without duplicates, the result has it too. mul_e multiplies entry by entry.",
    .letters = "ij ij -> ij",
    .infer = infer_side_by_side,
    .run = run,
    .spread = spread_side_by_side,
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      // Duplicates are summed first: beside a dense g they would stay apart, and on a Sparsity that A and B share be
      // read as entries of the other.
      return spgrad::mul(g, spgrad::conj(spgrad::sum_duplicates(out->in[static_cast<std::size_t>(1 - k)])));
    },
    // A tangent may be dense where the operand is sparse.
    .jvp = [](const Var& out, const Vars& t) -> Var {
      return sum_of({t[0] ? spgrad::mul(t[0], out->in[1]) : Var{}, t[1] ? spgrad::mul(out->in[0], t[1]) : Var{}}, out);
    },
    .inspect = intersect,
    .pattern = structural(),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .aliases = {.scipy = "A.multiply(B)", .torch = "torch.mul"},
};

}  // namespace spgrad
