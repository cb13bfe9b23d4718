// true_dot, structured_dot_s_s: the product of two sparse matrices, sparse.
#include "src/ops/products/product.hpp"
#include "src/ops/products/sparse_rows.hpp"

namespace spgrad {
namespace {

// The minors that this rank's rows of the named factor may have, numbered as they ascend.
class Columns {
 public:
  Columns(const Sparsity& own, const Sparsity& ghost)
      : begin_(own.minor.begin(own.rank)), own_(own.own_minors()), ghosts_(own.ghosts.size() + ghost.ghosts.size()) {
    const auto end = std::ranges::set_union(own.ghosts, ghost.ghosts, ghosts_.begin()).out;
    ghosts_.erase(end, ghosts_.end());
    below_ = std::ranges::lower_bound(ghosts_, begin_) - ghosts_.begin();
  }
  Index size() const { return own_ + static_cast<Index>(ghosts_.size()); }
  bool only_own() const { return ghosts_.empty(); }
  Index number(Index global) const {
    if (const Index l = global - begin_; l >= 0 && l < own_) return below_ + l;
    const Index ghost = std::ranges::lower_bound(ghosts_, global) - ghosts_.begin();
    return ghost < below_ ? ghost : ghost + own_;
  }
  Index global(Index number) const {
    if (const Index l = number - below_; l >= 0 && l < own_) return begin_ + l;
    return ghosts_[static_cast<std::size_t>(number < below_ ? number : number - own_)];
  }

 private:
  Index begin_, own_, below_ = 0;
  std::vector<Index> ghosts_;
};

// What is kept for the values: minors of the named factor and of the product in one numbering.
struct Product {
  RowMinors named;
  Array<LocalIndex> result;
  Index minors;
};

SparsePair pair_of(const Node& n) { return sparse_pair(major_axis(n.type)); }

Inspection inspect(InspectContext& c) {
  const SparsePair p = pair_of(c.node());
  const Sparsity &A = *c.in(p.naming).sparsity(), &B = *c.in(p.named).sparsity(), &more = *c.ghost(p.named).sparsity();
  const Columns columns(B, more);
  const RowMinors named = row_minors(c, p.named, [&](Index j) { return columns.number(j); });
  kernels::ProductPattern C = kernels::spgemm_pattern(
      {A.indptr, A.indices}, {{B.indptr, named.own}, {more.indptr, named.ghost}}, columns.size());
  std::vector<Index> minors(C.minors.size());
  std::ranges::transform(C.minors, minors.begin(), [&](LocalIndex l) { return columns.global(l); });
  const SparsityPtr pattern = c.make(A.major, B.minor, std::move(C.indptr), minors);
  Array<LocalIndex> result = columns.only_own() ? pattern->indices : Array<LocalIndex>(std::move(C.minors));
  return {pattern, std::make_shared<Product>(Product{named, std::move(result), columns.size()})};
}

void run(RunContext& c) {
  const SparsePair p = pair_of(c.node());
  const auto& known = *static_cast<const Product*>(c.inspection().extra.get());
  c.dispatch([&]<class T>() {
    kernels::spgemm<T>(c.entries<T>(p.naming), sparse_rows<T>(c, p.named, known.named),
                       {c.out().sparsity()->indptr, known.result}, known.minors, c.out_data<T>().data(), c.poll());
  });
}

Type infer(const Node& n) {
  require(n.in[0]->type.sparse() && n.in[1]->type.sparse(), "x and y must be csr or csc");
  return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
}

Spreads spread(const Node& n) {
  const SparsePair p = pair_of(n);
  return {{operand_rows(p), own(p.axis)}};
}

// Of x at its stored positions only.
Var structured_vjp(const Var& out, const Var& g, int k) {
  const Var &x = out->in[0], &y = out->in[1];
  if (k == 1) return sparse_product_vjp(out, g, 1);
  const bool complete = g->type.sparse() || g->type.shape == out->type.shape;
  return complete ? sampling_dot(g, conj(y), sp_ones_like(x)) : at(x, sparse_product_vjp(out, g, 0));
}

}  // namespace

constinit const Op ops::true_dot{
    .name = "true_dot",
    .inputs = "x y",
    .attributes = "grad_preserves_dense",
    .formula = "x y, sparse",
    .doc =
        "Of two sparse matrices: stored is what their patterns allow, exact zeros too, each position once and minors "
        "ascending, in x's format. y is turned to it. The gradients are regular, sparse where the cotangent is.",
    .letters = "ij jk -> ik",
    .infer = infer,
    .run = run,
    .spread = spread,
    .vjp = sparse_product_vjp,
    .inspect = inspect,
    .pattern = structural(),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .select = [](const Vars& in) -> const Op* {
      return in.size() == 2 && in[0]->type.sparse() != in[1]->type.sparse() ? &ops::true_dot_s_d : nullptr;
    },
    .aliases = {.scipy = "A @ B", .torch = "torch.sparse.mm", .petsc = "MatMatMult"},
};

constinit const Op ops::structured_dot_s_s{
    .name = "structured_dot_s_s",
    .inputs = "x y",
    .attributes = "grad_preserves_dense",
    .formula = "x y, sparse",
    .doc = "structured_dot of two sparse matrices: true_dot, with a gradient of x at its stored positions only.",
    .letters = "ij jk -> ik",
    .infer = infer,
    .run = run,
    .spread = spread,
    .vjp = structured_vjp,
    .inspect = inspect,
    .pattern = structural(),
    .grad_kind = GradKind::structured,
    .regular_in = inputs_mask({1}),
    .linear = Linear::each,
    .aliases = {.scipy = "A @ B", .torch = "torch.sparse.mm", .petsc = "MatMatMult"},
};

Var true_dot(const Var& x, const Var& y, bool grad_preserves_dense) {
  if (x->type.sparse() && y->type.sparse()) return ops::true_dot(x, y);
  const Var xy = apply(ops::true_dot_s_d, {x, y}, {{"grad_preserves_dense", grad_preserves_dense}});
  return as_format(xy, (x->type.sparse() ? x : y)->type.format);
}

}  // namespace spgrad
