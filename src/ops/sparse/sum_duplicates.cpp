// sum_duplicates: every position of a matrix stored once.
#include "src/ops/sparse/side_by_side.hpp"

namespace spgrad {

constinit const Op ops::sum_duplicates{
    .name = "sum_duplicates",
    .inputs = "A",
    .formula = "A with the entries of one position summed to one",
    .doc = "A itself if it stores no position twice. Minor indices ascend, exact zeros are kept.",
    .letters = "ij -> ij",
    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.sparse(), "A must be csr or csc");
      return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
    },
    .run =
        [](RunContext& c) {
          const auto* maps = static_cast<const EntryMaps*>(c.inspection().extra.get());
          if (maps == nullptr) return c.set_out(c.out().with_data(c.in(0).buffer()));
          c.zero_out();
          c.dispatch([&]<class T>() { add_mapped<T>(c.data<T>(0), maps->A, c.out_data<T>().data()); });
        },
    .spread = [](const Node& n) -> Spreads {
      const Rows major = own_major(n.in[0]);
      return {{{major}, major}};
    },
    // By position, too: a g on A's own Sparsity would be read entry by entry there.
    .vjp = [](const Var&, const Var& g, int) -> Var { return g->type.sparse() ? spgrad::sum_duplicates(g) : g; },
    .inspect = [](InspectContext& c) -> Inspection {
      const SparsityPtr& A = c.in(0).sparsity();
      if (A->unique) return {A, nullptr};
      return merged(c, *A, *A, [](auto, auto) { return true; });
    },
    .pattern = structural(),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .aliases = {.scipy = "A.sum_duplicates", .torch = "torch.Tensor.coalesce", .jax = "BCSR.sum_duplicates"},
};

Var sum_duplicates(const Var& A) { return ops::sum_duplicates(A); }

}  // namespace spgrad
