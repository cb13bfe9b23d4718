// dense_from_sparse, add_s_d: the entries of a sparse matrix added to zeros, or to a dense one.
#include <algorithm>

#include "src/graph/sums.hpp"
#include "src/kernels/arithmetic.hpp"
#include "src/ops/cut.hpp"

namespace spgrad {
namespace {

// out[i,j] += data[p] for every entry p = (i, j), i a major.
template <class T>
void add_entries(const Sparsity& s, std::span<const T> data, const kernels::Rows<T>& out) {
  for (Index i = 0; i < s.local_majors(); ++i) {
    T* const row = out.row(i);
    for (Index p = s.indptr[i]; p < s.indptr[i + 1]; ++p) {
      T& x = row[s.global_minor(s.indices[p])];
      x = kernels::sum(x, data[p]);
    }
  }
}

}  // namespace

constinit const Op ops::dense_from_sparse{
    .name = "dense_from_sparse",
    .inputs = "A",
    .attributes = "structured",
    .formula = "A with all its zeros",
    .doc =
        "Duplicates are summed. The attribute `structured` says whether the gradient is that at A's stored positions, "
        "or all of it.",
    .letters = "ij -> ij",

    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.sparse(), "A must be csr or csc");
      return dense_type(n);
    },
    .run =
        [](RunContext& c) {
          c.zero_out();
          c.dispatch(
              [&]<class T>() { add_entries<T>(c.sparsity(0), c.data<T>(0), result_rows<T>(c, arrived_axis(c))); });
        },
    .spread = [](const Node& n) -> Spreads {
      return along_either_axis(n, [](Rows A, Rows out) -> Spread { return {{A}, out}; });
    },
    .vjp = [](const Var& out, const Var& g, int) -> Var {
      return out->attr<bool>("structured") ? at(out->in[0], g) : g;
    },

    .grad_kind = GradKind::structured,
    .linear = Linear::each,
    .aliases = {.scipy = "A.toarray",
                .torch = "torch.Tensor.to_dense",
                .jax = "jax.experimental.sparse.todense",
                .petsc = "MatConvert"},
};

constinit const Op ops::add_s_d{
    .name = "add_s_d",
    .inputs = "A D",
    .attributes = "by_entry",
    .formula = "A + D, dense",
    .doc = "add of a sparse A and a dense D of its shape; the gradient of A is that at its stored positions.",
    .letters = "ij ij -> ij",

    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.sparse() && !n.in[1]->type.sparse(), "A must be sparse and D dense");
      return dense_type(n);
    },
    .run =
        [](RunContext& c) {
          const Sparsity& A = c.sparsity(0);
          require_one_entry_each(c.node(), A);
          // Of a partial whole, the rank that has the row adds D.
          if (c.out_rows().kind == Rows::kAll && A.local_majors() == 0) return c.zero_out();
          c.dispatch([&]<class T>() {
            const auto out = result_rows<T>(c, arrived_axis(c));
            if (const std::span<const T> D = c.data<T>(1); D.data() != out.own) std::ranges::copy(D, out.own);
            add_entries<T>(A, c.data<T>(0), out);
          });
        },
    .spread = [](const Node& n) -> Spreads {
      return along_either_axis(n, [&](Rows A, Rows out) -> Spread { return {{A, unless_one(n.type, A)}, out}; });
    },
    .vjp = [](const Var& out, const Var& g, int k) -> Var { return k == 0 ? at(out->in[0], g) : g; },
    .jvp = [](const Var& out, const Vars& t) -> Var {
      const Var moved = sum_of(t, out);
      return moved->type.sparse() ? dense_from_sparse(moved) : moved;
    },

    .grad_kind = GradKind::structured,
    .linear = Linear::jointly,
    .overwrites = inputs_mask({1}),
    .aliases = {.scipy = "A + D", .torch = "torch.add"},
};

Var dense_from_sparse(const Var& A, bool structured) {
  return apply(ops::dense_from_sparse, {A}, {{"structured", structured}});
}

}  // namespace spgrad
