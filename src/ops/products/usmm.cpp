// usmm: a sparse product scaled and added to a dense value in one pass.
#include <algorithm>

#include "src/graph/sums.hpp"
#include "src/ops/products/product.hpp"

namespace spgrad {
namespace {

// z is added once: where the result is a partial whole, by the rank that has its row.
bool adds_z(const RunContext& c, const SparseProduct& p) {
  const Sparsity& A = c.sparsity(p.sparse);
  return c.out_rows().kind != Rows::kAll || (p.scatter ? A.own_minors() : A.local_majors()) > 0;
}

template <class T>
void start_with_z(RunContext& c, const SparseProduct& p) {
  const auto out = result_rows<T>(c, p.axis);
  const std::span<const T> z = c.data<T>(3);
  if (!adds_z(c, p))
    std::ranges::fill(c.out_data<T>(), T{});
  else if (z.data() != out.own)
    std::ranges::copy(z, out.own);
  const std::span ghosts(out.ghost, static_cast<std::size_t>((out.rows - out.own_rows) * out.cols));
  if (c.ghost(3))
    std::ranges::copy(c.ghost(3).data<T>(), ghosts.begin());
  else
    std::ranges::fill(ghosts, T{});
}

}  // namespace

constinit const Op ops::usmm{
    .name = "usmm",
    .inputs = "alpha x y z",
    .formula = "alpha x y + z",
    .doc = "alpha is a scalar, one of x and y is sparse, z is dense and has the shape of x y.",
    .letters = ". ij jk ik -> ik | . ij j i -> i | . j jk k -> k",

    .infer = [](const Node& n) -> Type {
      const Type &alpha = n.in[0]->type, &z = n.in[3]->type;
      require(alpha.ndim() == 0, "alpha must be a scalar, but has ", alpha.ndim(), " dimensions");
      require(n.in[1]->type.sparse() != n.in[2]->type.sparse(), "one of x and y must be sparse, the other dense");
      require(!z.sparse(), "z must be dense");
      return product_type(n, 1);
    },

    .run =
        [](RunContext& c) {
          const SparseProduct p = sparse_product(c.node(), 1);
          c.dispatch([&]<class T>() {
            start_with_z<T>(c, p);
            multiply<T>(c, p, c.data<T>(0)[0], true);
          });
        },

    .spread = [](const Node& n) -> Spreads {
      const SparseProduct p = sparse_product(n, 1);
      const ProductRows rows = product_rows(n, p);
      Spread s{std::vector<Rows>(4, all()), rows.out};
      s.in[static_cast<std::size_t>(p.sparse)] = own_major(n.in[static_cast<std::size_t>(p.sparse)]);
      s.in[static_cast<std::size_t>(p.dense)] = rows.dense;
      s.in[3] = unless_one(n.type, own(p.axis));
      if (rows.out.kind != Rows::kGhost) return {s};
      Spread onto_parts = s;  // z: partial rows that the same pattern names
      onto_parts.in[3] = uncombined();
      return {onto_parts, s};
    },

    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      const Var &alpha = out->in[0], &x = out->in[1], &y = out->in[2];
      if (k == 0) return sum(mul(g, spgrad::conj(dot(x, y))));
      return k == 3 ? g : product_vjp(x, y, mul(spgrad::conj(alpha), g), k - 1);
    },
    .jvp = [](const Var& out, const Vars& t) -> Var {
      const Var &alpha = out->in[0], &x = out->in[1], &y = out->in[2];
      Vars parts{t[3]};
      if (t[0]) parts.push_back(mul(t[0], dot(x, y)));
      if (t[1]) parts.push_back(mul(alpha, dot(t[1], y)));
      if (t[2]) parts.push_back(mul(alpha, dot(x, t[2])));
      return sum_of(parts, out);
    },

    .grad_kind = GradKind::regular,
    .overwrites = inputs_mask({3}),
    .overlaps = inputs_mask({1, 2}),
    .aliases = {.petsc = "MatMultAdd"},
};

Var usmm(const Var& alpha, const Var& x, const Var& y, const Var& z) {
  const bool alike = x->type.sparse() == y->type.sparse();
  return alike ? add(mul(alpha, dot(x, y)), z) : ops::usmm(alpha, x, y, z);
}

}  // namespace spgrad
