// as_format: csr <-> csc.
#include "src/ops/common.hpp"

namespace spgrad {

constinit const Op ops::as_format{
    .name = "as_format",
    .inputs = "A",
    .attributes = "format",
    .formula = "A",
    .doc = "In the format that the attribute says; duplicates and explicit zeros stay, minors ascend.",
    .letters = "ij -> ij",
    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.sparse(), "A must be csr or csc");
      return {promoted_dtype(n), format_attr(n), shape_by_letters(n)};
    },
    .run = [](RunContext& c) { c.set_out(c.in(0)); },
    .spread = [](const Node& n) -> Spreads {
      const Rows major = own(major_axis(n.type));  // A comes turned
      return {{{major}, major}};
    },
    // What is on the result's Sparsity comes back on A's: entries of one position keep theirs.
    .vjp = [](const Var& out, const Var& g, int) -> Var {
      const Var& A = out->in[0];
      return g->type.sparse() ? entry_for_entry(spgrad::as_format(g, A->type.format), A, g, out) : g;
    },
    .inspect = [](InspectContext& c) -> Inspection {
      return {c.in(0).sparsity(), nullptr};
    },
    .pattern = structural(),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .aliases = {.scipy = "A.asformat", .torch = "torch.Tensor.to_sparse_csc", .petsc = "MatConvert"},
};

Var as_format(const Var& A, Format format) {
  require(format != Format::dense, "as_format: the format must be csr or csc");
  if (A->type.format == format) return A;
  return apply(ops::as_format, {A}, {{"format", std::string(name(format))}});
}

}  // namespace spgrad
