// Sparse operands, element by element.
#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

// Sums by position, in the format of A.
std::map<std::pair<Index, Index>, Complex> sums(const Whole& x, const Whole& A) {
  std::map<std::pair<Index, Index>, Complex> by_position;
  const bool csr = A.type.format == Format::csr;
  for (std::size_t p = 0; p < x.x.size(); ++p)
    by_position[csr ? std::pair(x.i(p), x.j(p)) : std::pair(x.j(p), x.i(p))] += x.x[p];
  return by_position;
}

Whole matrix_of(const std::map<std::pair<Index, Index>, Complex>& by_position, const Type& type) {
  Whole out{type, {}, {}};
  Positions at;
  for (const auto& [position, x] : by_position) {
    at.major.push_back(position.first);
    at.minor.push_back(position.second);
    out.x.push_back(x);
  }
  out.at = std::make_shared<Positions>(std::move(at));
  return out;
}

// The union of the patterns, each position once; in sums of derivatives, entry by entry where the patterns are equal.
Whole united(const Node& n, const In& in) {
  if ((n.has("alike") || n.has("by_entry")) && in[0].type.format == in[1].type.format && *in[0].at == *in[1].at) {
    Whole out = in[0];
    for (std::size_t p = 0; p < out.x.size(); ++p) out.x[p] += in[1].x[p];
    return out;
  }
  auto all = sums(in[0], in[0]);
  for (const auto& [position, x] : sums(in[1], in[0])) all[position] += x;
  return matrix_of(all, in[0].type);
}

// The intersection.
Whole intersected(const Node&, const In& in) {
  const auto a = sums(in[0], in[0]);
  std::map<std::pair<Index, Index>, Complex> both;
  for (const auto& [position, x] : sums(in[1], in[0]))
    if (const auto found = a.find(position); found != a.end()) both[position] = found->second * x;
  return matrix_of(both, in[0].type);
}

constexpr OpCase kCases[]{
    {"add_s_s", "A B", [](M& m) { return add(m.sparse(5, 7), m.sparse(5, 7)); }},
    {"add_s_s", "A, B in the other format", [](M& m) { return add(m.sparse(5, 7), m.other_format(5, 7)); }},
    {"add_s_s", "A on A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return add(A, m.on(A));
     }},
    {"add_s_s", "A A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return add(A, A);
     }},
    // Complex in every variant: unsigned integers wrap, and 2^64 - 1 is no double.
    {"neg", "A - B", [](M& m) { return sub(m.complex().sparse(5, 7), m.complex().sparse(5, 7)); }},
    {"neg", "A - B in the other format",
     [](M& m) { return sub(m.complex().sparse(5, 7), m.complex().other_format(5, 7)); }},
    {"add_s_d", "A D", [](M& m) { return add(m.sparse(5, 7), m.dense(5, 7)); }},
    {"add_s_d", "D A", [](M& m) { return add(m.dense(5, 7), m.sparse(5, 7)); }},
    {"mul_s_d", "A D", [](M& m) { return mul(m.sparse(5, 7), m.dense(5, 7)); }},
    {"mul_s_d", "D A", [](M& m) { return mul(m.dense(5, 7), m.sparse(5, 7)); }},
    {"mul_s_d", "A v", [](M& m) { return mul(m.sparse(5, 7), m.vector(7)); }},
    {"mul_s_d", "A row", [](M& m) { return mul(m.sparse(5, 7), m.dense(1, 7)); }},
    {"mul_s_d", "A col", [](M& m) { return mul(m.sparse(5, 7), m.dense(5, 1)); }},
    {"mul_s_d", "A s", [](M& m) { return mul(m.sparse(5, 7), m.scalar()); }},
    {"mul_s_d", "v along the columns, structured", [](M& m) { return col_scale(m.sparse(5, 7), m.vector(7)); }},
    {"mul_s_d", "v along the rows, structured", [](M& m) { return row_scale(m.sparse(5, 7), m.vector(5)); }},
    {"mul_s_s", "A B", [](M& m) { return mul(m.sparse(5, 7), m.sparse(5, 7)); }},
    {"mul_s_s", "A, B in the other format", [](M& m) { return mul(m.sparse(5, 7), m.other_format(5, 7)); }},
    {"mul_s_s", "A on A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return mul(A, m.on(A));
     }},
    {"mul_s_s", "A A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return mul(A, A);
     }},
    {"mul_e", "A A2",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return mul_e(A, m.on(A));
     }},
    {"mul_e", "A A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return mul_e(A, A);
     }},
    {"add_s_s_data", "A A2",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return add_s_s_data(A, m.on(A));
     }},
    {"add_s_s_data", "A v", [](M& m) { return structured_add_s_v(m.sparse(5, 7), m.vector(7)); }},
};

const std::map<std::string_view, Rule> kRules{
    {"add_s_s", united},
    {"mul_s_s", intersected},
    {"add_s_d", pairs(plus)},
    {"mul_s_d",
     [](const Node&, const In& in) {
       return entries(in[0], [&](Complex x, Index i, Index j) { return x * in[1](i, j); });
     }},
    {"mul_e", entry_pairs(times)},
    {"add_s_s_data", entry_pairs(plus)},
};

}  // namespace

Family sparse_elements() { return {kCases, kRules}; }

}  // namespace spgrad::tests
