// at_s_s: a sparse matrix at the stored positions of another.
#include <memory>

#include "src/kernels/arithmetic.hpp"
#include "src/ops/products/sparse_rows.hpp"
#include "src/ops/sparse/side_by_side.hpp"

namespace spgrad {
namespace {

// For every compacted minor of P that of g, or the first that g does not have.
std::vector<LocalIndex> minors_in(const Sparsity& P, const Sparsity& g) {
  std::vector<LocalIndex> to;
  to.reserve(static_cast<std::size_t>(P.local_minors()));
  for (LocalIndex i = 0; i < P.local_minors(); ++i)
    to.push_back(static_cast<LocalIndex>(local_minor(g, P.global_minor(i))));
  return to;
}

// Each major of g is laid out over its minors, read at P's positions, and wiped out again.
template <class T>
void look_up(const Sparsity& P, const kernels::Entries<T>& g, Index minors, std::span<const LocalIndex> to, T* out) {
  const auto line = std::make_unique<T[]>(static_cast<std::size_t>(minors) + 1);  // zeros; the last stays zero
  for (Index i = 0; i < g.majors(); ++i) {
    for (Index q = g.begins[i]; q < g.ends[i]; ++q) line[g.indices[q]] = kernels::sum(line[g.indices[q]], g.data[q]);
    for (Index p = P.indptr[i]; p < P.indptr[i + 1]; ++p) out[p] = line[to[P.indices[p]]];
    for (Index q = g.begins[i]; q < g.ends[i]; ++q) line[g.indices[q]] = T{};
  }
}

}  // namespace

constinit const Op ops::at_s_s{
    .name = "at_s_s",
    .inputs = "P g",
    .attributes = "by_entry",
    .formula = "g_ij at every stored position (i, j) of P",
    .doc =
        "at for a sparse g. Of a g on P's Sparsity the values are taken entry by entry; any other is looked up by "
        "position, its duplicates summed, or refused with the attribute by_entry (tangents) if P has duplicates.",
    .letters = "ij ij -> ij",

    .infer = infer_side_by_side,
    .run =
        [](RunContext& c) {
          const Sparsity &P = c.sparsity(0), &g = c.sparsity(1);
          // A g of the other format has been turned: that its entries now stand as P's do is no sign of anything.
          const bool alike = c.node().in[0]->type.format == c.node().in[1]->type.format && one_pattern(P, g);
          if (alike) return c.set_out(c.out().with_data(c.in(1).buffer()));
          require(P.unique || !c.node().has("by_entry"),
                  "a function of stored entries needs the tangent of each, but has one for each position, and its "
                  "operand stores some position twice: sum its duplicates first");
          require(P.major == g.major, "P and g are cut differently");
          const auto to = minors_in(P, g);
          c.dispatch([&]<class T>() { look_up<T>(P, c.entries<T>(1), g.local_minors(), to, c.out_data<T>().data()); });
        },
    .spread = spread_side_by_side,
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      return k == 0 ? Var{} : entries_if_alike(at(out->in[0], g), out->in[1]);
    },

    .pattern = same(0),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .linear_in = inputs_mask({1}),
    .promotes = inputs_mask({1}),
};

}  // namespace spgrad
