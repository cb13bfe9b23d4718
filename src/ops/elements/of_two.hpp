// of_two.hpp: functions of two numbers as two forms: of dense operands with broadcasting, and of the stored entries of
// a sparse one with a dense scalar.
#pragma once

#include <algorithm>

#include "src/graph/sums.hpp"
#include "src/ops/elements/slopes.hpp"
#include "src/ops/sparse/at.hpp"

namespace spgrad {

/// The derivative of f(x, y) by x (k = 0) or y (k = 1), for dense x and y; `dtype`: that of f(x, y).
using Partial = Var (*)(const Var& x, const Var& y, int k, DType dtype);

template <Partial kPartial>
Var partial_of(const Var& out, int k) {
  return on_elements(out->in[0], [&](const Var& x) { return kPartial(x, out->in[1], k, out->type.dtype); });
}
template <Partial kPartial>
Var vjp_of_two(const Var& out, const Var& g, int k) {
  const Var G = times(g, conj(partial_of<kPartial>(out, k)));
  const Var& x = out->in[static_cast<std::size_t>(k)];
  if (!out->type.sparse()) return sum_like(G, x);
  return k == 0 ? G : unbroadcast(G, x);
}
template <Partial kPartial>
Var jvp_of_two(const Var& out, const Vars& t) {
  const auto part = [&](int k, const Var& tangent) {
    return tangent ? times(tangent, partial_of<kPartial>(out, k)) : Var{};
  };
  return spread_out(sum_of({part(0, t[0]), part(1, t[1])}, out), out);
}

template <class F, Partial kPartial>
constexpr Op of_two(std::string_view name, std::string_view formula, std::string_view doc, DTypes accepts,
                    Aliases aliases) {
  return {.name = name,
          .inputs = "x y",
          .formula = formula,
          .doc = doc,
          .letters = "* * -> *",
          .infer = [](const Node& n) -> Type {
            const bool sparse = n.in[0]->type.sparse() || n.in[1]->type.sparse();
            require(!sparse, "the operands must be dense; structured_", n.op->name,
                    " takes the stored entries of a sparse one and a scalar");
            return elementwise_type(n);
          },
          .run = run_zip<F>,
          .elementwise = true,
          .spread = elementwise_spread,
          .vjp = vjp_of_two<kPartial>,
          .jvp = jvp_of_two<kPartial>,
          .accepts = accepts,
          .overwrites = inputs_mask({0, 1}),
          .aliases = aliases};
}

template <class F>
void run_stored(RunContext& c) {
  c.dispatch([&]<class T>() {
    if constexpr (std::is_invocable_v<F, T, T>)
      std::ranges::transform(c.data<T>(0), c.out_data<T>().begin(), [y = c.data<T>(1)[0]](T a) { return F{}(a, y); });
    else
      fail(ErrorKind::other, c.node().op->name, " has no meaning for ", dtype_of<T>());
  });
}

template <class F, Partial kPartial>
constexpr Op of_entries_and_scalar(std::string_view name, std::string_view formula, std::string_view doc,
                                   DTypes accepts) {
  return {.name = name,
          .inputs = "A y",
          .formula = formula,
          .doc = doc,
          .letters = "ij . -> ij",
          .infer = [](const Node& n) -> Type {
            const Type &A = n.in[0]->type, &y = n.in[1]->type;
            require(A.sparse(), "A must be csr or csc");
            require(!y.sparse() && y.ndim() == 0, "y must be a dense scalar, not ", y);
            return with_dtype(n.in[0], promoted_dtype(n));
          },
          .run = run_stored<F>,
          .elementwise = true,
          .spread = [](const Node& n) -> Spreads {
            const Rows major = own_major(n.in[0]);
            return {{{major, all()}, major}};
          },
          .vjp = vjp_of_two<kPartial>,
          .jvp = jvp_of_two<kPartial>,
          .pattern = same(0),
          .grad_kind = GradKind::structured,
          .accepts = accepts,
          .overwrites = inputs_mask({0})};
}

}  // namespace spgrad
