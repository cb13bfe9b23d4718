// dot: the matrix product with a dense result. One operand may be sparse; dot_s_s is for two.
#include "src/ops/products/product.hpp"

namespace spgrad {
namespace {

bool both_sparse(const Vars& in) { return in.size() == 2 && in[0]->type.sparse() && in[1]->type.sparse(); }
bool has_sparse(const Node& n) { return n.in[0]->type.sparse() || n.in[1]->type.sparse(); }

// A local block as a matrix; a vector is a row on the left of a product and a column on the right.
template <class T>
kernels::DenseBlock<T> block(const Value& v, bool vector_is_row) {
  T* const data = v.data<std::remove_const_t<T>>().data();
  const Index n = v.local_rows(), length = v.row_length();
  if (v.shape().ndim() < 2)
    return vector_is_row ? kernels::DenseBlock<T>{data, 1, n, 0} : kernels::DenseBlock<T>{data, n, 1, 0};
  return v.slow() == 0 ? kernels::DenseBlock<T>{data, n, length, 0} : kernels::DenseBlock<T>{data, length, n, 1};
}

void run_dense(RunContext& c) {
  c.dispatch([&]<class T>() {
    const bool row_result = c.in(0).shape().ndim() == 1;
    kernels::gemm<T>(block<const T>(c.in(0), true), block<const T>(c.in(1), false), false,
                     block<T>(c.out(), row_result));
  });
}

void run(RunContext& c) {
  if (!has_sparse(c.node())) return run_dense(c);
  const SparseProduct p = sparse_product(c.node(), 0);
  if (p.scatter || c.out_rows().kind == Rows::kAll) c.zero_out();
  c.dispatch([&]<class T>() { multiply<T>(c, p, T(1), false); });
}

Spreads dense_spreads(const Node& n) {
  const Type &x = n.in[0]->type, &y = n.in[1]->type;
  Spreads spreads{{{all(), all()}, replica()}};
  if (x.ndim() == 2) spreads.push_back({{own(0), all()}, own(0)});
  if (y.ndim() == 2) spreads.push_back({{all(), own(1)}, own(n.type.ndim() - 1)});
  spreads.push_back({{own(x.ndim() - 1), own(0)}, all()});
  return spreads;
}

Spreads spread(const Node& n) {
  if (!has_sparse(n)) return dense_spreads(n);
  const SparseProduct p = sparse_product(n, 0);
  const ProductRows rows = product_rows(n, p);
  const Rows A = own_major(n.in[static_cast<std::size_t>(p.sparse)]);
  return {{p.sparse == 0 ? std::vector{A, rows.dense} : std::vector{rows.dense, A}, rows.out}};
}

Type infer(const Node& n) { return product_type(n, 0); }

// At A's stored positions only. Of A D the gradient is g D^H, of D A it is D^H g.
Var structured_vjp(const Var& out, const Var& g, int k) {
  const Var &x = out->in[0], &y = out->in[1];
  if (!out->in[static_cast<std::size_t>(k)]->type.sparse()) return product_vjp(x, y, g, k);
  if (k == 0) {
    if (y->type.ndim() == 1) return sampling_dot(col(g), col(conj(y)), sp_ones_like(x));
    return sampling_dot(g, conj(y), sp_ones_like(x));
  }
  if (x->type.ndim() == 1) return sampling_dot(col(conj(x)), col(g), sp_ones_like(y));
  return sampling_dot(T(conj(x)), T(g), sp_ones_like(y));
}

constexpr std::string_view kLetters = "ij jk -> ik | ij j -> i | j jk -> k | j j -> ";

}  // namespace

constinit const Op ops::dot{
    .name = "dot",
    .inputs = "x y",
    .formula = "x y",
    .doc =
        "Matrices or vectors, sparse or dense; the result is dense. The gradient of a sparse operand is "
        "regular: the product of two dense factors, m x n if it is asked for as an output.",
    .letters = kLetters,
    .infer = infer,
    .run = run,
    .spread = spread,
    .vjp = [](const Var& out, const Var& g, int k) -> Var { return product_vjp(out->in[0], out->in[1], g, k); },
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .overlaps = inputs_mask({0, 1}),
    .select = [](const Vars& in) -> const Op* { return both_sparse(in) ? &ops::dot_s_s : nullptr; },
    .aliases = {.scipy = "A @ x",
                .torch = "torch.mm",
                .jax = "jax.experimental.sparse.bcoo_dot_general",
                .petsc = "MatMult"},
};

constinit const Op ops::structured_dot{
    .name = "structured_dot",
    .inputs = "x y",
    .formula = "x y",
    .doc = "The same result as dot; the gradient of the sparse operand is computed at its stored positions only.",
    .letters = kLetters,
    .infer = infer,
    .run = run,
    .spread = spread,
    .vjp = structured_vjp,
    .grad_kind = GradKind::structured,
    .linear = Linear::each,
    .overlaps = inputs_mask({0, 1}),
    .select = [](const Vars& in) -> const Op* {
      const bool dense = in.size() == 2 && !in[0]->type.sparse() && !in[1]->type.sparse();
      return dense ? &ops::dot : both_sparse(in) ? &ops::structured_dot_s_s : nullptr;
    },
    .aliases = {.scipy = "A @ x", .torch = "torch.sparse.mm"},
};

Var dot(const Var& x, const Var& y) { return ops::dot(x, y); }
Var structured_dot(const Var& x, const Var& y) { return ops::structured_dot(x, y); }

}  // namespace spgrad
