// Products with sparse results, and of two sparse matrices.
#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

using M = Make;
using Positioned = std::map<std::pair<Index, Index>, Complex>;

struct Entry {
  Index i, j;
  Complex x;
};

// Of a dense one every element.
std::vector<Entry> entries_of(const Whole& x) {
  std::vector<Entry> all;
  for (std::size_t p = 0; p < x.x.size(); ++p) {
    const auto at = static_cast<Index>(p);
    all.push_back(x.sparse() ? Entry{x.i(p), x.j(p), x.x[p]} : Entry{at / x.columns(), at % x.columns(), x.x[p]});
  }
  return all;
}

// What the stored positions allow, each once.
Positioned multiplied(const In& in) {
  Positioned out;
  const auto right = entries_of(in[1]);
  for (const Entry& a : entries_of(in[0]))
    for (const Entry& b : right)
      if (a.j == b.i) out[{a.i, b.j}] += a.x * b.x;
  return out;
}

Whole sparse_product(const Node& n, const In& in) {
  Positioned by_major;
  const bool csr = n.type.format == Format::csr;
  for (const auto& [at, x] : multiplied(in)) by_major[csr ? at : std::pair(at.second, at.first)] = x;
  Whole out{{in[0].type.dtype, n.type.format, {in[0].rows(), in[1].columns()}}, {}, {}};
  Positions at;
  for (const auto& [position, x] : by_major) {
    at.major.push_back(position.first);
    at.minor.push_back(position.second);
    out.x.push_back(x);
  }
  out.at = std::make_shared<Positions>(std::move(at));
  out.type.dtype = DType::complex128;
  return out;
}

Whole dense_product(const Node&, const In& in) {
  const Positioned xy = multiplied(in);
  return made({in[0].rows(), in[1].columns()}, [&](Index i, Index j) {
    const auto found = xy.find({i, j});
    return found == xy.end() ? 0.0 : found->second;
  });
}

Whole turned(const Node& n, const In& in) {
  const Whole& A = in[0];
  if (A.type.format == n.type.format) return A;
  Whole out{{A.type.dtype, n.type.format, A.type.shape}, A.x, {}};
  out.at = std::make_shared<Positions>(Positions{A.at->minor, A.at->major});
  return in_canonical_order(out);
}

Whole sampled(const Node&, const In& in) {
  const Whole X = wide(in[0]), Y = wide(in[1]);
  return entries(in[2], [&](Complex p, Index i, Index j) {
    Complex sum = 0;
    for (Index k = 0; k < X.columns(); ++k) sum += X(i, k) * Y(j, k);
    return p * sum;
  });
}

Var other(const Var& A) { return as_format(A, flipped(A->type.format)); }

constexpr OpCase kCases[]{
    {"true_dot", "A B", [](M& m) { return true_dot(m.sparse(5, 7), m.sparse(7, 3)); }},
    {"true_dot", "A, B in the other format", [](M& m) { return true_dot(m.sparse(5, 7), m.other_format(7, 3)); }},
    {"true_dot", "A A'",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return true_dot(A, T(A));
     }},
    {"true_dot", "A' A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return true_dot(T(A), A);
     }},
    {"true_dot", "A A",
     [](M& m) {
       const Var A = m.sparse(6, 6);
       return true_dot(A, A);
     }},
    {"true_dot", "A B C", [](M& m) { return true_dot(true_dot(m.sparse(5, 7), m.sparse(7, 3)), m.sparse(3, 4)); }},
    {"true_dot_s_d", "A D", [](M& m) { return true_dot(m.sparse(5, 7), m.dense(7, 3)); }},
    {"true_dot_s_d", "D A", [](M& m) { return true_dot(m.dense(5, 7), m.sparse(7, 3)); }},
    {"true_dot_s_d", "A D, by a sparse product", [](M& m) { return true_dot(m.sparse(5, 7), m.dense(7, 3), false); }},
    {"true_dot_s_d", "D A, by a sparse product", [](M& m) { return true_dot(m.dense(5, 7), m.sparse(7, 3), false); }},
    {"structured_dot_s_s", "A B", [](M& m) { return structured_dot(m.sparse(5, 7), m.sparse(7, 3)); }},
    {"structured_dot_s_s", "A, B in the other format",
     [](M& m) { return structured_dot(m.sparse(5, 7), m.other_format(7, 3)); }},
    {"dot_s_s", "A B", [](M& m) { return dot(m.sparse(5, 7), m.sparse(7, 3)); }},
    {"dot_s_s", "A, B in the other format", [](M& m) { return dot(m.sparse(5, 7), m.other_format(7, 3)); }},
    // Rows of B that the columns of A name, and others that its rows name.
    {"add", "A B + A^T B",
     [](M& m) {
       const Var A = m.sparse(5, 5), B = m.sparse(5, 3);
       return add(dot(A, B), dot(T(A), B));
     }},
    {"sampling_dot_s", "A B P", [](M& m) { return sampling_dot(m.sparse(5, 3), m.sparse(7, 3), m.sparse(5, 7)); }},
    {"sampling_dot_s", "A, B in the other format, P",
     [](M& m) { return sampling_dot(m.sparse(5, 3), m.other_format(7, 3), m.sparse(5, 7)); }},
    {"sampling_dot_s", "A B P, long rows",
     [](M& m) { return sampling_dot(m.sparse(5, 9), m.sparse(7, 9), m.sparse(5, 7)); }},
    {"sampling_dot_s", "A B P, square",
     [](M& m) { return sampling_dot(m.sparse(5, 7), m.other_format(7, 7), m.sparse(5, 7)); }},
    {"sampling_dot_s", "A D P", [](M& m) { return sampling_dot(m.sparse(5, 3), m.dense(7, 3), m.sparse(5, 7)); }},
    {"sampling_dot_s", "D A P", [](M& m) { return sampling_dot(m.dense(5, 3), m.sparse(7, 3), m.sparse(5, 7)); }},
    {"as_format", "A", [](M& m) { return other(m.sparse(5, 7)); }},
    // Entries of one position are turned, and their cotangents turned back, each by itself.
    {"sqr", "A in the other format", [](M& m) { return sqr(other(m.sparse(5, 7))); }},
    {"add", "s A B + D", [](M& m) { return usmm(m.scalar(), m.sparse(5, 7), m.sparse(7, 3), m.dense(5, 3)); }},
};

const std::map<std::string_view, Rule> kRules{
    {"true_dot", sparse_product}, {"true_dot_s_d", sparse_product}, {"structured_dot_s_s", sparse_product},
    {"dot_s_s", dense_product},   {"sampling_dot_s", sampled},      {"as_format", turned},
};

}  // namespace

Family sparse_products() { return {kCases, kRules}; }

}  // namespace spgrad::tests
