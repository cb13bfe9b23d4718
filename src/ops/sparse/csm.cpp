// csm, csm_data, with_data: a sparse matrix from its parts, and its stored values as a vector.
#include <algorithm>

#include "src/graph/sums.hpp"
#include "src/ops/common.hpp"

namespace spgrad {
namespace {

Type infer_csm(const Node& n) {
  const Type &indices = n.in[1]->type, &indptr = n.in[2]->type;
  for (const Type& t : {indices, indptr})
    require(is_integer(t.dtype), "indices and indptr must be integers, not ", t.dtype);
  static_cast<void>(shape_by_letters(n));  // data and indices are equally long

  const Type type{promoted_dtype(n), format_attr(n), shape_attr(n)};
  const Index majors = type.shape[major_axis(type)];
  require(indptr.shape[0] == kUnknown || indptr.shape[0] == majors + 1, "indptr has ", indptr.shape[0],
          " elements but a ", type.format, " matrix of shape ", type.shape, " needs ", majors + 1);
  return type;
}

// A matrix's majors are cut otherwise than its indptr, which has one element more: the last rank has the fence, and the
// others learn theirs from the first offset of the next one that has any.
struct Offsets {
  Array<Index> indptr;  ///< of this rank's majors, the first 0
  Layout entries;
};

Offsets local_offsets(InspectContext& c, const Layout& major, Index nnz) {
  const int ranks = major.ranks(), rank = c.rank();
  const Value mine = cast(c.cut_like(c.in(2), major.with_fence()), DType::int64);
  const std::span<const Index> offsets = mine.data<Index>();

  const Value first = Value::dense(DType::int64, {ranks}, 0, Layout::even(ranks, ranks), rank);
  first.data<Index>()[0] = offsets.empty() ? -1 : offsets[0];
  const Value firsts = c.whole(first);
  std::vector<Index> cuts(firsts.data<Index>().begin(), firsts.data<Index>().end());
  for (int r = ranks - 2; r >= 0; --r)
    if (major.count(r) == 0) cuts[r] = cuts[r + 1];
  cuts.push_back(nnz);
  require(cuts[0] == 0, "indptr starts with ", cuts[0], ", not 0");
  const auto falls = std::ranges::is_sorted_until(cuts);
  require(falls == cuts.end(), "indptr falls below ", falls == cuts.end() ? 0 : falls[-1], ", or exceeds the ", nnz,
          " indices");

  std::vector<Index> indptr;
  for (Index i = 0; i <= major.count(rank); ++i)
    indptr.push_back((i < static_cast<Index>(offsets.size()) ? offsets[i] : cuts[rank + 1]) - cuts[rank]);
  return {std::move(indptr), Layout(std::move(cuts))};
}

// The pattern depends on data, so all of it comes anew with every call: the stored values move as the indices do.
Inspection build(InspectContext& c) {
  const int major = major_axis(c.node().type);
  const Layout rows = c.layout(major);
  const Offsets offsets = local_offsets(c, rows, c.in(1).shape()[0]);
  const Value minors = cast(c.cut_like(c.in(1), offsets.entries), DType::int64);
  const Value data = c.cut_like(c.in(0), offsets.entries);
  return {c.make(rows, c.layout(1 - major), offsets.indptr, minors.data<Index>()), std::make_shared<Value>(data)};
}

}  // namespace

constinit const Op ops::csm{
    .name = "csm",
    .inputs = "data indices indptr",
    .attributes = "shape format",
    .formula = "the matrix of these stored values, global minor indices and offsets",
    .doc =
        "The parts may be cut in any way. Unsorted indices, duplicates and explicit zeros stay as they are. Only data "
        "has a gradient.",
    .letters = "e e p -> ij",
    .infer = infer_csm,
    .run =
        [](RunContext& c) {
          c.set_out(c.out().with_data(static_cast<const Value*>(c.inspection().extra.get())->buffer()));
        },
    .spread = [](const Node& n) -> Spreads {
      Spreads spreads;
      for (const Rows& e : {own(), all()})
        for (const Rows& p : {own(), all()}) spreads.push_back({{e, e, p}, own(major_axis(n.type))});
      return spreads;
    },
    .vjp = [](const Var& out, const Var& g, int k) -> Var { return k == 0 ? csm_data(at(out, g)) : Var{}; },
    // On the very Sparsity of the matrix: a second one would not know entry from entry.
    .jvp = [](const Var& out, const Vars& t) -> Var { return with_data(out, t[0]); },
    .inspect = build,
    .pattern = from_data(),
    .grad_kind = GradKind::structured,
    .promotes = inputs_mask({0}),
    .aliases = {.scipy = "scipy.sparse.csr_array((data, indices, indptr))",
                .torch = "torch.sparse_csr_tensor",
                .jax = "jax.experimental.sparse.BCSR",
                .petsc = "MatCreateMPIAIJWithArrays"},
};

constinit const Op ops::csm_data{
    .name = "csm_data",
    .inputs = "A",
    .formula = "A's stored values",
    .doc = "In stored order, cut as the entries are; moves nothing.",
    .letters = "ij -> e",
    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.sparse(), "A must be csr or csc");
      return dense_type(n);
    },
    .run = [](RunContext& c) { c.set_out(c.out().with_data(c.in(0).buffer())); },
    .elementwise = true,
    .spread = [](const Node& n) -> Spreads {
      return {{{own_major(n.in[0])}, entries(0)}};
    },
    .vjp = [](const Var& out, const Var& g, int) -> Var { return with_data(out->in[0], g); },
    .jvp = [](const Var& out, const Vars& t) -> Var {
      return csm_data(at(out->in[0], entry_tangent(out->in[0], t[0])));
    },
    .grad_kind = GradKind::structured,
    .linear = Linear::each,
    .aliases = {.scipy = "A.data", .torch = "torch.Tensor.values", .jax = "BCSR.data", .petsc = "MatSeqAIJGetArray"},
};

constinit const Op ops::with_data{
    .name = "with_data",
    .inputs = "A v",
    .formula = "A's Sparsity with the stored values v",
    .doc = "v has one element per stored entry of A, in stored order; A's own values are not used.",
    .letters = "ij e -> ij",
    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.sparse() && !n.in[1]->type.sparse(), "A must be sparse and v dense");
      return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
    },
    .run =
        [](RunContext& c) {
          require(c.in(1).shape()[0] == c.sparsity(0).nnz(), "with_data: v has ", c.in(1).shape()[0],
                  " elements but A stores ", c.sparsity(0).nnz());
          c.set_out(c.out().with_data(c.in(1).buffer()));
        },
    .elementwise = true,
    .spread = [](const Node& n) -> Spreads {
      const Rows major = own_major(n.in[0]);
      return {{{major, entries(0)}, major}};
    },
    .vjp = [](const Var& out, const Var& g, int k) -> Var { return k == 0 ? Var{} : csm_data(at(out->in[0], g)); },
    .pattern = same(0),
    .grad_kind = GradKind::structured,
    .linear = Linear::each,
    .linear_in = inputs_mask({1}),
    .promotes = inputs_mask({1}),
};

Var csm_data(const Var& A) { return ops::csm_data(A); }
Var with_data(const Var& A, const Var& v) { return ops::with_data(A, v); }

Var csm(const Var& data, const Var& indices, const Var& indptr, const Shape& shape, Format format) {
  require(shape.ndim() == 2 && shape.known(), "csm: both sizes must be given, not ", shape);
  require(format != Format::dense, "csm: the format must be csr or csc");
  return apply(ops::csm, {data, indices, indptr},
               {{"shape", std::vector<Index>{shape[0], shape[1]}}, {"format", std::string(name(format))}});
}

}  // namespace spgrad
