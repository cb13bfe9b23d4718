// Comparisons of sparse operands.
#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

// The sum of what each position stores, in the dtype in which the operands meet.
Whole met(const Whole& x, const In& in) {
  const DType dtype = promote(in[0].type.dtype, in[1].type.dtype);
  return in_dtype(densified(in_dtype(x, dtype)), dtype);
}

// Ones where f holds, in the format of the first.
template <class F>
Rule holds(F f) {
  return [f](const Node& n, const In& in) {
    const Whole x = met(in[0], in), y = met(in[1], in);
    const bool csr = n.type.format == Format::csr;
    Whole out{in[0].type, {}, {}};
    Positions at;
    for (Index k = 0; k < (csr ? x.rows() : x.columns()); ++k)
      for (Index l = 0; l < (csr ? x.columns() : x.rows()); ++l) {
        const Index i = csr ? k : l, j = csr ? l : k;
        if (!f(x(i, j), y(i, j))) continue;
        at.major.push_back(k);
        at.minor.push_back(l);
        out.x.emplace_back(1.0);
      }
    out.at = std::make_shared<Positions>(std::move(at));
    return out;
  };
}

template <class F>
Rule everywhere(F f) {
  return [f](const Node&, const In& in) {
    const Whole x = met(in[0], in), y = met(in[1], in);
    return made(x.type.shape, [&](Index i, Index j) { return Complex(f(x(i, j), y(i, j))); });
  };
}

constexpr auto kEqual = [](Complex a, Complex b) { return a == b; };
constexpr auto kNotEqual = [](Complex a, Complex b) { return a != b; };
constexpr auto kLess = [](Complex a, Complex b) { return a.real() < b.real(); };
constexpr auto kLessOrEqual = [](Complex a, Complex b) { return a.real() <= b.real(); };
constexpr auto kGreater = [](Complex a, Complex b) { return a.real() > b.real(); };
constexpr auto kGreaterOrEqual = [](Complex a, Complex b) { return a.real() >= b.real(); };

constexpr OpCase kCases[]{
    {"eq_s_s", "A B", [](M& m) { return eq(m.sparse(5, 7), m.sparse(5, 7)); }},
    {"eq_s_s", "A A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return eq(A, A);
     }},
    {"neq_s_s", "A B", [](M& m) { return neq(m.sparse(5, 7), m.sparse(5, 7)); }},
    {"neq_s_s", "A, B in the other format", [](M& m) { return neq(m.sparse(5, 7), m.other_format(5, 7)); }},
    {"lt_s_s", "A B", [](M& m) { return lt(m.sparse(5, 7), m.sparse(5, 7)); }},
    {"le_s_s", "A B", [](M& m) { return le(m.sparse(5, 7), m.sparse(5, 7)); }},
    {"le_s_s", "A, B in the other format", [](M& m) { return le(m.sparse(5, 7), m.other_format(5, 7)); }},
    {"gt_s_s", "A B", [](M& m) { return gt(m.sparse(5, 7), m.sparse(5, 7)); }},
    {"ge_s_s", "A B", [](M& m) { return ge(m.sparse(5, 7), m.sparse(5, 7)); }},
    {"eq_s_d", "A D", [](M& m) { return eq(m.sparse(5, 7), m.dense(5, 7)); }},
    {"neq_s_d", "D A", [](M& m) { return neq(m.dense(5, 7), m.sparse(5, 7)); }},
    {"lt_s_d", "A D", [](M& m) { return lt(m.sparse(5, 7), m.dense(5, 7)); }},
    {"lt_s_d", "D A", [](M& m) { return gt(m.dense(5, 7), m.sparse(5, 7)); }},
    {"le_s_d", "A D", [](M& m) { return le(m.sparse(5, 7), m.dense(5, 7)); }},
    {"gt_s_d", "A D", [](M& m) { return gt(m.sparse(5, 7), m.dense(5, 7)); }},
    {"ge_s_d", "A D", [](M& m) { return ge(m.sparse(5, 7), m.dense(5, 7)); }},
    {"ge_s_d", "D A", [](M& m) { return le(m.dense(5, 7), m.sparse(5, 7)); }},
};

const std::map<std::string_view, Rule> kRules{
    {"eq_s_s", holds(kEqual)},        {"neq_s_s", holds(kNotEqual)},
    {"lt_s_s", holds(kLess)},         {"le_s_s", holds(kLessOrEqual)},
    {"gt_s_s", holds(kGreater)},      {"ge_s_s", holds(kGreaterOrEqual)},
    {"eq_s_d", everywhere(kEqual)},   {"neq_s_d", everywhere(kNotEqual)},
    {"lt_s_d", everywhere(kLess)},    {"le_s_d", everywhere(kLessOrEqual)},
    {"gt_s_d", everywhere(kGreater)}, {"ge_s_d", everywhere(kGreaterOrEqual)},
};

}  // namespace

Family sparse_comparisons() { return {kCases, kRules}; }

}  // namespace spgrad::tests
