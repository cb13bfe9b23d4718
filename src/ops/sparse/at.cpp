// at, mul_s_d: a dense value at the stored positions of a matrix; alone, or times what is stored there.
#include "src/ops/sparse/at.hpp"

#include "src/kernels/arithmetic.hpp"

namespace spgrad {

DenseAt dense_at(const Type& P, const Type& g) {
  const auto axis_of_g = [&](int axis) { return axis - (2 - g.ndim()); };  // dimensions are aligned at the end
  const auto spans = [&](int axis) { return axis_of_g(axis) >= 0 && g.shape[axis_of_g(axis)] != 1; };
  const int major = major_axis(P), minor = 1 - major;
  if (spans(major)) return {spans(minor) ? DenseAt::kFull : DenseAt::kMajor, axis_of_g(major)};
  if (spans(minor)) return {DenseAt::kMinor, axis_of_g(minor)};
  return {DenseAt::kScalar, 0};
}

Rows rows_at(const Type& P, const Type& g, int k) {
  const DenseAt at = dense_at(P, g);
  if (at.kind == DenseAt::kScalar) return all();
  return at.kind == DenseAt::kMinor ? ghost(k, at.axis) : own(at.axis);
}

Var unbroadcast(const Var& U, const Var& g) {
  const DenseAt at = dense_at(U->type, g->type);
  if (at.kind == DenseAt::kFull) return U;
  if (at.kind == DenseAt::kScalar) return g->type.ndim() == 0 ? sp_sum(U) : broadcast_like(sp_sum(U), g);
  const int kept = at.axis + (2 - g->type.ndim());  // the axis of the matrix
  const Var v = sp_sum(U, 1 - kept);
  return g->type.ndim() == 1 ? v : kept == 0 ? col(v) : row(v);
}

constinit const Op ops::at{
    .name = "at",
    .inputs = "P g",
    .formula = "g_ij at every stored position (i, j) of P",
    .doc =
        "The result has P's Sparsity and g's dtype; P's values are not used. g is dense and is broadcast to P's shape, "
        "or sparse: then what it does not store is zero, and duplicates are summed unless P is stored alike.",
    .letters = "ij * -> ij",

    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.sparse(), "P must be csr or csc");
      return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
    },
    .run =
        [](RunContext& c) {
          c.dispatch([&]<class T>() {
            T* const out = c.out_data<T>().data();
            for_entries_at<T>(c, 0, 1, [out](Index p, T x) { out[p] = x; });
          });
        },
    .elementwise = true,  // beside a scalar
    .spread = [](const Node& n) -> Spreads {
      const Rows major = own_major(n.in[0]);
      return {{{major, rows_at(n.in[0]->type, n.in[1]->type, 0)}, major}};
    },
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      return k == 0 ? Var{} : unbroadcast(at(out->in[0], g), out->in[1]);
    },

    .pattern = same(0),
    .linear = Linear::each,
    .linear_in = inputs_mask({1}),
    .promotes = inputs_mask({1}),
    .select = [](const Vars& in) -> const Op* {
      return in.size() == 2 && in[1]->type.sparse() ? &ops::at_s_s : nullptr;
    },
    .aliases = {.torch = "torch.Tensor.sparse_mask", .jax = "jax.experimental.sparse.bcoo_extract"},
};

constinit const Op ops::mul_s_d{
    .name = "mul_s_d",
    .inputs = "A D",
    .attributes = "structured",
    .formula = "A o D",
    .doc =
        "mul of a sparse A and a dense D, which is broadcast to A's shape; D never moves as a whole. With the "
        "attribute "
        "structured (row_scale, col_scale) the gradient of A is that at its stored positions.",
    .letters = "ij * -> ij",

    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.sparse() && !n.in[1]->type.sparse(), "A must be sparse and D dense");
      return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
    },
    .run =
        [](RunContext& c) {
          c.dispatch([&]<class T>() {
            const T* const a = c.data<T>(0).data();
            T* const out = c.out_data<T>().data();
            for_entries_at<T>(c, 0, 1, [a, out](Index p, T x) { out[p] = kernels::product(a[p], x); });
          });
        },
    .elementwise = true,  // beside a scalar
    .spread = [](const Node& n) -> Spreads {
      const Rows major = own_major(n.in[0]);
      return {{{major, rows_at(n.in[0]->type, n.in[1]->type, 0)}, major}};
    },
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      const Var &A = out->in[0], &D = out->in[1];
      if (k == 1) return unbroadcast(mul_e(spgrad::conj(A), at(A, g)), D);
      if (out->has("structured")) return mul(at(A, g), spgrad::conj(D));
      // A dense cotangent of a matrix keeps both axes.
      return mul(g, spgrad::conj(D->type.ndim() == 1 && !g->type.sparse() ? row(D) : D));
    },

    .pattern = same(0),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .overwrites = inputs_mask({0}),
    .aliases = {.scipy = "A.multiply(D)", .torch = "torch.mul"},
};

Var at(const Var& A, const Var& g) { return ops::at(A, g); }

}  // namespace spgrad
