// Functions of two numbers and more: of dense operands with broadcasting, of stored entries and a scalar.
#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

// Whole powers by multiplication, as those of integers must be exact.
Complex power(Complex x, Complex y) {
  if (y.imag() != 0 || y.real() != std::floor(y.real()) || y.real() < 0 || y.real() > 9) return std::pow(x, y);
  Complex p = 1;
  for (int k = 0; k < static_cast<int>(y.real()); ++k) p *= x;
  return p;
}
Complex larger(Complex a, Complex b) { return a.real() >= b.real() ? a : b; }
Complex smaller(Complex a, Complex b) { return a.real() <= b.real() ? a : b; }

Whole chosen(const Node&, const In& in) {
  const Whole c = wide(in[0]), x = wide(in[1]), y = wide(in[2]);
  const Shape shape = broadcast(broadcast(c.type.shape, x.type.shape), y.type.shape);
  return made(shape, [&](Index i, Index j) { return c(i, j) != 0.0 ? x(i, j) : y(i, j); });
}

// What keeps a distance from M::between and from integers, so that the greater one stays the greater.
Var halves(const Var& distinct) { return mul(distinct, 8); }  // 1/16 above them
Var nearly_half(const Var& any) { return add(mul(any, 0.02), 0.5); }

Rule with_scalar(Complex (*f)(Complex, Complex)) {
  return [f](const Node&, const In& in) {
    return entries(in[0], [&](Complex x, Index, Index) { return f(x, in[1].x[0]); });
  };
}

constexpr OpCase kCases[]{
    {"pow", "D D", [](M& m) { return pow(m.dense(5, 7, M::positive), m.dense(5, 7, M::positive)); }},
    {"pow", "D s", [](M& m) { return pow(m.dense(5, 7, M::positive), m.scalar(M::positive)); }},
    {"pow", "row col", [](M& m) { return pow(m.dense(1, 7, M::positive), m.dense(5, 1, M::positive)); }},
    {"pow", "D to the 3", [](M& m) { return pow(m.dense(5, 7), 3); }},
    {"pow", "D to the 0", [](M& m) { return pow(m.dense(5, 7), 0); }},
    {"pow", "v to the -0.5", [](M& m) { return pow(m.vector(7, M::positive), -0.5); }},
    {"pow", "2 to the v", [](M& m) { return pow(2, m.vector(7, M::positive)); }},
    {"maximum", "D D", [](M& m) { return maximum(m.dense(5, 7, M::between), halves(m.dense(5, 7, M::distinct))); }},
    {"maximum", "row D", [](M& m) { return maximum(m.dense(1, 7, M::between), halves(m.dense(5, 7, M::distinct))); }},
    {"maximum", "D 0", [](M& m) { return relu(m.dense(5, 7, M::between)); }},
    {"minimum", "D D", [](M& m) { return minimum(m.dense(5, 7, M::between), halves(m.dense(5, 7, M::distinct))); }},
    {"minimum", "s v", [](M& m) { return minimum(m.scalar(M::between), halves(m.vector(7, M::distinct))); }},
    {"minimum", "clip D",
     [](M& m) { return clip(m.dense(5, 7, M::between), nearly_half(m.scalar()), add(nearly_half(m.scalar()), 1)); }},
    {"where", "D D D",
     [](M& m) {
       const Var c = lt(real(m.dense(5, 7, M::between)), real(halves(m.dense(5, 7, M::distinct))));
       return where(c, m.dense(5, 7), m.dense(5, 7));
     }},
    {"where", "v D s", [](M& m) { return where(gt(real(m.vector(7)), 0), m.dense(5, 7), m.scalar()); }},
    {"where", "col row D", [](M& m) { return where(m.dense(5, 1), m.dense(1, 7), m.dense(5, 7)); }},
    {"where", "D D' literal", [](M& m) { return where(le(real(m.dense(5, 7)), 0), T(m.dense(7, 5)), 0); }},
    {"structured_pow", "A s", [](M& m) { return structured_pow(m.sparse(5, 7, M::positive), m.scalar(M::positive)); }},
    {"structured_pow", "A to the 3", [](M& m) { return structured_pow(m.sparse(5, 7), 3); }},
    {"structured_add", "A s", [](M& m) { return structured_add(m.sparse(5, 7), m.scalar()); }},
    {"structured_add", "A literal", [](M& m) { return structured_add(m.sparse(5, 7), 2); }},
    {"structured_maximum", "A s",
     [](M& m) { return structured_maximum(m.sparse(5, 7, M::between), nearly_half(m.scalar())); }},
    {"structured_minimum", "A s",
     [](M& m) { return structured_minimum(m.sparse(5, 7, M::between), nearly_half(m.scalar())); }},
    {"structured_minimum", "A literal", [](M& m) { return structured_minimum(m.sparse(5, 7, M::between), 1); }},
};

const std::map<std::string_view, Rule> kRules{
    {"pow", pairs(power)},
    {"maximum", pairs(larger)},
    {"minimum", pairs(smaller)},
    {"where", chosen},
    {"structured_pow", with_scalar(power)},
    {"structured_add", with_scalar(plus)},
    {"structured_maximum", with_scalar(larger)},
    {"structured_minimum", with_scalar(smaller)},
};

}  // namespace

Family functions_of_two() { return {kCases, kRules}; }

}  // namespace spgrad::tests
