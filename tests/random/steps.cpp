#include "tests/random/steps.hpp"

#include <cmath>

#include "spgrad/ops.hpp"

namespace spgrad::tests {
namespace {

using In = const Vars&;

bool positive(Complex x) { return x.real() > 0.3 && std::abs(x.imag()) < 3; }
bool nonzero(Complex x) { return std::abs(x) > 0.3; }
bool calm(Complex x) { return std::abs(x) < 3 && std::abs(x.imag()) < 1; }

template <Var (*f)(const Var&)>
Var of_one(In in, Index) {
  return f(in[0]);
}
template <Var (*f)(const Var&, const Var&)>
Var of_two(In in, Index) {
  return f(in[0], in[1]);
}
template <Var (*f)(const Var&, std::optional<int>)>
Var along_axis(In in, Index choice) {
  const int axes = in[0]->type.ndim();
  const auto axis = static_cast<int>(choice % (axes + 1));
  return axis == axes ? f(in[0], {}) : f(in[0], axis);
}

constexpr Step kSteps[]{
    {"add", "Dij Dij", of_two<add>},
    {"add", "Dij Di1", of_two<add>},
    {"add", "Dij Dj", of_two<add>},
    {"add", "Dij D", of_two<add>},
    {"add", "Sij Sij", of_two<add>},
    {"add", "Sij Dij", of_two<add>},
    {"add", "Dij Sij", of_two<add>},
    {"sub", "Dij Dij", of_two<sub>},
    {"sub", "Sij Sij", of_two<sub>},
    {"sub", "Di Di", of_two<sub>},
    {"sub", "Dij Sij", of_two<sub>},
    {"mul", "Dij Dij", of_two<mul>},
    {"mul", "D1j Dij", of_two<mul>},
    {"mul", "Di Di", of_two<mul>},
    {"mul", "Sij Dij", of_two<mul>},
    {"mul", "Dij Sij", of_two<mul>},
    {"mul", "Sij Dj", of_two<mul>},
    {"mul", "Sij D1j", of_two<mul>},
    {"mul", "Sij Di1", of_two<mul>},
    {"mul", "Sij D", of_two<mul>},
    {"mul_e", "Sij Sij=", of_two<mul_e>},
    {"add_s_s_data", "Sij Sij=", of_two<add_s_s_data>},
    {"div", "Dij Dij*", of_two<div>, nonzero},
    {"div", "Dij Dj*", of_two<div>, nonzero},
    {"neg", "Dij", of_one<neg>},
    {"neg", "Sij", of_one<neg>},
    {"conj", "Dij", of_one<conj>},
    {"conj", "Sij", of_one<conj>},
    {"real", "Dij", of_one<real>},
    {"exp", "Dij*", of_one<exp>, calm},
    {"log", "Dij*", of_one<log>, positive},
    {"log", "Di*", of_one<log>, positive},
    {"tanh", "Dij*", of_one<tanh>, calm},
    {"tanh", "Di*", of_one<tanh>, calm},
    {"sigmoid", "Dij*", of_one<sigmoid>, calm, kReal},
    {"softplus", "Dij*", of_one<softplus>, calm, kReal},
    {"sqr", "Dij", of_one<sqr>},
    {"sqr", "Sij", of_one<sqr>},
    {"sum", "Dij", along_axis<sum>},
    {"mean", "DIJ", along_axis<mean>},
    {"max", "DIJ", along_axis<max>, nullptr, kReal},
    {"logsumexp", "DIJ*", along_axis<logsumexp>, calm, kReal},
    {"softmax", "DIJ*", [](In in, Index choice) { return softmax(in[0], static_cast<int>(choice % 2)); }, calm, kReal},
    {"dot", "Sij Djk", of_two<dot>},
    {"dot", "Dij Sjk", of_two<dot>},
    {"dot", "Sij Dj", of_two<dot>},
    {"dot", "Di Sij", of_two<dot>},
    {"dot", "Dij Djk", of_two<dot>},
    {"structured_dot", "Sij Djk", of_two<structured_dot>},
    {"structured_dot", "Dij Sjk", of_two<structured_dot>},
    {"sampling_dot", "Dik Djk Sij", [](In in, Index) { return sampling_dot(in[0], in[1], in[2]); }},
    {"usmm", "D Sij Djk Dik", [](In in, Index) { return usmm(in[0], in[1], in[2], in[3]); }},
    {"transpose", "Dij", of_one<transpose>},
    {"transpose", "Sij", of_one<transpose>},
    {"row", "Dj", of_one<row>},
    {"col", "Di", of_one<col>},
    {"at", "Sij Dij", of_two<at>},
    {"at", "Sij Sij", of_two<at>},
    {"sp_ones_like", "Sij", of_one<sp_ones_like>},
    {"dense_from_sparse", "Sij", [](In in, Index choice) { return dense_from_sparse(in[0], choice % 2 == 0); }},
    {"sp_sum", "Sij",
     [](In in, Index choice) {
       return choice % 3 == 2 ? sp_sum(in[0], {}, choice % 2 == 0)
                              : sp_sum(in[0], static_cast<int>(choice % 3), choice % 2 == 0);
     }},
    {"with_data", "Sij", [](In in, Index) { return with_data(in[0], sqr(csm_data(in[0]))); }},
};

}  // namespace

std::span<const Step> steps() { return kSteps; }

}  // namespace spgrad::tests
