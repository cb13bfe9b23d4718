// diag, square_diagonal: the diagonal of a matrix as a vector, and a vector as the diagonal of one.
#include <numeric>

#include "src/kernels/arithmetic.hpp"
#include "src/ops/cut.hpp"

namespace spgrad {
namespace {

template <class T>
void add_diagonal(const Sparsity& A, std::span<const T> data, T* out) {
  for (Index i = 0; i < A.local_majors(); ++i)
    for (Index p = A.indptr[i]; p < A.indptr[i + 1]; ++p)
      if (A.global_minor(A.indices[p]) == A.major.begin(A.rank) + i) out[i] = kernels::sum(out[i], data[p]);
}

}  // namespace

constinit const Op ops::diag{
    .name = "diag",
    .inputs = "A",
    .formula = "A_ii for every i",
    .doc = "A is square. What is not stored is 0, duplicates are summed.",
    .letters = "ij -> i",

    .infer = [](const Node& n) -> Type {
      const Type& A = n.in[0]->type;
      require(A.sparse(), "A must be csr or csc");
      require(!A.shape.known() || A.shape[0] == A.shape[1], "A must be square, but has ", A.shape[0], " rows and ",
              A.shape[1], " columns");
      return dense_type(n);
    },
    .run =
        [](RunContext& c) {
          const Sparsity& A = c.sparsity(0);
          require(A.major.size() == A.minor.size(), "diag: A must be square, but has ", c.in(0).shape()[0],
                  " rows and ", c.in(0).shape()[1], " columns");
          c.zero_out();
          c.dispatch([&]<class T>() { add_diagonal<T>(A, c.data<T>(0), result_rows<T>(c, 0).own); });
        },
    .spread = [](const Node& n) -> Spreads {
      return {{{own()}, unless_one(n.type, own())}};
    },
    .vjp = [](const Var&, const Var& g, int) -> Var { return square_diagonal(g); },

    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .aliases = {.scipy = "A.diagonal", .torch = "torch.diagonal", .petsc = "MatGetDiagonal"},
};

constinit const Op ops::square_diagonal{
    .name = "square_diagonal",
    .inputs = "v",
    .formula = "the n x n matrix with v on its diagonal",
    .doc = "csc, and rows and columns are cut as v is. Zeros are stored, too.",
    .letters = "i -> ii",

    .infer = [](const Node& n) -> Type {
      require(!n.in[0]->type.sparse(), "v must be dense");
      return {promoted_dtype(n), Format::csc, shape_by_letters(n)};
    },
    .run = [](RunContext& c) { c.set_out(c.out().with_data(c.in(0).buffer())); },
    .spread = [](const Node& n) -> Spreads {
      return {{{unless_one(n.in[0]->type, own())}, own(1)}};
    },
    .vjp = [](const Var& out, const Var& g, int) -> Var { return spgrad::diag(at(out, g)); },

    .inspect = [](InspectContext& c) -> Inspection {
      const Layout majors = c.layout(1);
      const auto n = static_cast<std::size_t>(majors.count(c.rank()));
      std::vector<Index> indptr(n + 1), minors(n);
      std::iota(indptr.begin(), indptr.end(), Index{0});
      std::iota(minors.begin(), minors.end(), majors.begin(c.rank()));
      return {c.make(majors, c.layout(0), std::move(indptr), minors), nullptr};
    },
    .pattern = structural(),
    .linear = Linear::each,
    .aliases = {.scipy = "scipy.sparse.diags_array", .torch = "torch.diag", .petsc = "MatDiagonalSet"},
};

// A matrix and its transpose have one diagonal: a csc one is read as the csr of its transpose, and not turned.
Var diag(const Var& A) { return ops::diag(A->type.format == Format::csc ? T(A) : A); }
Var square_diagonal(const Var& v) { return ops::square_diagonal(v); }

}  // namespace spgrad
