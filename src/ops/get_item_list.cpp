// get_item_list, put_list: rows by an integer vector; rows added to those that it names.
#include <algorithm>

#include "src/graph/walk.hpp"
#include "src/kernels/arithmetic.hpp"
#include "src/ops/cut.hpp"
#include "src/ops/lists.hpp"
#include "src/ops/slicing.hpp"

namespace spgrad {

void require_list(const Var& list, std::string_view name) {
  require(is_integer(list->type.dtype) && !list->type.sparse(), name, " must be a vector of integers");
}

std::vector<Index> counted_from_end(const Value& list, Index size) {
  const Value wide = cast(list, DType::int64);
  std::vector<Index> out(wide.data<Index>().begin(), wide.data<Index>().end());
  for (Index& i : out) i = i < 0 ? i + size : i;
  return out;
}

std::vector<Index> listed_indices(const Value& list, Index size) {
  auto out = counted_from_end(list, size);
  for (const Index i : out)
    require(i >= 0 && i < size, "index ", i < 0 ? i - size : i, " is out of range ", -size, " .. ", size - 1);
  return out;
}

std::vector<RowAdded> rows_added(const Value& list, Index size, Index begin, Index end) {
  std::vector<RowAdded> found;
  const auto rows = listed_indices(list, size);
  for (std::size_t r = 0; r < rows.size(); ++r)
    if (rows[r] >= begin && rows[r] < end) found.push_back({rows[r], static_cast<Index>(r)});
  std::ranges::sort(found);
  return found;
}

std::vector<Index> wants_added(const WantContext& c, int) {
  std::vector<Index> need;
  for (const RowAdded& row : rows_added(c.in[1].own, c.layout.size(), c.begin(), c.end())) need.push_back(row.from);
  return need;
}

namespace {

// csr: the rows come as they are listed. A list of one is whole.
std::vector<Index> wants_listed(const WantContext& c, int) {
  const Value& list = c.in[1].own;
  if (list.cut() == kWhole && c.begin() == c.end()) return {};
  return listed_indices(list, c.of.shape()[0]);
}

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

// Rows of the result along its cut (or all), from a block of X that holds rows first, first + 1, ..
template <class T>
void copy_listed(const RunContext& c, const std::vector<Index>& rows, Index first, Index count) {
  const Value &X = c.in(0), &out = c.out();
  const auto stride = [](const Value& v, int axis) { return v.slow() == axis ? v.row_length() : Index{1}; };
  const Index columns = out.cut() == 1 ? out.local_rows() : out.shape()[1];
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Index i = rows[r] - first;
    if (i < 0 || i >= count) continue;
    for (Index j = 0; j < columns; ++j)
      out.data<T>()[static_cast<Index>(r) * stride(out, 0) + j * stride(out, 1)] =
          X.data<T>()[i * stride(X, 0) + j * stride(X, 1)];
  }
}

void run_dense_list(RunContext& c) {
  const Value& X = c.in(0);
  c.zero_out();
  c.dispatch([&]<class T>() {
    if (X.cut() == 0 && c.out_rows() == own(0)) {  // they have come as they are listed
      std::ranges::copy(X.data<T>(), c.out_data<T>().data());
      return;
    }
    const bool cut = X.cut() == 0;
    copy_listed<T>(c, listed_indices(c.in(1), X.shape()[0]), cut ? X.layout().begin(X.rank()) : 0,
                   cut ? X.local_rows() : X.shape()[0]);
  });
}

void run_list(RunContext& c) {
  if (!c.node().type.sparse()) return run_dense_list(c);
  const auto* sources = static_cast<const Sources*>(c.inspection().extra.get());
  if (sources == nullptr) return c.set_out(c.out().with_data(c.in(0).buffer()));
  c.dispatch([&]<class T>() {
    T* out = c.out_data<T>().data();
    for (const Index p : *sources) *out++ = c.data<T>(0)[p];
  });
}

Spreads spread_list(const Node& n) {
  if (n.type.sparse())
    return n.type.format == Format::csr ? Spreads{{{listed(), unless_one(n.in[1]->type, own())}, own()}}
                                        : Spreads{{{own(1), all()}, own(1)}};
  return {{{listed(), own()}, own()},
          {{all(), own()}, own()},
          {{own(1), all()}, own(1)},
          {{all(), all()}, replica()},
          {{own(0), all()}, all()}};
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
  c.zero_out();
  c.dispatch([&]<class T>() {
    const std::span<const T> g = c.data<T>(0);
    const auto add = [](T& to, T x) { to = kernels::sum(to, x); };
    if (c.node().type.sparse()) {
      const auto& targets = *static_cast<const std::vector<Index>*>(c.inspection().extra.get());
      for (std::size_t p = 0; p < g.size(); ++p) add(c.out_data<T>()[targets[p]], g[p]);
      return;
    }
    const Value &G = c.in(0), &out = c.out();
    const auto stride = [](const Value& v, int axis) { return v.slow() == axis ? v.row_length() : Index{1}; };
    const bool cut = out.cut() == 0, arrived = cut && G.cut() == 0;
    const Index begin = cut ? out.layout().begin(out.rank()) : 0, end = cut ? begin + out.local_rows() : out.shape()[0];
    const Index columns = out.cut() == 1 ? out.local_rows() : out.shape()[1];
    const auto added = rows_added(c.in(1), out.shape()[0], begin, end);
    const Index left = out.cut() == 1 && G.cut() == kWhole ? out.layout().begin(out.rank()) : 0;
    for (std::size_t k = 0; k < added.size(); ++k) {
      const Index r = arrived ? static_cast<Index>(k) : added[k].from;
      for (Index j = 0; j < columns; ++j)
        add(out.data<T>()[(added[k].to - begin) * stride(out, 0) + j * stride(out, 1)],
            g[r * stride(G, 0) + (left + j) * stride(G, 1)]);
    }
  });
}

Spreads spread_put(const Node& n) {
  Spreads spreads;
  const auto offer = [&](const Rows& g, const Rows& out) { spreads.push_back({{g, all(), anywhere()}, out}); };
  if (n.type.sparse()) {
    offer(n.type.format == Format::csr ? listed() : own(1), own(major_axis(n.type)));
    return spreads;
  }
  offer(listed(), own());
  offer(own(1), own(1));
  offer(all(), own());
  offer(all(), own(1));
  offer(all(), replica());
  return spreads;
}

}  // namespace

constinit const Op ops::get_item_list{
    .name = "get_item_list",
    .inputs = "A rows",
    .formula = "A[rows], rows an integer vector",
    .doc =
        "Rows in any order; repeated ones add in the gradient, negative ones count from the end. The result is cut as "
        "the list is.",
    .letters = "ij e -> ej",
    .infer = [](const Node& n) -> Type {
      require_list(n.in[1], "rows");
      return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
    },
    .run = run_list,
    .spread = spread_list,
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      const Var &A = out->in[0], &rows = out->in[1];
      if (k == 1) return {};
      const bool own = A->type.sparse() && g->type.sparse() && pattern_root(g) == pattern_root(out);
      return own ? ops::put_list_entries(g, rows, A) : put_list(full_size(g, out), rows, A);
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
    .doc = "The transpose of get_item_list; entries of one position are summed, A's values are not used.",
    .letters = "ej e ij -> ij",
    .infer = [](const Node& n) -> Type {
      require_list(n.in[1], "rows");
      return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
    },
    .run = run_put,
    .spread = spread_put,
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      return k == 0 ? get_item_list(full_size(g, out), out->in[1]) : Var{};
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

Var get_item_list(const Var& A, const Var& rows) { return ops::get_item_list(A, rows); }
Var put_list(const Var& g, const Var& rows, const Var& A) { return ops::put_list(g, rows, A); }

}  // namespace spgrad
