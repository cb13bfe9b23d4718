// eq, neq, lt, le, gt, ge of dense operands: bool, without derivative.
#include "src/ops/slopes.hpp"

namespace spgrad {
namespace {

struct Equal {
  template <class T>
  bool operator()(T a, T b) const {
    return a == b;
  }
};
struct NotEqual {
  template <class T>
  bool operator()(T a, T b) const {
    return a != b;
  }
};
struct Less {
  template <class T>
  requires(!is_complex_v<T>) bool operator()(T a, T b) const { return a < b; }
};
struct LessOrEqual {
  template <class T>
  requires(!is_complex_v<T>) bool operator()(T a, T b) const { return a <= b; }
};
template <class F>
struct Swapped {
  template <class T>
  requires std::is_invocable_v<F, T, T>
  bool operator()(T a, T b) const { return F{}(b, a); }
};

Type infer(const Node& n) { return {DType::bool_, Format::dense, elementwise_type(n).shape}; }

template <class F>
constexpr Op comparison(std::string_view name, std::string_view formula, DTypes accepts, Aliases aliases) {
  return {.name = name,
          .inputs = "x y",
          .formula = formula,
          .letters = "* * -> *",
          .infer = infer,
          .run = run_zip<F>,
          .spread = elementwise_spread,
          .grad_kind = GradKind::none,
          .accepts = accepts,
          .commutative = std::is_same_v<F, Equal> || std::is_same_v<F, NotEqual>,
          .aliases = aliases};
}

}  // namespace

constinit const Op ops::eq = comparison<Equal>("eq", "x == y", kAnyDType,
                                               {.scipy = "numpy.equal", .torch = "torch.eq", .jax = "jax.numpy.equal"});
constinit const Op ops::neq = comparison<NotEqual>(
    "neq", "x != y", kAnyDType, {.scipy = "numpy.not_equal", .torch = "torch.ne", .jax = "jax.numpy.not_equal"});
constinit const Op ops::lt =
    comparison<Less>("lt", "x < y", kOrdered, {.scipy = "numpy.less", .torch = "torch.lt", .jax = "jax.numpy.less"});
constinit const Op ops::le = comparison<LessOrEqual>(
    "le", "x <= y", kOrdered, {.scipy = "numpy.less_equal", .torch = "torch.le", .jax = "jax.numpy.less_equal"});
constinit const Op ops::gt = comparison<Swapped<Less>>(
    "gt", "x > y", kOrdered, {.scipy = "numpy.greater", .torch = "torch.gt", .jax = "jax.numpy.greater"});
constinit const Op ops::ge = comparison<Swapped<LessOrEqual>>(
    "ge", "x >= y", kOrdered, {.scipy = "numpy.greater_equal", .torch = "torch.ge", .jax = "jax.numpy.greater_equal"});

Var eq(const Var& x, const Var& y) { return ops::eq(x, y); }
Var neq(const Var& x, const Var& y) { return ops::neq(x, y); }
Var lt(const Var& x, const Var& y) { return ops::lt(x, y); }
Var le(const Var& x, const Var& y) { return ops::le(x, y); }
Var gt(const Var& x, const Var& y) { return ops::gt(x, y); }
Var ge(const Var& x, const Var& y) { return ops::ge(x, y); }

}  // namespace spgrad
