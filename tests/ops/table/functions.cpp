// Functions of every element of a dense operand, or of every stored entry of a sparse one.
#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

Complex sigma(Complex x) { return 1.0 / (1.0 + std::exp(-x)); }
Complex signum(Complex x) { return x == 0.0 ? 0.0 : x / std::abs(x); }

// f of the real part, which is all there is.
Rule of_real(double (*f)(double)) {
  return elements([f](Complex x) { return Complex(f(x.real())); });
}

template <Var (*kFunction)(const Var&), M::Range kRange>
Var of_dense(M& m) {
  return kFunction(m.dense(5, 7, kRange));
}
template <Var (*kFunction)(const Var&), M::Range kRange>
Var of_sparse(M& m) {
  return kFunction(m.sparse(5, 7, kRange));
}

constexpr OpCase kCases[]{
    {"sin", "D", of_dense<sin, M::any>},
    {"sin", "A", of_sparse<sin, M::any>},
    {"tan", "D", of_dense<tan, M::inside>},
    {"tan", "A", of_sparse<tan, M::inside>},
    {"arcsin", "D", of_dense<arcsin, M::inside>},
    {"arcsin", "A", of_sparse<arcsin, M::inside>},
    {"arctan", "D", of_dense<arctan, M::any>},
    {"arctan", "A", of_sparse<arctan, M::any>},
    {"sinh", "D", of_dense<sinh, M::any>},
    {"sinh", "A", of_sparse<sinh, M::any>},
    {"tanh", "D", of_dense<tanh, M::any>},
    {"tanh", "A", of_sparse<tanh, M::any>},
    {"arcsinh", "D", of_dense<arcsinh, M::any>},
    {"arcsinh", "A", of_sparse<arcsinh, M::any>},
    {"arctanh", "D", of_dense<arctanh, M::inside>},
    {"arctanh", "A", of_sparse<arctanh, M::inside>},
    {"rad2deg", "D", of_dense<rad2deg, M::any>},
    {"rad2deg", "A", of_sparse<rad2deg, M::any>},
    {"deg2rad", "D", of_dense<deg2rad, M::any>},
    {"deg2rad", "A", of_sparse<deg2rad, M::any>},
    {"expm1", "D", of_dense<expm1, M::any>},
    {"expm1", "A", of_sparse<expm1, M::any>},
    {"log1p", "D", of_dense<log1p, M::positive>},
    {"log1p", "A", of_sparse<log1p, M::positive>},
    {"sqrt", "D", of_dense<sqrt, M::positive>},
    {"sqrt", "A", of_sparse<sqrt, M::positive>},
    {"sqr", "D", of_dense<sqr, M::any>},
    {"sqr", "A", of_sparse<sqr, M::any>},
    {"abs", "D", of_dense<abs, M::between>},
    {"abs", "A", of_sparse<abs, M::between>},
    {"sign", "D", of_dense<sign, M::between>},
    {"sign", "A", of_sparse<sign, M::between>},
    {"rint", "D", of_dense<rint, M::between>},
    {"rint", "A", of_sparse<rint, M::between>},
    {"ceil", "D", of_dense<ceil, M::between>},
    {"ceil", "A", of_sparse<ceil, M::between>},
    {"floor", "D", of_dense<floor, M::between>},
    {"floor", "A", of_sparse<floor, M::between>},
    {"trunc", "D", of_dense<trunc, M::between>},
    {"trunc", "A", of_sparse<trunc, M::between>},
    {"sin", "s", [](M& m) { return sin(m.scalar()); }},
    {"sin", "A o D", [](M& m) { return sin(mul(m.sparse(5, 7), m.dense(5, 7))); }},
    {"sqr", "A o D", [](M& m) { return sqr(mul(m.sparse(5, 7), m.dense(5, 7))); }},
    {"tanh", "v", [](M& m) { return tanh(m.vector(7)); }},
    {"tanh", "A'", [](M& m) { return tanh(T(m.sparse(5, 7))); }},
    {"cos", "D", [](M& m) { return cos(m.dense(5, 7)); }},
    {"cosh", "D", [](M& m) { return cosh(m.dense(5, 7)); }},
    {"exp", "D", [](M& m) { return exp(m.dense(5, 7)); }},
    {"exp", "s", [](M& m) { return exp(m.scalar()); }},
    {"log", "D", [](M& m) { return log(m.dense(5, 7, M::positive)); }},
    {"sigmoid", "D", [](M& m) { return sigmoid(m.dense(5, 7)); }},
    {"softplus", "D", [](M& m) { return softplus(m.dense(5, 7)); }},
    {"softplus", "v", [](M& m) { return softplus(m.vector(7)); }},
    {"structured_exp", "A", [](M& m) { return structured_exp(m.sparse(5, 7)); }},
    {"structured_log", "A", [](M& m) { return structured_log(m.sparse(5, 7, M::positive)); }},
    {"structured_sigmoid", "A", [](M& m) { return structured_sigmoid(m.sparse(5, 7)); }},
};

constexpr double kDegrees = 57.295779513082320876798154814105;  // of one radian

const std::map<std::string_view, Rule> kRules{
    {"sin", elements([](Complex x) { return std::sin(x); })},
    {"cos", elements([](Complex x) { return std::cos(x); })},
    {"tan", elements([](Complex x) { return std::tan(x); })},
    {"arcsin", elements([](Complex x) { return std::asin(x); })},
    {"arctan", elements([](Complex x) { return std::atan(x); })},
    {"sinh", elements([](Complex x) { return std::sinh(x); })},
    {"cosh", elements([](Complex x) { return std::cosh(x); })},
    {"tanh", elements([](Complex x) { return std::tanh(x); })},
    {"arcsinh", elements([](Complex x) { return std::asinh(x); })},
    {"arctanh", elements([](Complex x) { return std::atanh(x); })},
    {"rad2deg", elements([](Complex x) { return x * kDegrees; })},
    {"deg2rad", elements([](Complex x) { return x / kDegrees; })},
    {"exp", elements([](Complex x) { return std::exp(x); })},
    {"expm1", elements([](Complex x) { return std::exp(x) - 1.0; })},
    {"log", elements([](Complex x) { return std::log(x); })},
    {"log1p", elements([](Complex x) { return std::log(1.0 + x); })},
    {"sqrt", elements([](Complex x) { return std::sqrt(x); })},
    {"sqr", elements([](Complex x) { return x * x; })},
    {"abs", elements([](Complex x) { return Complex(std::abs(x)); })},
    {"sign", elements(signum)},
    {"rint", of_real(std::nearbyint)},
    {"ceil", of_real(std::ceil)},
    {"floor", of_real(std::floor)},
    {"trunc", of_real(std::trunc)},
    {"sigmoid", elements(sigma)},
    {"softplus", elements([](Complex x) { return std::log(1.0 + std::exp(x)); })},
    {"structured_exp", elements([](Complex x) { return std::exp(x); })},
    {"structured_log", elements([](Complex x) { return std::log(x); })},
    {"structured_sigmoid", elements(sigma)},
};

}  // namespace

Family functions() { return {kCases, kRules}; }

}  // namespace spgrad::tests
