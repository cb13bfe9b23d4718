// get_item_scalar, put_scalar: one element of a matrix, and a matrix of one element.
#include "src/kernels/arithmetic.hpp"
#include "src/ops/like_ops.hpp"
#include "src/ops/parts/slicing.hpp"

namespace spgrad {
namespace {

using Position = std::array<Index, 2>;

// Negative indices count from the end. Of a size that is not known yet nothing is said.
Position position(const Node& n, const Shape& shape) {
  const auto& at = list_attr(n, "at", 2);
  Position found{at[0], at[1]};
  for (const int axis : {0, 1}) {
    const Index size = shape[axis];
    if (size == kUnknown) continue;
    require(found[axis] >= -size && found[axis] < size, "index ", found[axis], " is out of range ", -size, " .. ",
            size - 1);
    if (found[axis] < 0) found[axis] += size;
  }
  return found;
}

void run_get(RunContext& c) {
  c.zero_out();
  const Value& A = c.in(0);
  const Position at = position(c.node(), A.shape());
  const int along = A.slow();
  const Index i = at[along] - (A.cut() == along ? A.layout().begin(A.rank()) : 0), j = at[1 - along];
  if (i < 0 || i >= A.local_rows()) return;
  c.dispatch([&]<class T>() {
    T& out = c.out_data<T>()[0];
    if (!A.is_sparse()) {
      out = c.data<T>(0)[i * A.row_length() + j];
      return;
    }
    const Sparsity& s = *A.sparsity();
    for (Index p = s.indptr[i]; p < s.indptr[i + 1]; ++p)
      if (s.global_minor(s.indices[p]) == j) out = kernels::sum(out, c.data<T>(0)[p]);
  });
}

Inspection inspect_put(InspectContext& c) {
  const Type& type = c.node().type;
  const int major = major_axis(type);
  const Position at = position(c.node(), type.shape);
  const Layout rows = c.layout(major);
  std::vector<Index> indptr{0}, minors;
  for (Index i = rows.begin(c.rank()); i < rows.end(c.rank()); ++i) {
    if (i == at[major]) minors.push_back(at[1 - major]);
    indptr.push_back(static_cast<Index>(minors.size()));
  }
  return {c.make(rows, c.layout(1 - major), std::move(indptr), minors), nullptr};
}

// The index of a cotangent or tangent that may lack axes along which it is constant.
Var element_of(const Var& g, const Var& like) {
  if (g->type.ndim() == 0) return g;
  return apply(ops::get_item_scalar, {full_size(g, like)}, {{"at", like->attr<std::vector<Index>>("at")}});
}

}  // namespace

constinit const Op ops::get_item_scalar{
    .name = "get_item_scalar",
    .inputs = "A",
    .attributes = "at",
    .formula = "A[i, j]",
    .doc = "A scalar, duplicates summed; negative indices count from the end.",
    .letters = "ij -> ",
    .infer = [](const Node& n) -> Type {
      static_cast<void>(position(n, n.in[0]->type.shape));
      return dense_type(n);
    },
    .run = run_get,
    .spread = [](const Node& n) -> Spreads {
      Spreads spreads;
      for (const Rows& place : places(n.in[0])) spreads.push_back({{place}, place == all() ? replica() : all()});
      return spreads;
    },
    .vjp = [](const Var& out, const Var& g, int) -> Var {
      return apply(ops::put_scalar, {g, out->in[0]}, out->attrs);
    },
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .aliases = {.scipy = "A[i, j]", .torch = "A[i, j]", .jax = "A[i, j]", .petsc = "MatGetValue"},
};

constinit const Op ops::put_scalar{
    .name = "put_scalar",
    .inputs = "g A",
    .attributes = "at",
    .formula = "zeros of A's shape, but g at (i, j)",
    .doc = "Sparse, in A's format if A is, else csr: the transpose of get_item_scalar. A's values are not used.",
    .letters = ". ij -> ij",
    .infer = [](const Node& n) -> Type {
      static_cast<void>(position(n, n.in[1]->type.shape));
      const Type& A = n.in[1]->type;
      return {promoted_dtype(n), A.sparse() ? A.format : Format::csr, shape_by_letters(n)};
    },
    .run =
        [](RunContext& c) {
          c.dispatch([&]<class T>() {
            for (T& x : c.out_data<T>()) x = c.data<T>(0)[0];
          });
        },
    .spread = [](const Node& n) -> Spreads {
      return {{{all(), anywhere()}, own(major_axis(n.type))}};
    },
    .vjp = [](const Var& out, const Var& g, int k) -> Var { return k == 0 ? element_of(g, out) : Var{}; },
    .inspect = inspect_put,
    .pattern = structural(),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .linear_in = inputs_mask({0}),
    .promotes = inputs_mask({0}),
};

Var get_item_scalar(const Var& A, Index i, Index j) {
  return apply(ops::get_item_scalar, {A}, {{"at", std::vector<Index>{i, j}}});
}
Var put_scalar(const Var& g, const Var& A, Index i, Index j) {
  return apply(ops::put_scalar, {g, A}, {{"at", std::vector<Index>{i, j}}});
}

}  // namespace spgrad
