// multinomial: trials that fall on the stored entries of each row.
#include <cmath>

#include "src/ops/random/random.hpp"

namespace spgrad {
namespace {

// n trials fall on a row's entries: on each a binomial share of what those before it have left.
template <class T>
void share_out(Index n, const std::vector<Index>& entries, std::span<const T> P, const kernels::Draw& draw,
               const std::vector<kernels::Cell>& cells, T* out) {
  std::vector<double> rest(entries.size() + 1);  // rest[k]: all weights from k on
  for (std::size_t k = entries.size(); k-- > 0;) {
    const double weight = static_cast<double>(P[entries[k]]);
    require(weight >= 0 && std::isfinite(weight), "a probability is ", weight);
    rest[k] = rest[k + 1] + weight;
  }
  require(n >= 0, n, " trials are less than none");
  require(n == 0 || entries.empty() || rest[0] > 0, "all probabilities of a row are 0");
  for (std::size_t k = 0; k < entries.size(); ++k) {
    const Index p = entries[k];
    const double share = rest[k] > 0 ? std::min(static_cast<double>(P[p]) / rest[k], 1.0) : 0;
    const Index count = kernels::binomial(n, share, {draw, cells[p]});
    out[p] = static_cast<T>(count);
    n -= count;
  }
}

void run_multinomial(RunContext& c) {
  const Sparsity& s = c.sparsity(1);
  const kernels::Draw draw = draw_of(c.node(), c.in(2), Random::multinomial);
  const Value n = cast(c.in(0), DType::int64);
  const bool one = n.shape().ndim() == 0;
  std::vector<kernels::Cell> cells(s.indices.size());
  for_cells(c.in(1), [&](Index p, const kernels::Cell& at) { cells[p] = at; });
  dispatch_real(c.out().dtype(), [&]<class T>() {
    for (Index i = 0; i < s.local_majors(); ++i)
      share_out<T>(n.data<Index>()[one ? 0 : i], by_minor(s, i), c.data<T>(1), draw, cells, c.out_data<T>().data());
  });
}

}  // namespace

constinit const Op ops::multinomial{
    .name = "multinomial",
    .inputs = "n P draw",
    .attributes = "seed",
    .formula = "in every row n trials, which fall on the stored entries with probabilities P_ij / sum(P_i)",
    .doc = "On P's Sparsity and in its dtype; n is one for all rows or one a row. P is csr. No gradient.",
    .letters = ". ij . -> ij | i ij . -> ij",
    .infer = [](const Node& n) -> Type {
      require(n.in[1]->type.format == Format::csr, "P must be csr, not ", n.in[1]->type.format);
      require(is_integer(n.in[0]->type.dtype), "n must be integers, not ", n.in[0]->type.dtype);
      require_draw(n, 2);
      return {promoted_dtype(n), Format::csr, shape_by_letters(n)};
    },
    .run = run_multinomial,
    .spread = [](const Node& n) -> Spreads {
      const Type& trials = n.in[0]->type;
      const Rows of_n = trials.ndim() == 0 || trials.shape[0] == 1 ? all() : own();
      return {{{of_n, own(), all()}, own()}};
    },
    .pattern = same(1),
    .grad_kind = GradKind::none,
    .promotes = inputs_mask({1}),
    .accepts = kReal,
    .aliases = {.scipy = "numpy.random.multinomial", .jax = "jax.random.multinomial"},
};

Var multinomial(const Var& n, const Var& P, Index seed, const Var& draw) {
  return apply(ops::multinomial, {n, P, draw}, {{"seed", seed}});
}

}  // namespace spgrad
