// get_item_list, put_list: rows of a sparse matrix by an integer vector; rows added to those that it names. Those of a
// dense one are take and put_rows.
#include <algorithm>

#include "src/graph/walk.hpp"
#include "src/kernels/arithmetic.hpp"
#include "src/ops/cut.hpp"
#include "src/ops/parts/lists.hpp"
#include "src/ops/parts/slicing.hpp"

namespace spgrad {
namespace {

using Sources = std::vector<Index>;  // the operand's entry of each of the result's

// csc: the list is here, and each column's entries come as often as it names their row.
Inspection inspect_list(InspectContext& c) {
  const SparsityPtr& s = c.in(0).sparsity();
  if (c.node().type.format == Format::csr) return {s, nullptr};
  std::vector<std::vector<Index>> places(static_cast<std::size_t>(s->minor.size()));  // of each row in the list
  const auto rows = listed_indices(c.in(1), s->minor.size());
  for (std::size_t r = 0; r < rows.size(); ++r) places[rows[r]].push_back(static_cast<Index>(r));
  const auto sources = std::make_shared<Sources>();
  std::vector<Index> indptr{0}, minors;
  for (Index j = 0; j < s->local_majors(); ++j) {
    for (Index p = s->indptr[j]; p < s->indptr[j + 1]; ++p)
      for (const Index r : places[s->global_minor(s->indices[p])]) {
        minors.push_back(r);
        sources->push_back(p);
      }
    indptr.push_back(static_cast<Index>(minors.size()));
  }
  return {c.make(s->major, c.layout(0), std::move(indptr), minors), sources};
}

void run_list(RunContext& c) {
  const auto* sources = static_cast<const Sources*>(c.inspection().extra.get());
  if (sources == nullptr) return c.set_out(c.out().with_data(c.in(0).buffer()));
  c.dispatch([&]<class T>() {
    T* out = c.out_data<T>().data();
    for (const Index p : *sources) *out++ = c.data<T>(0)[p];
  });
}

// csr: the rows come as they are listed. A list of one is whole.
Spreads spread_list(const Node& n) {
  if (n.type.format == Format::csc) return {{{own(1), all()}, own(1)}};
  return {{{listed(), unless_one(n.in[1]->type, own())}, own()}};
}

// The entry of the result to which each entry of g is added: those of one position in one.
Inspection inspect_put(InspectContext& c) {
  const Sparsity& s = *c.in(0).sparsity();
  const bool csr = c.node().type.format == Format::csr;
  const Layout majors = c.layout(csr ? 0 : 1), minors = c.layout(csr ? 1 : 0);
  const Index begin = majors.begin(c.rank()), end = majors.end(c.rank());
  const auto added = csr ? rows_added(c.in(1), majors.size(), begin, end) : std::vector<RowAdded>{};
  const auto rows = csr ? std::vector<Index>{} : listed_indices(c.in(1), minors.size());
  const auto targets = std::make_shared<std::vector<Index>>(s.indices.size());

  struct Source {
    Index minor, entry;
  };
  std::vector<Source> line;
  const auto collect = [&](Index k) {
    for (Index p = s.indptr[k]; p < s.indptr[k + 1]; ++p) {
      const Index j = s.global_minor(s.indices[p]);
      line.push_back({csr ? j : rows[j], p});
    }
  };
  std::vector<Index> indptr{0}, out;
  std::size_t next = 0;  // csr: of `added`, whose rows have come in its order
  for (Index i = begin; i < end; ++i) {
    line.clear();
    if (!csr) collect(i - begin);
    for (; csr && next < added.size() && added[next].to == i; ++next) collect(static_cast<Index>(next));
    std::ranges::stable_sort(line, {}, &Source::minor);
    for (const Source& x : line) {
      if (static_cast<Index>(out.size()) == indptr.back() || out.back() != x.minor) out.push_back(x.minor);
      (*targets)[x.entry] = static_cast<Index>(out.size()) - 1;
    }
    indptr.push_back(static_cast<Index>(out.size()));
  }
  return {c.make(majors, minors, std::move(indptr), out), targets};
}

void run_put(RunContext& c) {
  const auto& targets = *static_cast<const std::vector<Index>*>(c.inspection().extra.get());
  c.zero_out();
  c.dispatch([&]<class T>() {
    const std::span<const T> g = c.data<T>(0);
    const std::span<T> out = c.out_data<T>();
    for (std::size_t p = 0; p < g.size(); ++p) out[targets[p]] = kernels::sum(out[targets[p]], g[p]);
  });
}

Type infer(const Node& n) {
  require(n.in[0]->type.sparse(), "the matrix must be csr or csc");
  require_list(n.in[1], "rows");
  return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
}

}  // namespace

constinit const Op ops::get_item_list{
    .name = "get_item_list",
    .inputs = "A rows",
    .formula = "A[rows], rows an integer vector",
    .doc =
        "Rows in any order; repeated ones add in the gradient, negative ones count from the end. The result is cut as "
        "the list is. Of a dense A: take.",
    .letters = "ij e -> ej",
    .infer = infer,
    .run = run_list,
    .spread = spread_list,
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      const Var &A = out->in[0], &rows = out->in[1];
      if (k == 1) return {};
      const bool own = g->type.sparse() && pattern_root(g) == pattern_root(out);
      return own ? ops::put_list_entries(g, rows, A) : spgrad::put_list(full_size(g, out), rows, A);
    },
    .inspect = inspect_list,
    .wants = wants_listed,
    .pattern = from_data(),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .linear_in = inputs_mask({0}),
    .promotes = inputs_mask({0}),
    .aliases = {.scipy = "A[rows]",
                .torch = "torch.index_select",
                .jax = "jax.numpy.take",
                .petsc = "MatCreateSubMatrix"},
};

constinit const Op ops::put_list{
    .name = "put_list",
    .inputs = "g rows A",
    .formula = "zeros of A's shape, with row r of g added to row rows[r]",
    .doc =
        "The transpose of get_item_list; entries of one position are summed, A's values are not used. Of "
        "a dense g: put_rows.",
    .letters = "ej e ij -> ij",
    .infer = infer,
    .run = run_put,
    .spread = [](const Node& n) -> Spreads {
      const Rows major = own_major(n.in[0]);
      return {{{major == own(0) ? listed() : major, all(), anywhere()}, major}};
    },
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      return k == 0 ? spgrad::get_item_list(full_size(g, out), out->in[1]) : Var{};
    },
    .inspect = inspect_put,
    .wants = wants_added,
    .pattern = from_data(),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .linear_in = inputs_mask({0}),
    .promotes = inputs_mask({0}),
    .aliases = {.scipy = "numpy.add.at", .torch = "torch.index_add", .jax = "Z.at[rows].add(g)"},
};

Var get_item_list(const Var& A, const Var& rows) {
  return A->type.sparse() ? ops::get_item_list(A, rows) : take(A, rows);
}
Var put_list(const Var& g, const Var& rows, const Var& A) {
  return g->type.sparse() ? ops::put_list(g, rows, A) : put_rows(g, rows, A);
}

}  // namespace spgrad
