// Sparse operands, element by element.
#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

// The union of the patterns, each position once, in the format of the first.
Whole united(const Node&, const In& in) {
  std::map<std::pair<Index, Index>, Complex> sums;
  const bool csr = in[0].type.format == Format::csr;
  for (const Whole& x : in)
    for (std::size_t p = 0; p < x.x.size(); ++p)
      sums[csr ? std::pair(x.i(p), x.j(p)) : std::pair(x.j(p), x.i(p))] += x.x[p];
  Whole out{in[0].type, {}, {}};
  Positions at;
  for (const auto& [position, x] : sums) {
    at.major.push_back(position.first);
    at.minor.push_back(position.second);
    out.x.push_back(x);
  }
  out.at = std::make_shared<Positions>(std::move(at));
  return out;
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
};

const std::map<std::string_view, Rule> kRules{
    {"add_s_s", united},
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
