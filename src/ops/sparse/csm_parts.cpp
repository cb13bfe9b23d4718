// csm_indices, csm_indptr, csm_shape: what csm puts together beside the data, as vectors of int32; csm_properties,
// csm_grad, CSR, CSC.
#include <algorithm>
#include <limits>

#include "src/ops/common.hpp"

namespace spgrad {
namespace {

// PyTensor's index vectors are int32.
std::int32_t index32(Index i, std::string_view what) {
  require(i <= std::numeric_limits<std::int32_t>::max(), what, " ", i, " does not fit int32");
  return static_cast<std::int32_t>(i);
}

Type infer(const Node& n) {
  require(n.in[0]->type.sparse(), "A must be csr or csc");
  return {DType::int32, Format::dense, shape_by_letters(n)};
}

}  // namespace

constinit const Op ops::csm_indices{
    .name = "csm_indices",
    .inputs = "A",
    .formula = "the minor index of every stored value of A",
    .doc = "Global indices in stored order, cut as the entries are; moves nothing.",
    .letters = "ij -> e",
    .infer = infer,
    .run =
        [](RunContext& c) {
          const Sparsity& A = c.sparsity(0);
          index32(A.minor.size(), "csm_indices: the size of the minor dimension");
          std::ranges::transform(A.indices, c.out_data<std::int32_t>().begin(),
                                 [&](LocalIndex i) { return static_cast<std::int32_t>(A.global_minor(i)); });
        },
    .spread = [](const Node& n) -> Spreads {
      return {{{own_major(n.in[0])}, entries(0)}};
    },
    .grad_kind = GradKind::none,
    .aliases = {.scipy = "A.indices", .torch = "torch.Tensor.col_indices", .jax = "BCSR.indices"},
};

constinit const Op ops::csm_indptr{
    .name = "csm_indptr",
    .inputs = "A",
    .formula = "where the stored values of every major of A begin, and where the last end",
    .doc =
        "Offsets into csm_data, one more than there are majors: cut as the majors are, and the last rank has the end.",
    .letters = "ij -> p",
    .infer = [](const Node& n) -> Type {
      Type type = infer(n);
      const Index majors = n.in[0]->type.shape[major_axis(n.in[0]->type)];
      type.shape[0] = majors == kUnknown ? kUnknown : majors + 1;
      return type;
    },
    .run =
        [](RunContext& c) {
          const Sparsity& A = c.sparsity(0);
          index32(A.nnz(), "csm_indptr: the number of stored values");
          const std::span<std::int32_t> out = c.out_data<std::int32_t>();
          for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<std::int32_t>(A.entries.begin(A.rank) + A.indptr[i]);
        },
    .spread = [](const Node& n) -> Spreads {
      return {{{own_major(n.in[0])}, fences(0)}};
    },
    .grad_kind = GradKind::none,
    .aliases = {.scipy = "A.indptr", .torch = "torch.Tensor.crow_indices", .jax = "BCSR.indptr"},
};

constinit const Op ops::csm_shape{
    .name = "csm_shape",
    .inputs = "A",
    .formula = "the numbers of A's rows and columns",
    .letters = "ij -> s",
    .infer = [](const Node& n) -> Type {
      Type type = infer(n);
      type.shape[0] = 2;
      return type;
    },
    .run =
        [](RunContext& c) {
          for (const int axis : {0, 1})
            c.out_data<std::int32_t>()[static_cast<std::size_t>(axis)] =
                index32(c.in(0).shape()[axis], "csm_shape: the size");
        },
    .spread = [](const Node& n) -> Spreads {
      return {{{own_major(n.in[0])}, replica()}};
    },
    .grad_kind = GradKind::none,
    .aliases = {.scipy = "A.shape", .torch = "torch.Tensor.shape", .jax = "BCSR.shape", .petsc = "MatGetSize"},
};

Var csm_indices(const Var& A) { return ops::csm_indices(A); }
Var csm_indptr(const Var& A) { return ops::csm_indptr(A); }
Var csm_shape(const Var& A) { return ops::csm_shape(A); }
CsmProperties csm_properties(const Var& A) { return {csm_data(A), csm_indices(A), csm_indptr(A), csm_shape(A)}; }

Var CSR(const Var& data, const Var& indices, const Var& indptr, const Shape& shape) {
  return csm(data, indices, indptr, shape, Format::csr);
}
Var CSC(const Var& data, const Var& indices, const Var& indptr, const Shape& shape) {
  return csm(data, indices, indptr, shape, Format::csc);
}

Var csm_grad(const Var& x_data, const Var& x_indices, const Var& x_indptr, const Shape& shape, const Var& g_data,
             const Var& g_indices, const Var& g_indptr, Format format) {
  const Var x = csm(x_data, x_indices, x_indptr, shape, format), g = csm(g_data, g_indices, g_indptr, shape, format);
  return csm_data(at(x, sum_duplicates(g)));
}

}  // namespace spgrad
