// get_item_2lists, from_entries: elements of a matrix at listed positions, and a matrix of such elements.
#include <algorithm>

#include "src/kernels/arithmetic.hpp"
#include "src/ops/parts/lists.hpp"
#include "src/ops/parts/slicing.hpp"

namespace spgrad {
namespace {

// The numbers of a list, once each, ascending, as they are written: before those from the end are counted.
std::vector<Index> distinct(const Value& list) {
  std::vector<Index> numbers = counted_from_end(list, 0);
  std::ranges::sort(numbers);
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

std::vector<Index> wants_majors(const WantContext& c, int) {
  const int axis = c.of.cut();
  return listed_indices(distinct(c.in[axis == 0 ? 1 : 2].own), c.of.shape()[axis]);
}

// The row (column) of A here that each query asks for: one of those that have come for the list; or, where every rank
// knows all queries and answers for its own rows, one that may be out of their range.
std::vector<Index> places_of(const Value& list, bool arrived, const Value& A, int axis) {
  std::vector<Index> rows = arrived ? counted_from_end(list, 0) : listed_indices(list, A.shape()[axis]);
  const auto here = arrived ? distinct(list) : std::vector<Index>{};
  for (Index& i : rows) i = arrived ? std::ranges::lower_bound(here, i) - here.begin() : i - first_row(A);
  return rows;
}

void run_get_sparse(RunContext& c) {
  const int major = major_axis(c.node().in[0]->type);
  const Value& A = c.in(0);
  const Sparsity& s = c.sparsity(0);
  const auto majors = places_of(c.in(major == 0 ? 1 : 2), c.out_rows() == own(), A, major);
  const auto minors = listed_indices(c.in(major == 0 ? 2 : 1), A.shape()[1 - major]);
  c.zero_out();
  c.dispatch([&]<class T>() {
    for (std::size_t r = 0; r < minors.size(); ++r) {
      const Index i = majors[r];
      if (i < 0 || i >= s.local_majors()) continue;
      for (Index p = s.indptr[i]; p < s.indptr[i + 1]; ++p)
        if (s.global_minor(s.indices[p]) == minors[r])
          c.out_data<T>()[r] = kernels::sum(c.out_data<T>()[r], c.data<T>(0)[p]);
    }
  });
}

void run_get(RunContext& c) {
  const Value& A = c.in(0);
  if (A.is_sparse()) return run_get_sparse(c);
  const int axis = A.slow();
  const auto slow = places_of(c.in(1 + axis), A.cut() == 0 && c.out_rows() == own(), A, axis);
  const auto fast = listed_indices(c.in(2 - axis), A.shape()[1 - axis]);
  c.zero_out();
  c.dispatch([&]<class T>() {
    for (std::size_t r = 0; r < slow.size(); ++r) {
      const Index i = slow[r];
      if (i >= 0 && i < A.local_rows()) c.out_data<T>()[r] = c.data<T>(0)[i * A.row_length() + fast[r]];
    }
  });
}

Spreads spread_get(const Node& n) {
  if (n.in[0]->type.sparse()) {
    const int major = major_axis(n.in[0]->type);
    return {{{listed(major), own(), own()}, own()}, {{own(major), all(), all()}, all()}};
  }
  return {{{listed(), own(), own()}, own()},
          {{all(), own(), own()}, own()},
          {{own(0), all(), all()}, all()},
          {{own(1), all(), all()}, all()},
          {{all(), all(), all()}, replica()}};
}

// The shape of a matrix of entries: that of A, or the attribute.
Shape shape_of(const Node& n) {
  if (n.in.size() == 4) return n.in[3]->type.shape;
  return shape_attr(n);
}

// Where entries of one position are summed depends on data: all of it comes anew with every call.
Inspection build(InspectContext& c) {
  const Type& type = c.node().type;
  const Value& v = c.in(2);
  const Layout layout = v.cut() == kWhole ? Layout::even(v.shape()[0], c.layout(0).ranks()) : v.layout();
  const auto rows = counted_from_end(c.cut_like(c.in(0), layout), type.shape[0]);
  const auto columns = counted_from_end(c.cut_like(c.in(1), layout), type.shape[1]);
  const Value made = c.from_coo(rows, columns, c.cut_like(v, layout));
  return {made.sparsity(), std::make_shared<Value>(made)};
}

}  // namespace

constinit const Op ops::get_item_2lists{
    .name = "get_item_2lists",
    .inputs = "A i j",
    .attributes = "format",
    .formula = "the vector of A[i[r], j[r]]",
    .doc =
        "Positions in any order, repeated ones add in the gradient; duplicates of A are summed. Of lists that are cut, "
        "the rows that they name are fetched; of whole ones every rank answers for its rows.",
    .letters = "ij e e -> e",
    .infer = [](const Node& n) -> Type {
      require_list(n.in[1], "i");
      require_list(n.in[2], "j");
      return dense_type(n);
    },
    .run = run_get,
    .spread = spread_get,
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      if (k != 0) return {};
      const Var& A = out->in[0];
      const Format format = A->type.sparse() ? A->type.format : Format::csr;
      return apply(ops::from_entries, {out->in[1], out->in[2], full_size(g, out), A},
                   {{"format", std::string(name(format))}});
    },
    .wants = wants_majors,
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .linear_in = inputs_mask({0}),
    .promotes = inputs_mask({0}),
    .aliases = {.scipy = "A[i, j]", .torch = "A[i, j]", .jax = "A[i, j]", .petsc = "MatGetValues"},
};

constinit const Op ops::from_entries{
    .name = "from_entries",
    .inputs = "i j v A ...",
    .attributes = "shape format",
    .formula = "the matrix with v[r] at (i[r], j[r])",
    .doc = "Values of one position are summed. Of the shape of A, if there is one, else of the attribute `shape`.",
    .letters = "e e e -> ij | e e e ij -> ij",
    .infer = [](const Node& n) -> Type {
      require(n.in.size() == 3 || n.in.size() == 4, "there must be i, j, v and at most one matrix, not ", n.in.size(),
              " inputs");
      require_list(n.in[0], "i");
      require_list(n.in[1], "j");
      static_cast<void>(shape_by_letters(n));
      const Format format = n.attr<std::string>("format") == name(Format::csc) ? Format::csc : Format::csr;
      return {promoted_dtype(n), format, shape_of(n)};
    },
    .run =
        [](RunContext& c) {
          c.set_out(c.out().with_data(static_cast<const Value*>(c.inspection().extra.get())->buffer()));
        },
    .spread = [](const Node& n) -> Spreads {
      Spreads spreads;
      for (const Rows& e : {own(), all()}) {
        Spread s{{e, e, e}, own(major_axis(n.type))};
        if (n.in.size() == 4) s.in.push_back(anywhere());
        spreads.push_back(std::move(s));
      }
      return spreads;
    },
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      return k == 2 ? get_item_2lists(full_size(g, out), out->in[0], out->in[1]) : Var{};
    },
    .inspect = build,
    .pattern = from_data(),
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .linear_in = inputs_mask({2}),
    .promotes = inputs_mask({2}),
    .aliases = {.scipy = "scipy.sparse.coo_array((v, (i, j)))",
                .torch = "torch.sparse_coo_tensor",
                .jax = "jax.experimental.sparse.BCOO",
                .petsc = "MatSetValuesCOO"},
};

Var get_item_2lists(const Var& A, const Var& i, const Var& j) { return ops::get_item_2lists(A, i, j); }

Var from_entries(const Var& i, const Var& j, const Var& v, const Shape& shape, Format format) {
  require(shape.ndim() == 2 && shape.known(), "from_entries: both sizes must be given, not ", shape);
  require(format != Format::dense, "from_entries: the format must be csr or csc");
  return apply(ops::from_entries, {i, j, v},
               {{"shape", std::vector<Index>{shape[0], shape[1]}}, {"format", std::string(name(format))}});
}

}  // namespace spgrad
