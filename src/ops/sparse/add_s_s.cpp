// add_s_s: the sum of two sparse matrices, on the union of their patterns.
#include <algorithm>

#include "src/kernels/arithmetic.hpp"
#include "src/ops/common.hpp"
#include "src/ops/sparse/side_by_side.hpp"

namespace spgrad {
namespace {

// Derivatives: entries of one position stay apart if A and B have one pattern. With by_entry, they must stay apart.
bool by_entry(const Node& n) { return n.has("by_entry") || n.has("alike"); }

Inspection unite(InspectContext& c) {
  const Sparsity &A = *c.in(0).sparsity(), &B = *c.in(1).sparsity();
  if (one_pattern(A, B) && (A.unique || by_entry(c.node()))) return {c.in(0).sparsity(), nullptr};
  require_one_entry_each(c.node(), A);
  return merged(c, A, B, [](auto, auto) { return true; });
}

void run(RunContext& c) {
  const auto* maps = static_cast<const EntryMaps*>(c.inspection().extra.get());
  if (maps != nullptr) c.zero_out();
  c.dispatch([&]<class T>() {
    const std::span<const T> a = c.data<T>(0), b = c.data<T>(1);
    T* const out = c.out_data<T>().data();
    if (maps == nullptr) {
      std::ranges::transform(a, b, out, [](T x, T y) { return kernels::sum(x, y); });
    } else {
      add_mapped<T>(a, maps->A, out);
      add_mapped<T>(b, maps->B, out);
    }
  });
}

}  // namespace

constinit const Op ops::add_s_s{
    .name = "add_s_s",
    .inputs = "A B",
    .attributes = "by_entry alike",
    .formula = "A + B",
    .doc =
        "On the union of the patterns, in A's format; duplicates are merged and exact zeros are kept. If A and B have "
        "one pattern without duplicates, the result has it too; with the attributes by_entry and alike (derivatives) "
        "also one with duplicates.",
    .letters = "ij ij -> ij",
    .infer = infer_side_by_side,
    .run = run,
    .spread = spread_side_by_side,
    // By position where the entries were merged: a g on the Sparsity of A or B would be read entry by entry there.
    .vjp = [](const Var& out, const Var& g, int) -> Var {
      if (!g->type.sparse() || out->has("by_entry")) return g;
      return out->has("alike") ? entries_if_alike(g, out) : spgrad::sum_duplicates(g);
    },
    .inspect = unite,
    .pattern = structural(),
    .grad_kind = GradKind::regular,
    .linear = Linear::jointly,
    .aliases = {.scipy = "A + B", .torch = "torch.add", .petsc = "MatAXPY"},
};

}  // namespace spgrad
