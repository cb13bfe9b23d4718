// What a sparse matrix stores: taken apart, cleaned, made of a dense value or of a diagonal.
#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

// The entries p of A for which keep(p) holds, in order.
template <class F>
Whole some(const Whole& A, F keep) {
  Whole out{A.type, {}, {}};
  Positions at;
  for (std::size_t p = 0; p < A.x.size(); ++p) {
    if (!keep(p)) continue;
    out.x.push_back(A.x[p]);
    at.major.push_back(A.at->major[p]);
    at.minor.push_back(A.at->minor[p]);
  }
  out.at = std::make_shared<Positions>(std::move(at));
  return out;
}

Whole all_entries(const Whole& D, Format format) {
  Whole out{D.type, {}, {}};
  out.type.format = format;
  Positions at;
  const bool csr = format == Format::csr;
  for (Index k = 0; k < (csr ? D.rows() : D.columns()); ++k)
    for (Index l = 0; l < (csr ? D.columns() : D.rows()); ++l) {
      out.x.push_back(csr ? D(k, l) : D(l, k));
      at.major.push_back(k);
      at.minor.push_back(l);
    }
  out.at = std::make_shared<Positions>(std::move(at));
  return out;
}

Whole nonzeros(const Whole& A) {
  return some(A, [&](std::size_t p) { return A.x[p] != 0.0; });
}

Whole summed(const Whole& A) {
  const Whole sorted = in_canonical_order(A);
  Whole out = some(sorted, [&](std::size_t p) {
    return p == 0 || sorted.at->major[p] != sorted.at->major[p - 1] || sorted.at->minor[p] != sorted.at->minor[p - 1];
  });
  out.x = at_entries(A, out);
  return out;
}

Whole whole_vector(const std::vector<Index>& x) {
  Whole out = dense_zeros(DType::int32, {static_cast<Index>(x.size())});
  std::ranges::transform(x, out.x.begin(), [](Index i) { return Complex(static_cast<double>(i)); });
  return out;
}

Whole offsets(const Node&, const In& in) {
  std::vector<Index> indptr(static_cast<std::size_t>(in[0].type.shape[in[0].type.format == Format::csr ? 0 : 1]) + 1);
  for (const Index k : in[0].at->major)
    for (auto later = static_cast<std::size_t>(k) + 1; later < indptr.size(); ++later) ++indptr[later];
  return whole_vector(indptr);
}

constexpr OpCase kCases[]{
    {"sp_zeros_like", "A", [](M& m) { return sp_zeros_like(m.sparse(5, 7)); }},
    {"remove0", "A", [](M& m) { return remove0(m.sparse(5, 7)); }},
    {"remove0", "A without zeros", [](M& m) { return remove0(m.sparse(5, 7, M::positive)); }},
    {"nonzeros_of", "A, x on A",
     [](M& m) {
       const Var A = m.sparse(5, 7, M::between);
       return ops::nonzeros_of(floor(real(A)), m.on(A));
     }},
    {"put_nonzeros", "A, nonzeros of x on A",
     [](M& m) {
       const Var A = m.sparse(5, 7, M::between), B = floor(real(A));
       return ops::put_nonzeros(B, ops::nonzeros_of(B, m.on(A)));
     }},
    {"sqr", "remove0(A without zeros)", [](M& m) { return sqr(remove0(m.sparse(5, 7, M::positive))); }},
    {"ensure_sorted_indices", "A", [](M& m) { return ensure_sorted_indices(m.sparse(5, 7)); }},
    {"ensure_sorted_indices", "remove0(A)", [](M& m) { return clean(m.sparse(5, 7)); }},
    {"sum_duplicates", "A", [](M& m) { return sum_duplicates(m.sparse(5, 7)); }},
    {"sparse_from_dense", "D", [](M& m) { return sparse_from_dense(m.dense(5, 7), m.format()); }},
    {"sparse_from_dense", "D csc", [](M& m) { return csc_from_dense(m.dense(5, 7)); }},
    {"sparse_from_dense", "v", [](M& m) { return csr_from_dense(m.vector(7)); }},
    {"sparse_from_dense", "v csc", [](M& m) { return csc_from_dense(m.vector(7)); }},
    {"sparse_from_dense", "dense of A", [](M& m) { return csr_from_dense(dense_from_sparse(m.sparse(5, 7), false)); }},
    {"diag", "A", [](M& m) { return diag(m.sparse(5, 5)); }},
    {"square_diagonal", "v", [](M& m) { return square_diagonal(m.vector(7)); }},
    {"csm_indices", "A", [](M& m) { return csm_indices(m.sparse(5, 7)); }},
    {"csm_indptr", "A", [](M& m) { return csm_indptr(m.sparse(5, 7)); }},
    {"csm_shape", "A", [](M& m) { return csm_shape(m.sparse(5, 7)); }},
};

const std::map<std::string_view, Rule> kRules{
    {"sp_zeros_like", [](const Node&, const In& in) { return some(in[0], [](std::size_t) { return false; }); }},
    {"remove0", [](const Node&, const In& in) { return nonzeros(in[0]); }},
    {"nonzeros_of",
     [](const Node&, const In& in) { return some(in[1], [&](std::size_t p) { return in[0].x[p] != 0.0; }); }},
    {"put_nonzeros",
     [](const Node&, const In& in) -> Whole {
       std::size_t q = 0;
       Whole out = entries(in[0], [&](Complex x, Index, Index) { return x == 0.0 ? x : in[1].x.at(q++); });
       out.type.dtype = in[1].type.dtype;
       return out;
     }},
    {"ensure_sorted_indices", [](const Node&, const In& in) { return in_canonical_order(in[0]); }},
    {"sum_duplicates", [](const Node&, const In& in) { return summed(in[0]); }},
    {"sparse_from_dense", [](const Node& n, const In& in) { return nonzeros(all_entries(in[0], n.type.format)); }},
    {"diag",
     [](const Node&, const In& in) {
       const Whole x = wide(in[0]);
       return made({x.rows()}, [&](Index, Index i) { return x(i, i); });
     }},
    {"square_diagonal",
     [](const Node&, const In& in) {
       Whole out = in[0];
       std::vector<Index> i(out.x.size());
       for (std::size_t k = 0; k < i.size(); ++k) i[k] = static_cast<Index>(k);
       out.type = {out.type.dtype, Format::csc, {out.columns(), out.columns()}};
       out.at = std::make_shared<Positions>(Positions{i, i});
       return out;
     }},
    {"csm_indices", [](const Node&, const In& in) { return whole_vector(in[0].at->minor); }},
    {"csm_indptr", offsets},
    {"csm_shape",
     [](const Node&, const In& in) {
       return whole_vector({in[0].rows(), in[0].columns()});
     }},
};

}  // namespace

Family structure() { return {kCases, kRules}; }

}  // namespace spgrad::tests
