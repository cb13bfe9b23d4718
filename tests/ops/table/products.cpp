// Matrix products.
#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

Whole product(const Whole& x, const Whole& y) {
  const Whole a = wide(x), b = wide(y);
  const bool left = a.type.ndim() == 2, right = b.type.ndim() == 2;
  const Shape shape = left && right ? Shape{a.rows(), b.columns()}
                      : left        ? Shape{a.rows()}
                      : right       ? Shape{b.columns()}
                                    : Shape{};
  return made(shape, [&](Index i, Index j) {
    if (!right) i = left ? j : 0;  // a vector's index is the second one of made()
    Complex sum = 0;
    for (Index k = 0; k < a.columns(); ++k) sum += a(i, k) * (right ? b(k, j) : b.x[static_cast<std::size_t>(k)]);
    return sum;
  });
}

constexpr OpCase kCases[]{
    {"dot", "A D", [](M& m) { return dot(m.sparse(5, 7), m.dense(7, 3)); }},
    {"dot", "A v", [](M& m) { return dot(m.sparse(5, 7), m.vector(7)); }},
    {"dot", "D A", [](M& m) { return dot(m.dense(3, 5), m.sparse(5, 7)); }},
    {"dot", "v A", [](M& m) { return dot(m.vector(5), m.sparse(5, 7)); }},
    {"dot", "A' D", [](M& m) { return dot(T(m.sparse(5, 7)), m.dense(5, 3)); }},
    {"dot", "D D", [](M& m) { return dot(m.dense(5, 7), m.dense(7, 3)); }},
    {"dot", "D v", [](M& m) { return dot(m.dense(5, 7), m.vector(7)); }},
    {"dot", "v D", [](M& m) { return dot(m.vector(5), m.dense(5, 7)); }},
    {"dot", "v v", [](M& m) { return dot(m.vector(7), m.vector(7)); }},
    {"dot", "D' D", [](M& m) { return dot(T(m.dense(7, 5)), m.dense(7, 3)); }},
    {"structured_dot", "A D", [](M& m) { return structured_dot(m.sparse(5, 7), m.dense(7, 3)); }},
    {"structured_dot", "A v", [](M& m) { return structured_dot(m.sparse(5, 7), m.vector(7)); }},
    {"structured_dot", "D A", [](M& m) { return structured_dot(m.dense(3, 5), m.sparse(5, 7)); }},
    {"structured_dot", "v A", [](M& m) { return structured_dot(m.vector(5), m.sparse(5, 7)); }},
    {"sampling_dot", "X Y P", [](M& m) { return sampling_dot(m.dense(5, 3), m.dense(7, 3), m.sparse(5, 7)); }},
    {"usmm", "s A D D", [](M& m) { return usmm(m.scalar(), m.sparse(5, 7), m.dense(7, 3), m.dense(5, 3)); }},
    {"usmm", "s D A D", [](M& m) { return usmm(m.scalar(), m.dense(3, 5), m.sparse(5, 7), m.dense(3, 7)); }},
    {"usmm", "s A v v", [](M& m) { return usmm(m.scalar(), m.sparse(5, 7), m.vector(7), m.vector(5)); }},
};

const std::map<std::string_view, Rule> kRules{
    {"dot", [](const Node&, const In& in) { return product(in[0], in[1]); }},
    {"structured_dot", [](const Node&, const In& in) { return product(in[0], in[1]); }},
    {"usmm",
     [](const Node& n, const In& in) {
       return pairs([&](Complex xy, Complex z) { return in[0].x[0] * xy + z; })(n, {product(in[1], in[2]), in[3]});
     }},
    {"sampling_dot",
     [](const Node&, const In& in) {
       return entries(in[2], [&](Complex p, Index i, Index j) {
         Complex sum = 0;
         for (Index k = 0; k < in[0].columns(); ++k)
           sum += in[0].x[static_cast<std::size_t>(i * in[0].columns() + k)] *
                  in[1].x[static_cast<std::size_t>(j * in[1].columns() + k)];
         return p * sum;
       });
     }},
};

}  // namespace

Family products() { return {kCases, kRules}; }

}  // namespace spgrad::tests
