// Views, and values made to have the shape of others.
#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

Whole transposed(const Node&, const In& in) {
  Whole out = in[0];
  const Shape& shape = in[0].type.shape;
  if (shape.ndim() < 2) return out;
  out.type.shape = {shape[1], shape[0]};
  out.type.format = flipped(out.type.format);
  if (out.sparse()) return out;
  return made(out.type.shape, [&](Index i, Index j) { return in[0](j, i); });
}

// The first input with the dimensions of the second one.
Whole spread_like(const Node&, const In& in) {
  return made(in[1].type.shape, [&](Index i, Index j) { return in[0](i, j); });
}

// The first input summed over the axes that the second one lacks or has with size 1.
Whole summed_like(const Node&, const In& in) {
  const Whole& g = in[0];
  Whole out = dense_zeros(DType::complex128, in[1].type.shape);
  const Index rows = out.rows(), columns = out.columns();
  for (Index i = 0; i < g.rows(); ++i)
    for (Index j = 0; j < g.columns(); ++j)
      out.x[static_cast<std::size_t>((rows == 1 ? 0 : i) * columns + (columns == 1 ? 0 : j))] += g(i, j);
  return out;
}

Whole counted(const Node& n, const In& in) {
  const Shape& shape = in[0].type.shape;
  const Index k = n.has("axis") ? shape[static_cast<int>(n.attr<Index>("axis"))] : shape.elements();
  return made({}, [&](Index, Index) { return static_cast<double>(k); });
}

constexpr OpCase kCases[]{
    {"transpose", "D", [](M& m) { return transpose(m.dense(5, 7)); }},
    {"transpose", "A", [](M& m) { return transpose(m.sparse(5, 7)); }},
    {"row", "v", [](M& m) { return row(m.vector(7)); }},
    {"col", "v", [](M& m) { return col(m.vector(7)); }},
    {"conform", "D D", [](M& m) { return conform(m.dense(5, 7), m.dense(5, 7)); }},
    {"conform", "row D", [](M& m) { return conform(m.dense(1, 7), m.dense(5, 7)); }},
    {"conform", "s v", [](M& m) { return conform(m.scalar(), m.vector(7)); }},
    {"broadcast_like", "s D", [](M& m) { return broadcast_like(m.scalar(), m.dense(5, 7)); }},
    {"broadcast_like", "col A", [](M& m) { return broadcast_like(m.dense(5, 1), m.sparse(5, 7)); }},
    {"broadcast_like", "v A", [](M& m) { return broadcast_like(m.vector(7), m.sparse(5, 7)); }},
    {"broadcast_like", "D D", [](M& m) { return broadcast_like(m.dense(5, 7), m.dense(5, 7)); }},
    {"sum_like", "D col", [](M& m) { return sum_like(m.dense(5, 7), m.dense(5, 1)); }},
    {"sum_like", "D row", [](M& m) { return sum_like(m.dense(5, 7), m.dense(1, 7)); }},
    {"sum_like", "D v", [](M& m) { return sum_like(m.dense(5, 7), m.vector(7)); }},
    {"sum_like", "D s", [](M& m) { return sum_like(m.dense(5, 7), m.scalar()); }},
    {"sum_like", "D D", [](M& m) { return sum_like(m.unsized().dense(5, 7), m.unsized().dense(5, 7)); }},
    {"count", "D", [](M& m) { return count(m.unsized().dense(5, 7)); }},
    {"count", "D 1", [](M& m) { return count(m.unsized().dense(5, 7), 1); }},
};

const std::map<std::string_view, Rule> kRules{
    {"transpose", transposed},       {"row", elements(itself)}, {"col", elements(itself)}, {"conform", spread_like},
    {"broadcast_like", spread_like}, {"sum_like", summed_like}, {"count", counted},
};

}  // namespace

Family shapes() { return {kCases, kRules}; }

}  // namespace spgrad::tests
