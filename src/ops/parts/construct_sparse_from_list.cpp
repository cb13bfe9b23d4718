// construct_sparse_from_list: the rows of a dense matrix as listed rows of a sparse one.
#include <algorithm>

#include "src/graph/walk.hpp"
#include "src/ops/cut.hpp"
#include "src/ops/parts/lists.hpp"
#include "src/ops/parts/slicing.hpp"

namespace spgrad {
namespace {

// Every column stores the listed rows, in the list's order.
Inspection inspect(InspectContext& c) {
  const Layout columns = c.layout(1), rows = c.layout(0);
  const auto list = listed_indices(c.in(2), rows.size());
  std::vector<Index> indptr{0}, minors;
  for (Index j = 0; j < columns.count(c.rank()); ++j) {
    minors.insert(minors.end(), list.begin(), list.end());
    indptr.push_back(static_cast<Index>(minors.size()));
  }
  return {c.make(columns, rows, std::move(indptr), minors), nullptr};
}

}  // namespace

constinit const Op ops::construct_sparse_from_list{
    .name = "construct_sparse_from_list",
    .inputs = "X V i",
    .formula = "csc zeros of X's shape, with row r of V as row i[r]",
    .doc =
        "All of V is stored, zeros too; rows of one number are duplicates. V comes cut by columns, where nothing more "
        "has to move. Of X only the shape is used.",
    .letters = "mj rj r -> mj",
    .infer = [](const Node& n) -> Type {
      require(!n.in[1]->type.sparse(), "V must be dense");
      require_list(n.in[2], "i");
      return {promoted_dtype(n), Format::csc, shape_by_letters(n)};
    },
    .run = [](RunContext& c) { c.set_out(c.out().with_data(c.in(1).buffer())); },
    .spread = [](const Node& n) -> Spreads {
      return {{{anywhere(), unless_one(n.in[1]->type, own(1)), all()}, own(1)}};
    },
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      if (k != 1) return {};
      if (g->type.sparse() && pattern_root(g) == pattern_root(out)) return ops::listed_values(g, out->in[2]);
      const Var rows = spgrad::get_item_list(full_size(g, out), out->in[2]);
      return rows->type.sparse() ? spgrad::dense_from_sparse(rows, false) : rows;
    },
    .inspect = inspect,
    .pattern = from_data(),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .linear_in = inputs_mask({1}),
    .promotes = inputs_mask({1}),
    .aliases = {.scipy = "Z[i] = V"},
};

constinit const Op ops::listed_values{
    .name = "listed_values",
    .inputs = "A i",
    .formula = "the V of which construct_sparse_from_list(A, V, i) makes A",
    .doc = "Every column of A must store as many entries as i has elements. The values stay where they are.",
    .letters = "mj r -> rj",
    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.format == Format::csc, "A must be csc");
      require_list(n.in[1], "i");
      return dense_type(n);
    },
    .run =
        [](RunContext& c) {
          c.zero_out();
          c.dispatch([&]<class T>() {
            const std::span<const T> entries = c.data<T>(0);
            require(static_cast<Index>(entries.size()) == c.sparsity(0).local_majors() * c.out().shape()[0],
                    "listed_values: columns of A store other numbers of entries than ", c.out().shape()[0]);
            std::ranges::copy(entries, c.out_data<T>().begin());
          });
        },
    .spread = [](const Node& n) -> Spreads {
      return {{{own(1), all()}, unless_one(n.type, own(1))}};
    },
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      const Var &A = out->in[0], &i = out->in[1];
      return k == 0 ? at_entries(A, construct_sparse_from_list(A, full_size(g, out), i)) : Var{};
    },
    .grad_kind = GradKind::structured,
    .linear = Linear::each,
    .linear_in = inputs_mask({0}),
    .promotes = inputs_mask({0}),
};

Var construct_sparse_from_list(const Var& X, const Var& V, const Var& i) {
  return ops::construct_sparse_from_list(X, V, i);
}

}  // namespace spgrad
