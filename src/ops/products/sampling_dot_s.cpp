// sampling_dot_s: sampling_dot with one or two sparse factors.
#include "src/ops/products/sparse_rows.hpp"

namespace spgrad {
namespace {

// P's majors name rows of the first factor, its minors rows of the second: X and Y, for a csc P, which is the csr
// matrix P^T, Y and X.
struct Factors {
  int first, second;
};
Factors factors(const Node& n) { return n.type.format == Format::csc ? Factors{1, 0} : Factors{0, 1}; }

Index itself(Index j) { return j; }

template <class T>
void run_sampled(RunContext& c) {
  const auto [x, y] = factors(c.node());
  const auto P = c.entries<T>(2);
  T* const out = c.out_data<T>().data();
  if (!c.in(y).is_sparse()) {
    const Array<LocalIndex> minors = renumbered(c.sparsity(x), itself);
    return kernels::sddmm<T>(P, {c.sparsity(x).indptr, minors, c.data<T>(x).data()}, c.rows<T>(y), out, c.poll());
  }
  if (!c.in(x).is_sparse())
    return kernels::sddmm<T>(P, c.rows<T>(x), sparse_rows<T>(c, y, row_minors(c, y, itself)), out, c.poll());
  if (c.in(y).cut() == 1) {  // by columns, which X names: rows of the right factor of a product
    const RowMinors minors = row_minors(c, y, [&](Index j) { return local_minor(c.sparsity(2), j); });
    const Index n = c.sparsity(2).local_minors() + 1;
    return kernels::spgemm_sampled<T>(P, c.entries<T>(x), sparse_rows<T>(c, y, minors), n, out, c.poll());
  }
  const Sparsity& X = c.sparsity(x);  // in whose minors those of Y are read; the last has no entry
  const RowMinors minors = row_minors(c, y, [&](Index j) { return local_minor(X, j); });
  kernels::sddmm<T>(P, c.entries<T>(x), sparse_rows<T>(c, y, minors), X.local_minors() + 1, out, c.poll());
}

}  // namespace

constinit const Op ops::sampling_dot_s{
    .name = "sampling_dot_s",
    .inputs = "X Y P",
    .formula = "P o (X Y^T)",
    .doc =
        "sampling_dot with sparse factors, one or both. No entry of the product is computed where P stores none. Of a "
        "second factor rows are read that P names, or columns that the first one names. The gradient of a sparse "
        "factor is regular.",
    .letters = "ik jk ij -> ij",

    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.sparse() || n.in[1]->type.sparse(), "X or Y must be sparse");
      require(n.in[2]->type.sparse(), "P must be csr or csc");
      return {promoted_dtype(n), n.in[2]->type.format, shape_by_letters(n)};
    },
    .run = [](RunContext& c) { c.dispatch([&]<class T>() { run_sampled<T>(c); }); },
    .spread = [](const Node& n) -> Spreads {
      const auto [x, y] = factors(n);
      Spread s{std::vector<Rows>(3, own_major(n.in[2])), own_major(n.in[2])};
      for (const auto& [k, rows] : {std::pair(x, own()), std::pair(y, ghost(2))}) {
        const Type& factor = n.in[static_cast<std::size_t>(k)]->type;
        s.in[static_cast<std::size_t>(k)] = factor.sparse() ? rows : unless_one(factor, rows);
      }
      const Type& second = n.in[static_cast<std::size_t>(y)]->type;
      if (!n.in[static_cast<std::size_t>(x)]->type.sparse() || !second.sparse()) return {s};
      Spread by_columns = s;
      by_columns.in[static_cast<std::size_t>(y)] = ghost(x, 1);
      // The shorter lines, which are the more numerous ones: a long one would be read for every entry that names it.
      if (second.shape[0] == second.shape[1]) return {s, by_columns};
      return {second.shape[0] > second.shape[1] ? s : by_columns};
    },

    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      const Var &X = out->in[0], &Y = out->in[1], &P = out->in[2];
      const Var G = at(P, g);
      if (k == 2) return sampling_dot(spgrad::conj(X), spgrad::conj(Y), G);
      const Var Pg = mul_e(spgrad::conj(P), G), PG = k == 0 ? Pg : T(Pg);
      const Var other = spgrad::conj(k == 0 ? Y : X);
      return X->type.sparse() && Y->type.sparse() ? true_dot(PG, other) : dot(PG, other);
    },

    .pattern = same(2),
    .grad_kind = GradKind::structured,
    .regular_in = inputs_mask({0, 1}),
    .linear = Linear::each,
};

}  // namespace spgrad
