// sp_zeros_like, remove0, nonzeros_of, put_nonzeros, ensure_sorted_indices, sparse_from_dense: results whose stored
// values are some of the operand's, or all in another order. Their inspection keeps which.
#include <algorithm>
#include <memory>
#include <numeric>

#include "src/graph/walk.hpp"
#include "src/ops/cut.hpp"

namespace spgrad {
namespace {

// Where in this rank's part of the operand each stored value of the result comes from.
using Taken = std::vector<Index>;

// The pattern of the operand itself: all values stay.
Inspection unchanged(InspectContext& c) { return {c.in(0).sparsity(), nullptr}; }

// Those values of the last operand.
void run_taken(RunContext& c) {
  const auto* from = static_cast<const Taken*>(c.inspection().extra.get());
  const int last = c.inputs() - 1;
  if (from == nullptr) return c.set_out(c.out().with_data(c.in(last).buffer()));
  c.dispatch([&]<class T>() {
    const T* const x = c.data<T>(last).data();
    std::ranges::transform(*from, c.out_data<T>().begin(), [x](Index p) { return x[p]; });
  });
}

// The pattern of A's entries `from`, which are grouped by majors: indptr.
Inspection pattern_of(InspectContext& c, Array<Index> indptr, Taken from) {
  const Sparsity& A = *c.in(0).sparsity();
  std::vector<Index> minors;
  for (const Index p : from) minors.push_back(A.global_minor(A.indices[static_cast<std::size_t>(p)]));
  SparsityPtr pattern = c.make(A.major, A.minor, std::move(indptr), minors);
  return {std::move(pattern), std::make_shared<Taken>(std::move(from))};
}

Inspection without_entries(InspectContext& c) {
  return pattern_of(c, std::vector<Index>(static_cast<std::size_t>(c.in(0).sparsity()->local_majors()) + 1), {});
}

// f(p) for the stored entries p of A that are not 0.
template <class F>
void for_nonzeros(const Value& A, F f) {
  dispatch(A.dtype(), [&]<class T>() {
    const std::span<const T> data = A.data<T>();
    for (std::size_t p = 0; p < data.size(); ++p)
      if (data[p] != T{}) f(static_cast<Index>(p));
  });
}

Inspection without_zeros(InspectContext& c) {
  const Sparsity& A = *c.in(0).sparsity();
  Taken from;
  for_nonzeros(c.in(0), [&](Index p) { from.push_back(p); });
  std::vector<Index> indptr;
  for (const Index end : A.indptr)  // entries before it that stay
    indptr.push_back(std::ranges::lower_bound(from, end) - from.begin());
  Inspection result = pattern_of(c, std::move(indptr), std::move(from));
  return one_pattern(*result.pattern, A) ? unchanged(c) : result;
}

Inspection with_minors_ascending(InspectContext& c) {
  const Sparsity& A = *c.in(0).sparsity();
  if (A.sorted) return unchanged(c);
  Taken from(A.indices.size());
  std::iota(from.begin(), from.end(), Index{0});
  for (Index i = 0; i < A.local_majors(); ++i)
    std::ranges::stable_sort(from.begin() + A.indptr[i], from.begin() + A.indptr[i + 1], {},
                             [&](Index p) { return A.global_minor(A.indices[static_cast<std::size_t>(p)]); });
  return pattern_of(c, A.indptr, std::move(from));
}

// D as it lies in memory: this rank's majors, each over all minors. (A D of one major is whole on ranks without it,
// too.)
Inspection nonzeros(InspectContext& c) {
  const int axis = major_axis(c.node().type);
  const Layout major = c.layout(axis), minor = c.layout(1 - axis);
  Taken from;
  std::vector<Index> indptr{0}, minors;
  dispatch(c.in(0).dtype(), [&]<class T>() {
    const T* const x = c.in(0).data<T>().data();
    for (Index i = 0; i < major.count(c.rank()); ++i) {
      for (Index j = 0; j < minor.size(); ++j) {
        const Index p = i * minor.size() + j;
        if (x[p] == T{}) continue;
        from.push_back(p);
        minors.push_back(j);
      }
      indptr.push_back(static_cast<Index>(from.size()));
    }
  });
  return {c.make(major, minor, std::move(indptr), minors), std::make_shared<Taken>(std::move(from))};
}

Type infer(const Node& n) {
  require(n.in[0]->type.sparse(), "A must be csr or csc");
  return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
}

Spreads spread(const Node& n) {
  const Rows major = own_major(n.in[0]);
  return {{std::vector<Rows>(n.in.size(), major), major}};
}

void run_put_nonzeros(RunContext& c) {
  const Sparsity &A = c.sparsity(0), &g = c.sparsity(1);
  c.zero_out();
  c.dispatch([&]<class T>() {
    const std::span<const T> from = c.data<T>(1);
    std::size_t q = 0;
    for_nonzeros(c.in(0), [&](Index p) {
      require(q < from.size() && A.global_minor(A.indices[p]) == g.global_minor(g.indices[q]),
              "put_nonzeros: g is not on the pattern of A's nonzeros");
      c.out_data<T>()[p] = from[q++];
    });
  });
}

// To the entries that stayed, if g is on their Sparsity; any other passes unchanged.
Var vjp_remove0(const Var& out, const Var& g, int) {
  const bool own = g->type.sparse() && pattern_root(g) == pattern_root(out);
  return own ? ops::put_nonzeros(out->in[0], g) : g;
}
// Not cut down to the result's pattern: the vjp passes everything.
Var pass_on(const Var&, const Vars& t) { return t[0]; }

}  // namespace

constinit const Op ops::sp_zeros_like{
    .name = "sp_zeros_like",
    .inputs = "A",
    .formula = "a matrix of A's shape that stores nothing",
    .doc = "In A's format and layouts; A's values are not used.",
    .letters = "ij -> ij",
    .infer = infer,
    .run = run_taken,
    .spread = spread,
    .inspect = without_entries,
    .pattern = structural(),
    .grad_kind = GradKind::none,
};

constinit const Op ops::remove0{
    .name = "remove0",
    .inputs = "A",
    .formula = "A without explicit zeros",
    .doc =
        "Stored entries that are exactly 0 are dropped, duplicates each by itself. The gradient passes unchanged; that "
        "of "
        "the stored entries goes to those that they were.",
    .letters = "ij -> ij",
    .infer = infer,
    .run = run_taken,
    .spread = spread,
    .vjp = vjp_remove0,
    .jvp = pass_on,
    .inspect = without_zeros,
    .pattern = from_data(),
    .grad_kind = GradKind::regular,
    .aliases = {.scipy = "A.eliminate_zeros", .petsc = "MatFilter"},
};

constinit const Op ops::nonzeros_of{
    .name = "nonzeros_of",
    .inputs = "A x",
    .formula = "the entries of x where A's are not 0",
    .doc = "x is on A's Sparsity, or an equal pattern; the result is on that of remove0(A).",
    .letters = "ij ij -> ij",
    .infer = infer,
    .run = run_taken,
    .spread = spread,
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      return k == 0 ? Var{} : at_entries(out->in[1], ops::put_nonzeros(out->in[0], spgrad::at(out, g)));
    },
    .inspect = [](InspectContext& c) -> Inspection {
      require(one_pattern(*c.in(0).sparsity(), *c.in(1).sparsity()), "nonzeros_of: A and x need one pattern");
      return without_zeros(c);
    },
    .pattern = from_data(),
    .grad_kind = GradKind::structured,
    .linear = Linear::each,
    .linear_in = inputs_mask({1}),
    .promotes = inputs_mask({1}),
};

constinit const Op ops::put_nonzeros{
    .name = "put_nonzeros",
    .inputs = "A g",
    .formula = "the entries of g at A's that are not 0, and 0 at the others",
    .doc = "The transpose of nonzeros_of: g is on the pattern of remove0(A), the result on A's Sparsity.",
    .letters = "ij ij -> ij",
    .infer = infer,
    .run = run_put_nonzeros,
    .spread = spread,
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      return k == 0 ? Var{} : at_entries(out->in[1], ops::nonzeros_of(out->in[0], spgrad::at(out, g)));
    },
    .pattern = same(0),
    .grad_kind = GradKind::structured,
    .linear = Linear::each,
    .linear_in = inputs_mask({1}),
    .promotes = inputs_mask({1}),
};

constinit const Op ops::ensure_sorted_indices{
    .name = "ensure_sorted_indices",
    .inputs = "A",
    .formula = "A with minor indices that ascend",
    .doc = "Duplicates stay apart, in stored order. A itself if it is sorted.",
    .letters = "ij -> ij",
    .infer = infer,
    .run = run_taken,
    .spread = spread,
    .vjp = [](const Var& out, const Var& g, int) -> Var { return entry_for_entry(g, out->in[0], g, out); },
    .inspect = with_minors_ascending,
    .pattern = structural(),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .aliases = {.scipy = "A.sorted_indices"},
};

constinit const Op ops::sparse_from_dense{
    .name = "sparse_from_dense",
    .inputs = "D",
    .attributes = "format",
    .formula = "the matrix of D's nonzeros",
    .doc = "In the format that the attribute says; exact zeros are not stored. The gradient is that at every position.",
    .letters = "ij -> ij",
    .infer = [](const Node& n) -> Type {
      require(!n.in[0]->type.sparse(), "D must be dense");
      return {promoted_dtype(n), format_attr(n), shape_by_letters(n)};
    },
    .run = run_taken,
    .spread = [](const Node& n) -> Spreads {
      const Rows major = own(major_axis(n.type));
      return {{{unless_one(n.in[0]->type, major)}, major}};
    },
    .vjp = [](const Var& out, const Var& g, int) -> Var {
      const Var& D = out->in[0];
      return g->type.sparse() ? spgrad::dense_from_sparse(g, false) : spgrad::broadcast_like(g, D);
    },
    .inspect = nonzeros,
    .pattern = from_data(),
    .linear = Linear::each,
    .aliases = {.scipy = "scipy.sparse.csr_array(D)",
                .torch = "torch.Tensor.to_sparse_csr",
                .jax = "jax.experimental.sparse.BCSR.fromdense",
                .petsc = "MatConvert"},
};

Var sp_zeros_like(const Var& A) { return ops::sp_zeros_like(A); }
Var remove0(const Var& A) { return ops::remove0(A); }
Var ensure_sorted_indices(const Var& A) { return ops::ensure_sorted_indices(A); }
Var clean(const Var& A) { return ensure_sorted_indices(remove0(A)); }

Var sparse_from_dense(const Var& D, Format format) {
  return apply(ops::sparse_from_dense, {D->type.ndim() == 1 ? row(D) : D}, {{"format", std::string(name(format))}});
}
Var csr_from_dense(const Var& D) { return sparse_from_dense(D, Format::csr); }
Var csc_from_dense(const Var& D) { return sparse_from_dense(D, Format::csc); }

}  // namespace spgrad
