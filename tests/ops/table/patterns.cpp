// Values on the pattern of a matrix, and matrices from their parts.
#include <algorithm>
#include <array>
#include <map>

#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

Whole matrix_of(const Node& n, const In& in) {
  Whole out{n.type, in[0].x, {}};
  Positions at;
  for (std::size_t k = 0; k + 1 < in[2].x.size(); ++k)
    for (double p = in[2].x[k].real(); p < in[2].x[k + 1].real(); ++p) at.major.push_back(static_cast<Index>(k));
  for (const Complex& minor : in[1].x) at.minor.push_back(static_cast<Index>(minor.real()));
  out.at = std::make_shared<Positions>(std::move(at));
  return out;
}

Whole at_positions(const Node& n, const In& in) {
  Whole out = in[0];
  if (in[1].sparse())  // on an equal pattern, too, entry by entry
    out.x = in[1].type.format == in[0].type.format && *in[1].at == *in[0].at ? in[1].x : at_entries(in[1], in[0]);
  else
    out = entries(std::move(out), [&](Complex, Index i, Index j) { return in[1](i, j); });
  out.type.dtype = n.type.dtype;
  return out;
}

// Entries of one position one for one in stored order, the shorter list again and again.
Whole one_for_one(const Node& n, const In& in) {
  std::map<std::pair<Index, Index>, std::array<std::vector<std::size_t>, 2>> places;
  for (const std::size_t k : {0U, 1U})
    for (std::size_t p = 0; p < in[k].x.size(); ++p) places[{in[k].i(p), in[k].j(p)}][k].push_back(p);
  Whole out = in[0];
  std::ranges::fill(out.x, 0.0);
  for (const auto& [position, p] : places)
    for (std::size_t k = 0; !p[0].empty() && !p[1].empty() && k < std::max(p[0].size(), p[1].size()); ++k)
      out.x[p[0][k % p[0].size()]] += in[1].x[p[1][k % p[1].size()]];
  out.type.dtype = n.type.dtype;
  return out;
}

constexpr OpCase kCases[]{
    {"at", "A D", [](M& m) { return at(m.sparse(5, 7), m.dense(5, 7)); }},
    {"at", "A v", [](M& m) { return at(m.sparse(5, 7), m.vector(7)); }},
    {"at", "A row", [](M& m) { return at(m.sparse(5, 7), m.dense(1, 7)); }},
    {"at", "A col", [](M& m) { return at(m.sparse(5, 7), m.dense(5, 1)); }},
    {"at", "A s", [](M& m) { return at(m.sparse(5, 7), m.scalar()); }},
    {"at_s_s", "A B", [](M& m) { return at(m.sparse(5, 7), m.sparse(5, 7)); }},
    {"at_s_s", "A, B in the other format", [](M& m) { return at(m.sparse(5, 7), m.other_format(5, 7)); }},
    {"at_s_s", "A on A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return at(A, m.on(A));
     }},
    {"at_s_s", "A, a sum with A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return at(A, add(m.sparse(5, 7), A));
     }},
    {"at_s_s", "A, A sorted",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return at(A, ensure_sorted_indices(A));
     }},
    {"at_s_s", "A sorted, in the other format",
     [](M& m) {
       const Var A = ensure_sorted_indices(m.sparse(5, 7));
       return at(A, as_format(A, flipped(m.format())));
     }},
    {"at_entries", "A on A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return at_entries(A, m.on(A));
     }},
    {"at_entries", "A, A sorted",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return at_entries(A, ensure_sorted_indices(A));
     }},
    {"at_entries", "A, part of A in the other format",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       const Slice rows{1, -1};
       const Var part = as_format(get_item_2d(A, rows), flipped(m.format()));
       return at_entries(A, put_2d(part, A, rows));
     }},
    {"sp_ones_like", "A", [](M& m) { return sp_ones_like(m.sparse(5, 7)); }},
    {"dense_from_sparse", "A structured", [](M& m) { return dense_from_sparse(m.sparse(5, 7)); }},
    {"dense_from_sparse", "A regular", [](M& m) { return dense_from_sparse(m.sparse(5, 7), false); }},
    {"csm", "int32",
     [](M& m) {
       const auto p = m.parts(5, 7, DType::int32);
       return csm(p.data, p.indices, p.indptr, p.shape, p.format);
     }},
    {"csm", "int64",
     [](M& m) {
       const auto p = m.parts(5, 7, DType::int64);
       return csm(p.data, p.indices, p.indptr, p.shape, p.format);
     }},
    {"with_data", "A v",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return with_data(A, m.entries_of(A));
     }},
    {"csm_data", "A", [](M& m) { return csm_data(m.sparse(5, 7)); }},
};

const std::map<std::string_view, Rule> kRules{
    {"at", at_positions},
    {"at_s_s", at_positions},
    {"at_entries", one_for_one},
    {"with_data",
     [](const Node& n, const In& in) {
       Whole out = in[0];
       out.x = in[1].x;
       out.type.dtype = n.type.dtype;
       return out;
     }},
    {"sp_ones_like", elements(one)},
    {"dense_from_sparse", [](const Node&, const In& in) { return densified(in[0]); }},
    {"csm", matrix_of},
    {"csm_data",
     [](const Node&, const In& in) {
       Whole out = dense_zeros(in[0].type.dtype, {static_cast<Index>(in[0].x.size())});
       out.x = in[0].x;
       return out;
     }},
};

}  // namespace

Family patterns() { return {kCases, kRules}; }

}  // namespace spgrad::tests
