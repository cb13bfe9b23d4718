// Functions of every element or stored entry; nothing moves.
#include <cmath>

#include "tests/large/case.hpp"

namespace spgrad::large {
namespace {

using Function1 = double (*)(double);
using Op1 = Var (*)(const Var&);

template <Op1 op, Function1 f, Range range = Range::either_sign>
Expected of_sparse(Make& m) {
  const Given A = m.sparse(Pattern::scattered, range);
  return {op(A), map(A.is, f)};
}
template <Op1 op, Function1 f, Range range = Range::either_sign>
Expected of_dense(Make& m) {
  const Given D = m.dense(m.n(), 10, range);
  return {op(D), map(D.is, f)};
}

constexpr Range kPositive = Range::positive;
constexpr double kDegrees = 57.295779513082320876798154814105;

double degrees(double x) { return x * kDegrees; }
double radians(double x) { return x / kDegrees; }
double square(double x) { return x * x; }
double modulus(double x) { return std::abs(x); }
double signum(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }
double negated(double x) { return -x; }
double positive_part(double x) { return std::max(x, 0.0); }
double same(double x) { return x; }
double sigma(double x) { return 1 / (1 + std::exp(-x)); }
double log_one_exp(double x) { return std::log(1 + std::exp(x)); }
// Entries that are not stored stay 0, whatever f makes of 0.
double exp_stored(double x) { return x == 0 ? 0 : std::exp(x); }
double log_stored(double x) { return x == 0 ? 0 : std::log(x); }
double sigma_stored(double x) { return x == 0 ? 0 : sigma(x); }

Var to_complex_and_back(const Var& x) { return real(zcast(x)); }

template <class Op, class F>
Expected with_scalar(Make& m, Op op, F f, Range range = Range::either_sign) {
  const Given A = m.sparse(Pattern::scattered, range), s = m.scalar(0.5);
  return {op(A, s), on(A.is, [=, at = A.is.at](Index i, Index j) {
            const double x = at(i, j);
            return x == 0 ? 0 : f(x, 0.5);
          })};
}

// Two operands broadcast to D's shape.
template <class Op, class F>
Expected pair(const Given& x, const Given& y, Op op, F f, bool differentiable = true) {
  const auto reader = [](const Lazy& a) {
    return [=](Index i, Index j) {
      if (a.shape.ndim() == 1) return a.at(j, 0);
      return a.at(a.rows() == 1 ? 0 : i, a.columns() == 1 ? 0 : j);
    };
  };
  const Shape shape{std::max(x.is.rows(), y.is.rows()),
                    std::max(x.is.shape.ndim() == 2 ? x.is.columns() : 1, y.is.shape.ndim() == 2 ? y.is.columns() : 1)};
  return {op(x.var, y.var),
          dense_of(shape, [=, a = reader(x.is), b = reader(y.is)](Index i, Index j) { return f(a(i, j), b(i, j)); }), 0,
          0, differentiable};
}

template <class Op, class F>
Expected of_two(Make& m, Op op, F f, bool differentiable = true) {
  const Given x = m.dense(m.n(), 10, kPositive), y = m.dense(m.n(), 10, kPositive);
  return pair(x, y, op, f, differentiable);
}

}  // namespace

std::vector<Case> elementwise_cases() {
  return {
      {"sin A", of_sparse<sin, std::sin>},
      {"tan A", of_sparse<tan, std::tan>},
      {"arcsin A", of_sparse<arcsin, std::asin>},
      {"arctan A", of_sparse<arctan, std::atan>},
      {"sinh A", of_sparse<sinh, std::sinh>},
      {"tanh A", of_sparse<tanh, std::tanh>},
      {"arcsinh A", of_sparse<arcsinh, std::asinh>},
      {"arctanh A", of_sparse<arctanh, std::atanh>},
      {"rad2deg A", of_sparse<rad2deg, degrees>},
      {"deg2rad A", of_sparse<deg2rad, radians>},
      {"expm1 A", of_sparse<expm1, std::expm1>},
      {"log1p A", of_sparse<log1p, std::log1p, kPositive>},
      {"sqrt A", of_sparse<sqrt, std::sqrt, kPositive>},
      {"sqr A", of_sparse<sqr, square>},
      {"abs A", of_sparse<abs, modulus>},
      {"sign A", of_sparse<sign, signum>},
      {"rint A", of_sparse<rint, std::nearbyint>},
      {"ceil A", of_sparse<ceil, std::ceil>},
      {"floor A", of_sparse<floor, std::floor>},
      {"trunc A", of_sparse<trunc, std::trunc>},
      {"neg A", of_sparse<neg, negated>},
      {"conj A", of_sparse<conj, same>},
      {"real A", of_sparse<real, same>},
      {"structured_exp A", of_sparse<structured_exp, exp_stored>},
      {"structured_log A", of_sparse<structured_log, log_stored, kPositive>},
      {"structured_sigmoid A", of_sparse<structured_sigmoid, sigma_stored>},
      {"structured_pow A s",
       [](Make& m) {
         return with_scalar(
             m, structured_pow, [](double x, double y) { return std::pow(x, y); }, kPositive);
       }},
      {"structured_add A s", [](Make& m) { return with_scalar(m, structured_add, std::plus<>()); }},
      {"structured_maximum A s",
       [](Make& m) { return with_scalar(m, structured_maximum, [](double x, double y) { return std::max(x, y); }); }},
      {"structured_minimum A s",
       [](Make& m) { return with_scalar(m, structured_minimum, [](double x, double y) { return std::min(x, y); }); }},
      {"mul A s", [](Make& m) { return with_scalar(m, mul, std::multiplies<>()); }},
      {"sin D", of_dense<sin, std::sin>, false},
      {"cos D", of_dense<cos, std::cos>, false},
      {"tan D", of_dense<tan, std::tan>, false},
      {"arcsin D", of_dense<arcsin, std::asin>, false},
      {"arctan D", of_dense<arctan, std::atan>, false},
      {"sinh D", of_dense<sinh, std::sinh>, false},
      {"cosh D", of_dense<cosh, std::cosh>, false},
      {"tanh D", of_dense<tanh, std::tanh>, false},
      {"arcsinh D", of_dense<arcsinh, std::asinh>, false},
      {"arctanh D", of_dense<arctanh, std::atanh>, false},
      {"rad2deg D", of_dense<rad2deg, degrees>, false},
      {"deg2rad D", of_dense<deg2rad, radians>, false},
      {"exp D", of_dense<exp, std::exp>, false},
      {"expm1 D", of_dense<expm1, std::expm1>, false},
      {"log D", of_dense<log, std::log, kPositive>, false},
      {"log1p D", of_dense<log1p, std::log1p, kPositive>, false},
      {"sqrt D", of_dense<sqrt, std::sqrt, kPositive>, false},
      {"sqr D", of_dense<sqr, square>, false},
      {"abs D", of_dense<abs, modulus>, false},
      {"sign D", of_dense<sign, signum>, false},
      {"rint D", of_dense<rint, std::nearbyint>, false},
      {"ceil D", of_dense<ceil, std::ceil>, false},
      {"floor D", of_dense<floor, std::floor>, false},
      {"trunc D", of_dense<trunc, std::trunc>, false},
      {"sigmoid D", of_dense<sigmoid, sigma>, false},
      {"softplus D", of_dense<softplus, log_one_exp>, false},
      {"neg D", of_dense<neg, negated>, false},
      {"conj D", of_dense<conj, same>, false},
      {"real D", of_dense<real, same>, false},
      {"add D D", [](Make& m) { return of_two(m, add, std::plus<>()); }, false},
      {"sub D D", [](Make& m) { return of_two(m, sub, std::minus<>()); }, false},
      {"mul D D", [](Make& m) { return of_two(m, mul, std::multiplies<>()); }, false},
      {"div D D", [](Make& m) { return of_two(m, div, std::divides<>()); }, false},
      {"pow D D", [](Make& m) { return of_two(m, pow, [](double x, double y) { return std::pow(x, y); }); }, false},
      {"maximum D D", [](Make& m) { return of_two(m, maximum, [](double x, double y) { return std::max(x, y); }); },
       false},
      {"minimum D D", [](Make& m) { return of_two(m, minimum, [](double x, double y) { return std::min(x, y); }); },
       false},
      {"eq D D", [](Make& m) { return of_two(m, eq, std::equal_to<>(), false); }, false},
      {"neq D D", [](Make& m) { return of_two(m, neq, std::not_equal_to<>(), false); }, false},
      {"lt D D", [](Make& m) { return of_two(m, lt, std::less<>(), false); }, false},
      {"le D D", [](Make& m) { return of_two(m, le, std::less_equal<>(), false); }, false},
      {"gt D D", [](Make& m) { return of_two(m, gt, std::greater<>(), false); }, false},
      {"ge D D", [](Make& m) { return of_two(m, ge, std::greater_equal<>(), false); }, false},
      {"mul D col", [](Make& m) { return pair(m.dense(m.n(), 10), m.dense(m.n(), 1), mul, std::multiplies<>()); },
       false},
      {"add D row", [](Make& m) { return pair(m.dense(m.n(), 10), m.dense(1, 10), add, std::plus<>()); }, false},
      {"where D D D",
       [](Make& m) {
         const Given c = m.dense(m.n(), 10), x = m.dense(m.n(), 10), y = m.dense(m.n(), 10);
         return Expected{where(gt(c, 0), x, y), dense_of(x.is.shape, [=](Index i, Index j) {
                           return (c.is.at(i, j) > 0 ? x : y).is.at(i, j);
                         })};
       },
       false},
      {"relu D", of_dense<relu, positive_part>, false},
      {"clip D",
       [](Make& m) {
         const Given D = m.dense(m.n(), 10);
         return Expected{clip(D, -0.5, 0.5), map(D.is, [](double x) { return std::clamp(x, -0.5, 0.5); })};
       },
       false},
      {"cast D", of_dense<to_complex_and_back, same>, false},
      {"cast A", of_sparse<to_complex_and_back, same>},
      {"stop_gradient D",
       [](Make& m) {
         const Given D = m.dense(m.n(), 10);
         return Expected{mul(stop_gradient(D), D), map(D.is, square), 0, 0, false};
       },
       false},
  };
}

}  // namespace spgrad::large
