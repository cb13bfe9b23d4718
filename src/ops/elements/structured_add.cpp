// structured_add: a scalar added to the stored entries of a sparse matrix.
#include "src/kernels/arithmetic.hpp"
#include "src/ops/elements/of_two.hpp"

namespace spgrad {
namespace {

struct Plus {
  template <class T>
  T operator()(T a, T b) const {
    return kernels::sum(a, b);
  }
};

// Both partial derivatives are 1.
constexpr Op make() {
  Op op = of_entries_and_scalar<Plus, nullptr>(
      "structured_add", "A_ij + y where A stores an entry",
      "Of the stored entries, duplicates each; y is a scalar. add(A, y) would have to fill the matrix.", kAnyDType);
  op.vjp = [](const Var& out, const Var& g, int k) {
    const Var G = at(out->in[0], g);
    return k == 0 ? G : unbroadcast(G, out->in[1]);
  };
  op.jvp = [](const Var& out, const Vars& t) {
    Vars parts;
    for (const Var& tangent : t) parts.push_back(tangent ? at(out, tangent) : Var{});
    return spread_out(sum_of(parts, out), out);
  };
  op.linear = Linear::jointly;
  return op;
}

}  // namespace

constinit const Op ops::structured_add = make();

Var structured_add(const Var& A, const Var& y) { return ops::structured_add(A, y); }

}  // namespace spgrad
