// sampling_dot: the dense product, computed only where a pattern stores an entry.
#include "src/graph/sums.hpp"
#include "src/kernels/products.hpp"
#include "src/ops/cut.hpp"
#include "src/ops/products/own_runs.hpp"

namespace spgrad {

constinit const Op ops::sampling_dot{
    .name = "sampling_dot",
    .inputs = "X Y P",
    .formula = "P o (X Y^T)",
    .doc = "Computed only where P stores an entry; also known as SDDMM. Y is n x k, not k x n.",
    .letters = "ik jk ij -> ij",

    .infer = [](const Node& n) -> Type {
      require(!n.in[0]->type.sparse() && !n.in[1]->type.sparse(), "X and Y must be dense");
      require(n.in[2]->type.sparse(), "P must be csr or csc");
      return {promoted_dtype(n), n.in[2]->type.format, shape_by_letters(n)};
    },

    // A csc P is the csr matrix P^T, and (X Y^T)^T is Y X^T: X and Y change places.
    .run =
        [](RunContext& c) {
          const int major = c.node().type.format == Format::csc ? 1 : 0, minor = 1 - major;
          c.dispatch([&]<class T>() {
            const auto P = c.entries<T>(2);
            const OwnRuns* const own = c.awaits(minor) ? own_runs(c.sparsity(2)) : nullptr;
            const auto X = c.rows<T>(major);
            const auto Y = own != nullptr ? c.rows_to_come<T>(minor) : c.rows<T>(minor);
            const auto sample = [&](const kernels::Entries<T>& part) {
              kernels::sddmm<T>(part, X, Y, c.out_data<T>().data(), c.poll());
            };
            if (own == nullptr) return sample(P);
            with_own(P, *own, sample);
            c.arrive(minor);
            with_ghosts(P, *own, sample);
          });
        },

    .spread = [](const Node& n) -> Spreads {
      const bool csc = n.type.format == Format::csc;
      const Rows X = unless_one(n.in[0]->type, csc ? ghost(2) : own()),
                 Y = unless_one(n.in[1]->type, csc ? own() : ghost(2));
      return {{.in = {X, Y, own_major(n.in[2])}, .out = own_major(n.in[2])}};
    },

    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      const Var &X = out->in[0], &Y = out->in[1], &P = out->in[2];
      const Var G = at(P, g);
      if (k == 2) return sampling_dot(spgrad::conj(X), spgrad::conj(Y), G);
      const Var Pg = mul_e(spgrad::conj(P), G);  // on P's Sparsity: duplicates are kept
      return k == 0 ? dot(Pg, spgrad::conj(Y)) : dot(T(Pg), spgrad::conj(X));
    },

    .pattern = same(2),
    .grad_kind = GradKind::structured,
    .linear = Linear::each,
    .overlaps = inputs_mask({0, 1}),
    .select = [](const Vars& in) -> const Op* {
      return in.size() == 3 && (in[0]->type.sparse() || in[1]->type.sparse()) ? &ops::sampling_dot_s : nullptr;
    },
    .aliases = {.torch = "torch.sparse.sampled_addmm", .jax = "jax.experimental.sparse.bcoo_dot_general_sampled"},
};

Var sampling_dot(const Var& X, const Var& Y, const Var& P) { return ops::sampling_dot(X, Y, P); }

}  // namespace spgrad
