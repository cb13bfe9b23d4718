// Steps of sparse operands element by element, on all positions or on the stored entries; and sums of them.
#include <cmath>

#include "spgrad/ops.hpp"
#include "tests/random/steps.hpp"

namespace spgrad::tests {
namespace {

using In = const Vars&;

// Of one dtype: the oracle does not round to a narrower one, and a comparison would show it.
template <Var (*f)(const Var&, const Var&)>
Var mask(In in, Index) {
  if (in[0]->type.dtype != in[1]->type.dtype) return neg(in[0]);
  return cast(f(in[0], in[1]), DType::float64);
}

// Away from whole and half numbers.
bool is_between(Complex x) { return std::abs(2 * x.real() - std::round(2 * x.real())) > 0.05; }

constexpr Step kSteps[]{
    {"add", "Sij Sij", of_two<add>},
    {"add", "Sij Dij", of_two<add>},
    {"add", "Dij Sij", of_two<add>},
    {"sub", "Sij Sij", of_two<sub>},
    {"sub", "Sij Dij", of_two<sub>},
    {"sub", "Dij Sij", of_two<sub>},
    {"mul", "Sij Sij", of_two<mul>},
    {"mul", "Sij Dij", of_two<mul>},
    {"mul", "Dij Sij", of_two<mul>},
    {"mul", "Sij Dj", of_two<mul>},
    {"mul", "Dj Sij", of_two<mul>},
    {"mul", "Sij D1j", of_two<mul>},
    {"mul", "Sij Di1", of_two<mul>},
    {"mul", "Sij D", of_two<mul>},
    {"mul", "D Sij", of_two<mul>},
    {"mul_e", "Sij Sij=", of_two<mul_e>},
    {"add_s_s_data", "Sij Sij=", of_two<add_s_s_data>},
    {"structured_add_s_v", "Sij Dj", of_two<structured_add_s_v>},
    {"col_scale", "Sij Dj", of_two<col_scale>},
    {"row_scale", "Sij Di", of_two<row_scale>},
    {"structured_add", "Sij D", of_two<structured_add>},
    {"structured_pow", "Sij* D*", of_two<structured_pow>, is_positive, kReal},
    {"structured_pow", "Sij",
     [](In in, Index choice) { return structured_pow(in[0], 2 + static_cast<int>(choice % 2)); }, nullptr, kReal},
    {"structured_minimum", "Sij D", of_two<structured_minimum>, nullptr, kReal},
    {"structured_maximum", "Sij D", of_two<structured_maximum>, nullptr, kReal},
    {"lt", "Sij Sij", mask<lt>, nullptr, kReal},
    {"neq", "Sij Sij", mask<neq>, nullptr, kReal},
    {"gt", "Sij Dij", mask<gt>, nullptr, kReal},
    {"neg", "Sij", of_one<neg>},
    {"conj", "Sij", of_one<conj>},
    {"real", "Sij", of_one<real>},
    {"cast", "Sij",
     [](In in, Index choice) { return cast(in[0], choice % 2 == 0 ? DType::complex128 : DType::float32); }, nullptr,
     kReal},
    {"structured_sigmoid", "Sij*", of_one<structured_sigmoid>, is_calm, kReal, Make::any},
    {"structured_exp", "Sij*", of_one<structured_exp>, is_calm, kFloating, Make::any},
    {"structured_log", "Sij*", of_one<structured_log>, is_positive},
    {"sqrt", "Sij*", of_one<sqrt>, is_positive},
    {"log1p", "Sij*", of_one<log1p>, is_positive},
    {"sin", "Sij*", of_one<sin>, is_calm, kFloating, Make::any},
    {"arcsin", "Sij*", of_one<arcsin>, is_inside, kReal, Make::inside},
    {"tan", "Sij*", of_one<tan>, is_inside, kReal, Make::inside},
    {"arctan", "Sij", of_one<arctan>, nullptr, kReal},
    {"sinh", "Sij*", of_one<sinh>, is_calm, kFloating, Make::any},
    {"arcsinh", "Sij", of_one<arcsinh>, nullptr, kReal},
    {"tanh", "Sij*", of_one<tanh>, is_calm, kReal, Make::any},
    {"arctanh", "Sij*", of_one<arctanh>, is_inside, kReal, Make::inside},
    {"expm1", "Sij*", of_one<expm1>, is_calm, kFloating, Make::any},
    {"rad2deg", "Sij*", of_one<rad2deg>, is_inside, kReal, Make::inside},
    {"deg2rad", "Sij", of_one<deg2rad>, nullptr, kReal},
    {"rint", "Sij*", of_one<rint>, is_between, kReal, Make::between},
    {"floor", "Sij*", of_one<floor>, is_between, kReal, Make::between},
    {"ceil", "Sij*", of_one<ceil>, is_between, kReal, Make::between},
    {"trunc", "Sij*", of_one<trunc>, is_between, kReal, Make::between},
    {"sign", "Sij*", of_one<sign>, is_nonzero, kReal},
    {"abs", "Sij*", of_one<abs>, is_nonzero},
    {"sqr", "Sij", of_one<sqr>},
    {"at", "Sij Dij", of_two<at>},
    {"at", "Sij Sij", of_two<at>},
    {"sp_ones_like", "Sij", of_one<sp_ones_like>},
    {"sp_zeros_like", "Sij", of_one<sp_zeros_like>},
    {"dense_from_sparse", "Sij", [](In in, Index choice) { return dense_from_sparse(in[0], choice % 2 == 0); }},
    {"sp_sum", "Sij",
     [](In in, Index choice) {
       return choice % 3 == 2 ? sp_sum(in[0], {}, choice % 2 == 0)
                              : sp_sum(in[0], static_cast<int>(choice % 3), choice % 2 == 0);
     }},
    {"with_data", "Sij", [](In in, Index) { return with_data(in[0], sqr(csm_data(in[0]))); }},
};

}  // namespace

Steps sparse_steps() { return kSteps; }

}  // namespace spgrad::tests
