// Steps from dense values to dense values.
#include <algorithm>

#include "spgrad/ops.hpp"
#include "tests/random/steps.hpp"

namespace spgrad::tests {
namespace {

using In = const Vars&;

template <Var (*f)(const Var&, std::optional<int>)>
Var along_axis(In in, Index choice) {
  const int axes = in[0]->type.ndim();
  const auto axis = static_cast<int>(choice % (axes + 1));
  return axis == axes ? f(in[0], {}) : f(in[0], axis);
}
template <Var (*f)(const Var&, int)>
Var along_some_axis(In in, Index choice) {
  return f(in[0], static_cast<int>(choice % in[0]->type.ndim()));
}
template <Var (*f)(const Var&, const Var&)>
Var mask(In in, Index) {
  return cast(f(in[0], in[1]), DType::float64);
}

Var part(In in, Index choice) {
  const Slice rows{choice % 5 - 2, {}, choice % 2 == 0 ? 1 : -2};
  if (in[0]->type.ndim() == 1) return subtensor(in[0], rows);
  return subtensor(in[0], rows, {{}, choice % 7 - 3, choice % 3 == 0 ? -1 : 2});
}

bool is_known(const Shape& shape) { return shape[0] != kUnknown && shape[1] != kUnknown; }

// Images of one row.
Var convolved(In in, Index choice) {
  const Shape &kernels = in[0]->type.shape, &images = in[1]->type.shape;
  if (!is_known(kernels) || !is_known(images)) return neg(in[1]);
  return convolve(in[0], {1, kernels[1]}, in[1], {1, 1, images[1]}, {1, 1 + choice % 2}, {}, Border::full).pixels;
}
Var pooled(In in, Index choice) {
  const Shape& images = in[0]->type.shape;
  if (!is_known(images)) return neg(in[0]);
  return max_pool(in[0], {1, 1, images[1]}, {1, std::min(1 + choice % 3, images[1])}).pixels;
}

constexpr Step kSteps[]{
    {"add", "Dij Dij", of_two<add>},
    {"add", "Dij Di1", of_two<add>},
    {"add", "D1j Di1", of_two<add>},
    {"add", "Dij Dj", of_two<add>},
    {"add", "Dij D", of_two<add>},
    {"sub", "Dij Dij", of_two<sub>},
    {"sub", "Di Di", of_two<sub>},
    {"sub", "Dj Di1", of_two<sub>},
    {"sub", "D Dij", of_two<sub>},
    {"mul", "Dij Dij", of_two<mul>},
    {"mul", "D1j Dij", of_two<mul>},
    {"mul", "Di1 Dj", of_two<mul>},
    {"mul", "Di Di", of_two<mul>},
    {"mul", "D Di", of_two<mul>},
    {"div", "Dij Dij*", of_two<div>, is_nonzero},
    {"div", "Dij Dj*", of_two<div>, is_nonzero},
    {"div", "Di1 Dj*", of_two<div>, is_nonzero},
    {"div", "D Di*", of_two<div>, is_nonzero},
    {"pow", "Dij* Dij*", of_two<pow>, is_positive, kReal},
    {"pow", "Dij* D*", of_two<pow>, is_positive, kReal},
    {"pow", "Di1* Dj*", of_two<pow>, is_positive, kReal},
    {"maximum", "Dij Dj", of_two<maximum>, nullptr, kReal},
    {"minimum", "Dij Dij", of_two<minimum>, nullptr, kReal},
    {"clip", "Dij D D", [](In in, Index) { return clip(in[0], in[1], in[2]); }, nullptr, kReal},
    {"where", "Dij Dij Dj", [](In in, Index) { return where(gt(in[0], in[2]), in[1], in[2]); }, nullptr, kReal},
    {"where", "D1j Di1 Dij", [](In in, Index) { return where(lt(in[0], 0.5), in[1], in[2]); }, nullptr, kReal},
    {"lt", "Dij Dj", mask<lt>, nullptr, kReal},
    {"neg", "Dij", of_one<neg>},
    {"conj", "Dij", of_one<conj>},
    {"real", "Dij", of_one<real>},
    {"cast", "Dij",
     [](In in, Index choice) { return cast(in[0], choice % 2 == 0 ? DType::complex128 : DType::float32); }, nullptr,
     kReal},
    {"abs", "Dij*", of_one<abs>, is_nonzero},
    {"sign", "Dij*", of_one<sign>, is_nonzero, kReal},
    {"relu", "Dij", of_one<relu>, nullptr, kReal},
    {"exp", "Dij*", of_one<exp>, is_calm},
    {"log", "Dij*", of_one<log>, is_positive},
    {"log", "Di*", of_one<log>, is_positive},
    {"sqrt", "Dij*", of_one<sqrt>, is_positive},
    {"cos", "Di*", of_one<cos>, is_calm},
    {"cosh", "Dij*", of_one<cosh>, is_calm},
    {"tanh", "Dij*", of_one<tanh>, is_calm, kReal},
    {"tanh", "Di*", of_one<tanh>, is_calm, kReal},
    {"sigmoid", "Dij*", of_one<sigmoid>, is_calm, kReal},
    {"softplus", "Dij*", of_one<softplus>, is_calm, kReal},
    {"sqr", "Dij", of_one<sqr>},
    {"sum", "Dij", along_axis<sum>},
    {"sum", "Di", along_axis<sum>},
    {"mean", "DIJ", along_axis<mean>},
    {"max", "DIJ", along_axis<max>, nullptr, kReal},
    {"min", "DIJ", along_axis<min>, nullptr, kReal},
    {"var", "DIJ", along_axis<var>},
    {"std", "DIJ", along_axis<spgrad::std>},
    {"norm", "DIJ",
     [](In in, Index choice) { return norm(in[0], choice % 2 == 0 ? 2 : 1, static_cast<int>(choice / 2 % 2)); }},
    {"norm", "Di", [](In in, Index choice) { return norm(in[0], choice % 2 == 0 ? 2 : 1); }},
    {"convolve", "DNW DBX", convolved},
    {"max_pool", "DBX", pooled, nullptr, kReal},
    {"inner", "Dij Dij", of_two<spgrad::inner>},
    {"logsumexp", "DIJ*", along_axis<logsumexp>, is_calm, kReal},
    {"softmax", "DIJ*", along_some_axis<softmax>, is_calm, kReal},
    {"log_softmax", "DIJ*", along_some_axis<log_softmax>, is_calm, kReal},
    {"cumsum", "Dij", along_some_axis<cumsum>},
    {"cumsum", "Di", along_some_axis<cumsum>},
    {"dot", "Dij Djk", of_two<dot>},
    {"dot", "Dij Dj", of_two<dot>},
    {"transpose", "Dij", of_one<transpose>},
    {"row", "Dj", of_one<row>},
    {"col", "Di", of_one<col>},
    {"concatenate", "Dij Dkj",
     [](In in, Index) {
       return concatenate({in[0], in[1]});
     }},
    {"concatenate", "Dij Dik Dij",
     [](In in, Index) {
       return concatenate({in[0], in[1], in[2]}, 1);
     }},
    {"concatenate", "Di Dk",
     [](In in, Index) {
       return concatenate({in[0], in[1]});
     }},
    {"take", "Dij Iri", [](In in, Index) { return take(in[0], in[1]); }},
    {"take", "Dij Irj", [](In in, Index) { return take(in[0], in[1], 1); }},
    {"take", "Di Iri", [](In in, Index) { return take(in[0], in[1]); }},
    {"subtensor", "Dij", part},
    {"subtensor", "Di", part},
};

}  // namespace

Steps dense_steps() { return kSteps; }

}  // namespace spgrad::tests
