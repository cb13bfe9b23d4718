// pow, structured_pow.
#include <cmath>

#include "src/ops/elements/of_two.hpp"

namespace spgrad {
namespace {

struct Power {
  template <class T>
  requires(!std::is_same_v<T, bool>) T operator()(T x, T y) const {
    if constexpr (std::is_integral_v<T>)
      return of_integers(x, y);
    else if (y == T(2))
      return x * x;
    else if (y == T(1))
      return x;
    else if (y == T(0))  // std::pow makes a 0 of the complex 0^0
      return T(1);
    else if (y == T(-1))
      return T(1) / x;
    else
      return std::pow(x, y);
  }

  // Modulo 2^bits, as products are.
  template <class T>
  static T of_integers(T x, T y) {
    require(!(y < 0), "pow: the integer exponent ", +y, " is negative; cast x to a float");
    std::uint64_t power = 1;
    for (auto [square, rest] = std::pair(static_cast<std::uint64_t>(x), static_cast<std::uint64_t>(y)); rest != 0;
         rest >>= 1, square *= square)
      if ((rest & 1) != 0) power *= square;
    return static_cast<T>(power);
  }
};

// By x: y x^(y-1); but for 0^0 it is 0, which 0 x infinity is not: there the exponent stays y. Where y = 0 for other x,
// too, if y is a literal: only a y that has a derivative of its own needs the true exponent then.
// By y: log(x) x^y, and as in PyTensor 0 where x is 0. The logarithm never sees the 0, so that its own derivative is
// finite.
Var partial(const Var& x, const Var& exponent, int k, DType dtype) {
  const Var y = exponent->type.weak ? exponent : cast(exponent, dtype);  // an unsigned 0 - 1 wraps
  if (k == 1) return mul(pow(x, y), log(cast(where(eq(x, 0), 1, x), dtype)));
  const Var stays = exponent->value ? eq(y, 0) : mul(eq(x, 0), eq(y, 0));
  return mul(pow(x, where(stays, y, sub(y, 1))), y);
}

constexpr std::string_view kDoc =
    "An integer exponent of an integer must not be negative. The derivative by y is 0 where x is 0.";

}  // namespace

constinit const Op ops::pow =
    of_two<Power, partial>("pow", "x^y", kDoc, kNumeric,
                           {.scipy = "numpy.power", .torch = "torch.pow", .jax = "jax.numpy.power", .petsc = "VecPow"});
constinit const Op ops::structured_pow = of_entries_and_scalar<Power, partial>(
    "structured_pow", "A_ij^y where A stores an entry",
    "Of the stored entries, duplicates each; y is a scalar. Otherwise as pow.", kNumeric);

Var pow(const Var& x, const Var& y) { return ops::pow(x, y); }
Var structured_pow(const Var& A, const Var& y) { return ops::structured_pow(A, y); }

}  // namespace spgrad
