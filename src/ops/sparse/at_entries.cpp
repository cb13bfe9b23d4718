// at_entries: entries of one sparse matrix at those of another that stores its positions as often, one for one.
#include "src/ops/sparse/side_by_side.hpp"

namespace spgrad {
namespace {

// The entries of one position in stored order; the shorter list is gone through again and again.
template <class T>
void add_one_for_one(SideBySide::Entries of_P, SideBySide::Entries of_g, std::span<const T> g, T* out) {
  if (of_P.empty() || of_g.empty()) return;
  const std::size_t most = std::max(of_P.size(), of_g.size()), least = std::min(of_P.size(), of_g.size());
  require(most % least == 0, "at_entries: P stores a position ", of_P.size(), " times but g ", of_g.size(), " times");
  for (std::size_t k = 0; k < most; ++k) {
    T& to = out[of_P[k % of_P.size()].p];
    to = kernels::sum(to, g[of_g[k % of_g.size()].p]);
  }
}

}  // namespace

constinit const Op ops::at_entries{
    .name = "at_entries",
    .inputs = "P g",
    .formula = "the k-th entry of g at every k-th stored entry of P of the same position",
    .doc =
        "What at is for values of positions. A g that stores a position more often, in copies of the entries that P "
        "has there, is summed over the copies; P's values are not used.",
    .letters = "ij ij -> ij",

    .infer = infer_side_by_side,
    .run =
        [](RunContext& c) {
          const Sparsity &P = c.sparsity(0), &g = c.sparsity(1);
          if (one_pattern(P, g)) return c.set_out(c.out().with_data(c.in(1).buffer()));
          c.zero_out();
          SideBySide both(P, g);
          c.dispatch([&]<class T>() {
            T* const out = c.out_data<T>().data();
            for (Index i = 0; i < P.local_majors(); ++i)
              both.for_positions(i, [&](Index, SideBySide::Entries of_P, SideBySide::Entries of_g) {
                add_one_for_one<T>(of_P, of_g, c.data<T>(1), out);
              });
          });
        },
    .spread = spread_side_by_side,
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      return k == 0 ? Var{} : at_entries(out->in[1], at(out, g));
    },

    .pattern = same(0),
    .linear = Linear::each,
    .linear_in = inputs_mask({1}),
    .promotes = inputs_mask({1}),
};

Var at_entries(const Var& P, const Var& g) { return ops::at_entries(P, g); }

}  // namespace spgrad
