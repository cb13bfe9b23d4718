// dot_s_s: the product of two sparse matrices, dense.
#include "src/ops/products/product.hpp"
#include "src/ops/products/sparse_rows.hpp"

namespace spgrad {
namespace {

// By the axis along which the operands have arrived.
SparsePair arrived(const RunContext& c) { return sparse_pair(c.in(0).cut()); }

void run(RunContext& c) {
  const SparsePair p = arrived(c);
  const RowMinors named = row_minors(c, p.named, [](Index j) { return j; });
  c.zero_out();
  c.dispatch([&]<class T>() {
    kernels::spgemm_dense<T>(c.entries<T>(p.naming), sparse_rows<T>(c, p.named, named), result_rows<T>(c, p.axis),
                             c.poll());
  });
}

}  // namespace

constinit const Op ops::dot_s_s{
    .name = "dot_s_s",
    .inputs = "x y",
    .formula = "x y",
    .doc = "dot of two sparse matrices; the result is dense. The gradients are regular: dense m x n.",
    .letters = "ij jk -> ik",
    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.sparse() && n.in[1]->type.sparse(), "x and y must be csr or csc");
      return dense_type(n);
    },
    .run = run,
    .spread = [](const Node& n) -> Spreads {
      Spreads spreads;
      for (const int axis : {0, 1}) spreads.push_back({operand_rows(sparse_pair(axis)), unless_one(n.type, own(axis))});
      return spreads;
    },
    .vjp = [](const Var& out, const Var& g, int k) -> Var { return product_vjp(out->in[0], out->in[1], g, k); },
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .aliases = {.scipy = "(A @ B).toarray", .torch = "torch.mm"},
};

}  // namespace spgrad
