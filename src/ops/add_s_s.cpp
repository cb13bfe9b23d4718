// add_s_s: the sum of two sparse matrices, on the union of their patterns.
#include <algorithm>

#include "src/kernels/arithmetic.hpp"
#include "src/ops/common.hpp"

namespace spgrad {
namespace {

// The entry of the result to which each entry of A and of B is added.
struct UnionMaps {
  std::vector<Index> A, B;
};

struct Source {
  Index minor;
  Index* to;
};

void collect(const Sparsity& s, Index i, std::vector<Index>& map, std::vector<Source>& row) {
  for (Index p = s.indptr[i]; p < s.indptr[i + 1]; ++p) row.push_back({s.global_minor(s.indices[p]), &map[p]});
}

Inspection unite(InspectContext& c) {
  const Sparsity &A = *c.in(0).sparsity(), &B = *c.in(1).sparsity();
  const bool one_pattern = &A == &B || A.fingerprint == B.fingerprint;
  if (one_pattern && (A.unique || c.node().has("by_entry"))) return {c.in(0).sparsity(), nullptr};
  require_one_entry_each(c.node(), A);
  require(A.major == B.major, "A and B are cut differently");

  const auto maps = std::make_shared<UnionMaps>();
  maps->A.resize(A.indices.size());
  maps->B.resize(B.indices.size());
  std::vector<Index> indptr{0}, minors;
  std::vector<Source> row;
  for (Index i = 0; i < A.local_majors(); ++i) {
    row.clear();
    collect(A, i, maps->A, row);
    collect(B, i, maps->B, row);
    std::ranges::sort(row, {}, &Source::minor);
    for (const Source& source : row) {
      const bool first = static_cast<Index>(minors.size()) == indptr.back();
      if (first || minors.back() != source.minor) minors.push_back(source.minor);
      *source.to = static_cast<Index>(minors.size()) - 1;
    }
    indptr.push_back(static_cast<Index>(minors.size()));
  }
  return {c.make(A.major, A.minor, std::move(indptr), minors), maps};
}

template <class T>
void add_mapped(std::span<const T> data, std::span<const Index> map, T* out) {
  for (std::size_t p = 0; p < data.size(); ++p) out[map[p]] = kernels::sum(out[map[p]], data[p]);
}

void run(RunContext& c) {
  const auto* maps = static_cast<const UnionMaps*>(c.inspection().extra.get());
  if (maps != nullptr) c.zero_out();
  c.dispatch([&]<class T>() {
    const std::span<const T> a = c.data<T>(0), b = c.data<T>(1);
    T* const out = c.out_data<T>().data();
    if (maps == nullptr) {
      std::ranges::transform(a, b, out, [](T x, T y) { return kernels::sum(x, y); });
    } else {
      add_mapped<T>(a, maps->A, out);
      add_mapped<T>(b, maps->B, out);
    }
  });
}

}  // namespace

constinit const Op ops::add_s_s{
    .name = "add_s_s",
    .inputs = "A B",
    .formula = "A + B",
    .doc =
        "On the union of the patterns, in A's format; duplicates are merged and exact zeros are kept. If A and B have "
        "one pattern without duplicates, the result has it too; with the attribute by_entry (gradients) also one with "
        "duplicates.",
    .letters = "ij ij -> ij",
    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.sparse() && n.in[1]->type.sparse(), "A and B must be csr or csc");
      return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
    },
    .run = run,
    .spread = [](const Node& n) -> Spreads {
      const Rows major = own_major(n.in[0]);
      return {{{major, major}, major}};
    },
    .vjp = [](const Var&, const Var& g, int) -> Var { return g; },
    .inspect = unite,
    .pattern = structural(),
    .grad_kind = GradKind::regular,
    .linear = Linear::jointly,
    .aliases = {.scipy = "A + B", .torch = "torch.add", .petsc = "MatAXPY"},
};

}  // namespace spgrad
