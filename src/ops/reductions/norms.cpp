// norm, std, all_true, any_true: reductions put together of others.
#include <cmath>

#include "spgrad/ops.hpp"

namespace spgrad {
namespace {

// The root of s >= 0, with the gradient 0 where that is 0.
Var root(const Var& s) {
  const Var some = gt(s, 0);
  return where(some, sqrt(where(some, s, 1)), 0);
}

}  // namespace

Var norm(const Var& x, double ord, std::optional<int> axis) {
  require(ord == 1 || ord == 2 || ord == INFINITY, "norm: ord must be 1, 2 or infinity, not ", ord);
  require(!x->type.sparse(), "norm: x must be dense, not ", x->type);
  const Var y = cast(x, float_of(x->type.dtype));
  if (ord == 2) return root(sum(real(mul(y, conj(y))), axis));
  return ord == 1 ? sum(abs(y), axis) : max(abs(y), axis);
}

Var std(const Var& x, std::optional<int> axis) { return root(var(x, axis)); }

Var all_true(const Var& x, std::optional<int> axis) { return min(neq(x, 0), axis); }
Var any_true(const Var& x, std::optional<int> axis) { return max(neq(x, 0), axis); }

}  // namespace spgrad
