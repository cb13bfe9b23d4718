// put_list_entries: entries of the rows that a list has named, added to those that they are copies of.
#include "src/kernels/arithmetic.hpp"
#include "src/ops/parts/lists.hpp"

namespace spgrad {
namespace {

constexpr std::string_view kOtherwise = "put_list_entries: g does not store what get_item_list(A, rows) does";

// add(p, q) for this rank's entries p of A and q of g that is a copy of it. csr: the rows of g have come by those of A.
template <class Add>
void for_copies_in_rows(const RunContext& c, const Sparsity& g, const Sparsity& A, Add add) {
  const Index begin = A.major.begin(A.rank);
  Index k = 0;
  for (const RowAdded& row : rows_added(c.in(1), A.major.size(), begin, A.major.end(A.rank))) {
    const Index of_A = A.indptr[row.to - begin], of_g = g.indptr[k++];
    const Index count = A.indptr[row.to - begin + 1] - of_A;
    require(g.indptr[k] - of_g == count, kOtherwise);
    for (Index e = 0; e < count; ++e) add(of_A + e, of_g + e);
  }
}

// csc: each entry of a column comes as often as the list names its row.
template <class Add>
void for_copies_in_columns(const RunContext& c, const Sparsity& g, const Sparsity& A, Add add) {
  std::vector<Index> times(static_cast<std::size_t>(A.minor.size()));
  for (const Index row : listed_indices(c.in(1), A.minor.size())) ++times[static_cast<std::size_t>(row)];
  Index q = 0;
  for (Index j = 0; j < A.local_majors(); ++j) {
    for (Index p = A.indptr[j]; p < A.indptr[j + 1]; ++p)
      for (Index k = 0; k < times[static_cast<std::size_t>(A.global_minor(A.indices[p]))]; ++k) add(p, q++);
    require(q == g.indptr[j + 1], kOtherwise);
  }
}

}  // namespace

constinit const Op ops::put_list_entries{
    .name = "put_list_entries",
    .inputs = "g rows A",
    .formula = "at every stored entry of A the sum of g's entries that get_item_list(A, rows) takes from it",
    .doc = "What put_list is for entries of positions: g is on the pattern of get_item_list(A, rows).",
    .letters = "ej e ij -> ij",
    .infer = [](const Node& n) -> Type {
      require_list(n.in[1], "rows");
      const Type &g = n.in[0]->type, &A = n.in[2]->type;
      require(A.sparse() && g.format == A.format, "g and A must both be csr or both csc");
      return {promoted_dtype(n), A.format, shape_by_letters(n)};
    },
    .run =
        [](RunContext& c) {
          const Sparsity &g = c.sparsity(0), &A = c.sparsity(2);
          c.zero_out();
          c.dispatch([&]<class T>() {
            const auto add = [from = c.data<T>(0), to = c.out_data<T>()](Index p, Index q) {
              require(q < static_cast<Index>(from.size()), kOtherwise);
              to[p] = kernels::sum(to[p], from[q]);
            };
            c.node().type.format == Format::csr ? for_copies_in_rows(c, g, A, add)
                                                : for_copies_in_columns(c, g, A, add);
          });
        },
    .spread = [](const Node& n) -> Spreads {
      const Rows major = own(major_axis(n.type));
      return {{{n.type.format == Format::csr ? listed() : major, all(), major}, major}};
    },
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      return k == 0 ? at_entries(out->in[0], get_item_list(at(out, g), out->in[1])) : Var{};
    },
    .wants = wants_added,
    .pattern = same(2),
    .grad_kind = GradKind::structured,
    .linear = Linear::each,
    .linear_in = inputs_mask({0}),
    .promotes = inputs_mask({0}),
};

}  // namespace spgrad
