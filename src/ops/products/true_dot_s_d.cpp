// true_dot_s_d: the product of a sparse and a dense matrix, stored as a sparse one.
#include <numeric>

#include "src/ops/products/product.hpp"

namespace spgrad {
namespace {

// Offsets of the majors that have entries, without the others.
Array<Index> stored_majors(const Sparsity& A) {
  std::vector<Index> indptr(A.indptr.begin(), A.indptr.end());
  indptr.erase(std::unique(indptr.begin(), indptr.end()), indptr.end());
  return indptr;
}

struct Operands {
  int sparse, dense;
  int axis;  ///< of the result and of both operands: rows of A D, columns of D A
};
Operands operands(const Node& n) { return n.in[0]->type.sparse() ? Operands{0, 1, 0} : Operands{1, 0, 1}; }

Inspection inspect(InspectContext& c) {
  const Operands o = operands(c.node());
  const Sparsity& A = *c.in(o.sparse).sparsity();
  const Layout across = c.layout(1 - o.axis);
  std::vector<Index> indptr{0};
  for (Index i = 0; i < A.local_majors(); ++i)
    indptr.push_back(indptr.back() + (A.indptr[i] < A.indptr[i + 1] ? across.size() : 0));
  std::vector<Index> minors(static_cast<std::size_t>(indptr.back()));
  for (auto at = minors.begin(); at != minors.end(); at += across.size()) std::iota(at, at + across.size(), Index{0});
  return {c.make(A.major, across, std::move(indptr), minors), std::make_shared<Array<Index>>(stored_majors(A))};
}

void run(RunContext& c) {
  const Operands o = operands(c.node());
  const auto& majors = *static_cast<const Array<Index>*>(c.inspection().extra.get());
  const auto rows = static_cast<Index>(majors.size()) - 1;
  c.dispatch([&]<class T>() {
    const auto D = c.rows<T>(o.dense, o.axis);
    kernels::spmm<T>({majors, c.sparsity(o.sparse).indices, c.data<T>(o.sparse).data()}, D, T(1), false,
                     {c.out_data<T>().data(), nullptr, rows, rows, D.cols}, c.poll());
  });
}

}  // namespace

constinit const Op ops::true_dot_s_d{
    .name = "true_dot_s_d",
    .inputs = "x y",
    .attributes = "grad_preserves_dense",
    .formula = "x y, sparse",
    .doc =
        "true_dot of a sparse and a dense matrix. Of A D the rows in which A stores entries are stored, all of each, "
        "as "
        "csr; of D A the columns, as csc. Attribute grad_preserves_dense: false makes the gradient of the dense "
        "operand "
        "from a sparse cotangent as a sparse product; grad() hands it over dense.",
    .letters = "ij jk -> ik",
    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.sparse() != n.in[1]->type.sparse(), "one of x and y must be sparse, the other dense");
      return {promoted_dtype(n), operands(n).axis == 0 ? Format::csr : Format::csc, shape_by_letters(n)};
    },
    .run = run,
    .spread = [](const Node& n) -> Spreads {
      const Operands o = operands(n);
      Spread s{std::vector<Rows>(2, own(o.axis)), own(o.axis)};
      Rows& D = s.in[static_cast<std::size_t>(o.dense)];
      D = unless_one(n.in[static_cast<std::size_t>(o.dense)]->type, ghost(o.sparse, o.axis));
      return {s};
    },
    .vjp = sparse_product_vjp,
    .inspect = inspect,
    .pattern = structural(),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
};

}  // namespace spgrad
