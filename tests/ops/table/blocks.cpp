// Parts of matrices and vectors, and matrices and vectors of parts.
#include <limits>
#include <map>

#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

using M = Make;
using Places = std::vector<std::pair<Index, Index>>;

// Every element (or stored entry) of A in all the places that it comes to; in a dense result, added there.
template <class To>
Whole brought(const Whole& A, const Shape& shape, To to) {
  if (!A.sparse()) {
    Whole out = dense_zeros(DType::complex128, shape);
    for (Index i = 0; i < A.rows(); ++i)
      for (Index j = 0; j < A.columns(); ++j)
        for (const auto& [k, l] : to(i, j)) out.x[static_cast<std::size_t>(k * out.columns() + l)] += A(i, j);
    return out;
  }
  const bool csr = A.type.format == Format::csr;
  std::vector<std::tuple<Index, Index, Complex>> entries;
  for (std::size_t p = 0; p < A.x.size(); ++p)
    for (const auto& [k, l] : to(A.i(p), A.j(p))) entries.emplace_back(csr ? k : l, csr ? l : k, A.x[p]);
  std::ranges::stable_sort(entries, {}, [](const auto& e) { return std::get<0>(e); });
  Positions at;
  Whole out{{A.type.dtype, A.type.format, shape}, {}, {}};
  for (const auto& [major, minor, x] : entries) {
    at.major.push_back(major);
    at.minor.push_back(minor);
    out.x.push_back(x);
  }
  out.at = std::make_shared<Positions>(std::move(at));
  return out;
}

// Entries of one position in one.
Whole merged(const Whole& A) {
  if (!A.sparse()) return A;
  std::map<std::pair<Index, Index>, Complex> sums;
  for (std::size_t p = 0; p < A.x.size(); ++p) sums[{A.at->major[p], A.at->minor[p]}] += A.x[p];
  Positions at;
  Whole out{A.type, {}, {}};
  for (const auto& [position, x] : sums) {
    at.major.push_back(position.first);
    at.minor.push_back(position.second);
    out.x.push_back(x);
  }
  out.at = std::make_shared<Positions>(std::move(at));
  return out;
}

Whole in_format(Whole A, Format format) {
  if (A.type.format == format) return A;
  std::vector<std::tuple<Index, Index, Complex>> entries;
  for (std::size_t p = 0; p < A.x.size(); ++p) entries.emplace_back(A.at->minor[p], A.at->major[p], A.x[p]);
  std::ranges::stable_sort(entries, {}, [](const auto& e) { return std::get<0>(e); });
  Positions at;
  A.x.clear();
  for (const auto& [major, minor, x] : entries) {
    at.major.push_back(major);
    at.minor.push_back(minor);
    A.x.push_back(x);
  }
  A.type.format = format;
  A.at = std::make_shared<Positions>(std::move(at));
  return A;
}

// The indices of a slice of a sequence of n, by the words of Python's manual.
std::vector<Index> indices_of(const std::vector<Index>& slice, Index n) {
  constexpr Index kNone = -std::numeric_limits<Index>::max();
  const Index step = slice[2];
  Index i = slice[0] == kNone ? (step > 0 ? 0 : n - 1) : slice[0] < 0 ? slice[0] + n : slice[0];
  Index end = slice[1] == kNone ? (step > 0 ? n : -1) : slice[1] < 0 ? std::max<Index>(slice[1] + n, -1) : slice[1];
  std::vector<Index> out;
  i = step > 0 ? std::max<Index>(i, 0) : std::min(i, n - 1);
  end = step > 0 ? std::min(end, n) : end;
  for (; step > 0 ? i < end : i > end; i += step) out.push_back(i);
  return out;
}

// A vector runs along the columns.
std::array<std::vector<Index>, 2> slices_of(const Node& n, const Shape& large) {
  if (large.ndim() == 1) return {std::vector<Index>{0}, indices_of(n.attr<std::vector<Index>>("rows"), large[0])};
  return {indices_of(n.attr<std::vector<Index>>("rows"), large[0]),
          indices_of(n.attr<std::vector<Index>>("columns"), large[1])};
}

Shape shape_of(const std::array<std::vector<Index>, 2>& at, int ndim) {
  const auto columns = static_cast<Index>(at[1].size());
  return ndim == 1 ? Shape{columns} : Shape{static_cast<Index>(at[0].size()), columns};
}

// The block of A that these rows and columns make.
Whole block(const Whole& A, const std::array<std::vector<Index>, 2>& at) {
  return brought(A, shape_of(at, A.type.ndim()), [&](Index i, Index j) {
    Places places;
    for (std::size_t k = 0; k < at[0].size(); ++k)
      for (std::size_t l = 0; l < at[1].size(); ++l)
        if (at[0][k] == i && at[1][l] == j) places.emplace_back(k, l);
    return places;
  });
}
// The reverse: zeros but for that block.
Whole unblock(const Whole& g, const Shape& shape, const std::array<std::vector<Index>, 2>& at) {
  return brought(g, shape, [&](Index i, Index j) {
    return Places{{at[0][static_cast<std::size_t>(i)], at[1][static_cast<std::size_t>(j)]}};
  });
}

std::vector<Index> counted(Index begin, Index n) {
  std::vector<Index> out;
  for (Index i = 0; i < n; ++i) out.push_back(begin + i);
  return out;
}

std::vector<Index> list_of(const Whole& list, Index size) {
  std::vector<Index> out;
  for (const Complex& x : list.x) {
    const auto i = static_cast<Index>(x.real());
    out.push_back(i < 0 ? i + size : i);
  }
  return out;
}

// Where the block behind the inputs first, first + 1, .. is in the stack.
std::array<std::vector<Index>, 2> place_in_stack(const Node& n, const In& in, std::size_t first, const Shape& of) {
  const auto& along = n.attr<std::string>("along");
  std::array<Index, 2> begin{};
  for (std::size_t k = first; k < in.size(); ++k) {
    if (along != "columns") begin[0] += in[k].type.shape[0];
    if (along != "rows") begin[1] += in[k].type.shape[1];
  }
  if (of.ndim() == 1) return {std::vector<Index>{0}, counted(begin[0], of[0])};
  return {counted(begin[0], of[0]), counted(begin[1], of[1])};
}

Whole stacked(const Node& n, const In& in) {
  const auto& along = n.attr<std::string>("along");
  Shape shape = in[0].type.shape;
  for (std::size_t k = 1; k < in.size(); ++k) {
    if (along != "columns") shape[0] += in[k].type.shape[0];
    if (along != "rows") shape[1] += in[k].type.shape[1];
  }
  const Format format = n.type.format;
  Whole all{{in[0].type.dtype, format, shape}, {}, {}};
  if (!n.type.sparse()) all = dense_zeros(DType::complex128, shape);
  Positions at;
  for (std::size_t k = 0; k < in.size(); ++k) {
    const In before(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(k));
    const Whole part = unblock(in_format(in[k], format), shape, place_in_stack(n, before, 0, in[k].type.shape));
    if (!n.type.sparse()) {
      std::ranges::transform(all.x, part.x, all.x.begin(), plus);
      continue;
    }
    all.x.insert(all.x.end(), part.x.begin(), part.x.end());
    at.major.insert(at.major.end(), part.at->major.begin(), part.at->major.end());
    at.minor.insert(at.minor.end(), part.at->minor.begin(), part.at->minor.end());
  }
  if (!n.type.sparse()) return all;
  all.at = std::make_shared<Positions>(std::move(at));
  return brought(all, shape, [](Index i, Index j) { return Places{{i, j}}; });
}

Whole listed_rows(const Node&, const In& in) {
  const Shape& shape = in[0].type.shape;
  return block(in[0], {list_of(in[1], shape[0]), counted(0, shape[1])});
}

Whole rows_put(const Node&, const In& in) {
  const Shape& shape = in[2].type.shape;
  return merged(unblock(in[0], shape, {list_of(in[1], shape[0]), counted(0, shape[1])}));
}

// The numbers of A's entries, listed, say to which one each entry of g belongs.
Whole entries_put(const Node& n, const In& in) {
  Whole out = in[2], numbers = in[2];
  out.type.dtype = n.type.dtype;
  for (std::size_t p = 0; p < numbers.x.size(); ++p) {
    numbers.x[p] = static_cast<double>(p);
    out.x[p] = 0;
  }
  const Whole to = listed_rows(n, {numbers, in[1]});
  for (std::size_t q = 0; q < to.x.size(); ++q) out.x[static_cast<std::size_t>(to.x[q].real())] += in[0].x.at(q);
  return out;
}

Whole listed_elements(const Node&, const In& in) {
  const Whole A = wide(in[0]);
  const auto i = list_of(in[1], A.rows()), j = list_of(in[2], A.columns());
  return made({static_cast<Index>(i.size())},
              [&](Index, Index r) { return A(i[static_cast<std::size_t>(r)], j[static_cast<std::size_t>(r)]); });
}

Whole of_entries(const Node& n, const In& in) {
  Shape shape;
  if (in.size() == 4)
    shape = in[3].type.shape;
  else
    shape = Shape{n.attr<std::vector<Index>>("shape")[0], n.attr<std::vector<Index>>("shape")[1]};
  const auto i = list_of(in[0], shape[0]), j = list_of(in[1], shape[1]);
  const bool csr = n.type.format == Format::csr;
  Whole all{{in[2].type.dtype, n.type.format, shape}, in[2].x, {}};
  all.at = std::make_shared<Positions>(csr ? Positions{i, j} : Positions{j, i});
  return merged(all);
}

std::pair<Index, Index> position(const Node& n, const Shape& shape) {
  const auto& at = n.attr<std::vector<Index>>("at");
  return {at[0] < 0 ? at[0] + shape[0] : at[0], at[1] < 0 ? at[1] + shape[1] : at[1]};
}

Whole element(const Node& n, const In& in) {
  const auto [i, j] = position(n, in[0].type.shape);
  return made({}, [&, i = i, j = j](Index, Index) { return wide(in[0])(i, j); });
}

Whole element_put(const Node& n, const In& in) {
  const auto [i, j] = position(n, in[1].type.shape);
  const bool csr = n.type.format == Format::csr;
  Whole out{{in[0].type.dtype, n.type.format, in[1].type.shape}, in[0].x, {}};
  out.at = std::make_shared<Positions>(csr ? Positions{{i}, {j}} : Positions{{j}, {i}});
  return out;
}

Whole from_list(const Node&, const In& in) {
  const Shape& shape = in[0].type.shape;
  const auto rows = list_of(in[2], shape[0]);
  Whole out{{in[1].type.dtype, Format::csc, shape}, {}, {}};
  Positions at;
  for (Index j = 0; j < shape[1]; ++j)
    for (std::size_t r = 0; r < rows.size(); ++r) {
      at.major.push_back(j);
      at.minor.push_back(rows[r]);
      out.x.push_back(in[1](static_cast<Index>(r), j));
    }
  out.at = std::make_shared<Positions>(std::move(at));
  return out;
}

Whole values_of_list(const Node&, const In& in) {
  const auto rows = static_cast<Index>(in[1].x.size());
  return made({rows, in[0].columns()},
              [&](Index r, Index j) { return in[0].x[static_cast<std::size_t>(j * rows + r)]; });
}

constexpr Slice kBackwards{-2, {}, -2}, kSome{1, -1}, kSteps{{}, {}, 3}, kEvery{};

// Of a matrix without rows none can be named.
Index named(const M& m) { return m.size(5) == 0 ? 0 : 9; }

Var placed(const Op& op, Vars in, const char* along) {
  return apply(op, std::move(in), {{"along", std::string(along)}});
}

constexpr OpCase kCases[]{
    {"get_item_2d", "A rows", [](M& m) { return get_item_2d(m.sparse(5, 7), kSome); }},
    {"get_item_2d", "A columns", [](M& m) { return get_item_2d(m.sparse(5, 7), kEvery, kSteps); }},
    {"get_item_2d", "A both", [](M& m) { return get_item_2d(m.sparse(5, 7), kSteps, kSome); }},
    {"get_item_2d", "A backwards", [](M& m) { return get_item_2d(m.sparse(5, 7), kBackwards, kBackwards); }},
    {"get_item_2d", "A beside B",
     [](M& m) {
       return add(m.sparse(5, 7), get_item_2d(m.sparse(5, 7), Slice{{}, {}, -1}));
     }},
    {"get_item_2d", "D rows", [](M& m) { return get_item_2d(m.dense(5, 7), kSome); }},
    {"get_item_2d", "D both", [](M& m) { return get_item_2d(m.dense(5, 7), kBackwards, kSteps); }},
    {"get_item_2d", "D[1:, ::-2]", [](M& m) { return subtensor(m.dense(5, 7), {.start = 1}, {.step = -2}); }},
    {"get_item_2d", "v", [](M& m) { return subtensor(m.vector(7), {.start = -3, .stop = -1}); }},
    {"get_item_2d", "v backwards", [](M& m) { return subtensor(m.unsized().vector(7), kBackwards); }},
    {"get_item_2d", "v nothing", [](M& m) { return subtensor(m.vector(7), {.start = 9}); }},
    {"get_item_2d", "v all", [](M& m) { return get_item_2d(m.vector(7), kEvery); }},
    {"put_2d", "v", [](M& m) { return put_2d(get_item_2d(m.vector(7), kSteps), m.vector(7), kSteps); }},
    {"put_2d", "A",
     [](M& m) { return put_2d(get_item_2d(m.sparse(5, 7), kSome, kSteps), m.sparse(5, 7), kSome, kSteps); }},
    {"put_2d", "A D", [](M& m) { return put_2d(get_item_2d(m.sparse(5, 7), kBackwards), m.dense(5, 7), kBackwards); }},
    {"put_2d", "D A",
     [](M& m) { return put_2d(get_item_2d(m.dense(5, 7), kSome, kBackwards), m.sparse(5, 7), kSome, kBackwards); }},
    {"put_2d", "D D",
     [](M& m) { return put_2d(get_item_2d(m.dense(5, 7), kEvery, kSome), m.dense(5, 7), kEvery, kSome); }},
    {"stack", "vstack",
     [](M& m) {
       return vstack({m.sparse(5, 7), m.other_format(3, 7), m.sparse(2, 7)}, m.format());
     }},
    {"stack", "hstack",
     [](M& m) {
       return hstack({m.sparse(5, 7), m.other_format(5, 3)}, m.format());
     }},
    {"stack", "of one", [](M& m) { return vstack({m.sparse(5, 7)}); }},
    {"stack", "block_diag",
     [](M& m) {
       return block_diag({m.sparse(5, 7), m.sparse(3, 2)}, m.format());
     }},
    {"stack", "D D 0",
     [](M& m) {
       return concatenate({m.dense(5, 7), m.dense(3, 7)});
     }},
    {"stack", "D D D 1",
     [](M& m) {
       return concatenate({m.dense(5, 7), m.dense(5, 3), m.dense(5, 2)}, -1);
     }},
    {"stack", "v v",
     [](M& m) {
       return concatenate({m.vector(7), m.vector(3)});
     }},
    {"stack", "v of A, v",
     [](M& m) {
       return concatenate({m.vector(3), dot(m.sparse(5, 7), m.vector(7)), m.vector(2)});
     }},
    {"stack", "D of A, D",
     [](M& m) {
       return concatenate({m.dense(3, 2), dot(m.sparse(5, 7), m.dense(7, 2))});
     }},
    {"part", "v",
     [](M& m) {
       const Var a = m.vector(2), b = m.vector(7);
       return placed(ops::part, {concatenate({b, a, b}), a, b}, "rows");
     }},
    {"part", "D D",
     [](M& m) {
       const Var a = m.dense(2, 7), b = m.dense(5, 7);
       return placed(ops::part, {concatenate({b, b, a}), a, b, b}, "rows");
     }},
    {"put_part", "v",
     [](M& m) {
       const Var a = m.vector(2), b = m.vector(7);
       return placed(ops::put_part, {m.vector(2), concatenate({b, a}), a, b}, "rows");
     }},
    {"put_part", "columns D D",
     [](M& m) {
       const Var a = m.dense(5, 2), b = m.dense(5, 7);
       return placed(ops::put_part, {m.dense(5, 2), concatenate({b, a}, 1), a, b}, "columns");
     }},
    {"part", "rows",
     [](M& m) {
       const Var A = m.sparse(2, 7), B = m.sparse(5, 7);
       return placed(ops::part, {vstack({B, A, B}, m.format()), A, B}, "rows");
     }},
    {"part", "columns D",
     [](M& m) {
       const Var A = m.sparse(5, 2), B = m.sparse(5, 6);
       return placed(ops::part, {dense_from_sparse(hstack({B, A}), false), A, B}, "columns");
     }},
    {"part", "both",
     [](M& m) {
       const Var A = m.other_format(2, 3), B = m.sparse(5, 6);
       return placed(ops::part, {block_diag({B, A}, m.format()), A, B}, "both");
     }},
    {"put_part", "rows",
     [](M& m) {
       const Var A = m.sparse(2, 7), B = m.sparse(5, 7);
       return placed(ops::put_part, {m.sparse(2, 7), vstack({B, A}), A, B}, "rows");
     }},
    {"put_part", "both D",
     [](M& m) {
       const Var A = m.sparse(2, 3), B = m.sparse(5, 6);
       return placed(ops::put_part, {m.dense(2, 3), block_diag({B, A}), A, B}, "both");
     }},
    {"get_item_list", "A", [](M& m) { return get_item_list(m.sparse(5, 7), m.indices(9, 5)); }},
    {"get_item_list", "D", [](M& m) { return get_item_list(m.dense(5, 7), m.indices(9, 5, 1, DType::int32)); }},
    {"put_list", "A", [](M& m) { return put_list(m.sparse(named(m), 7), m.indices(9, 5), m.sparse(5, 7)); }},
    {"put_list", "D A", [](M& m) { return put_list(m.dense(named(m), 7), m.indices(9, 5), m.sparse(5, 7)); }},
    {"put_list", "D D", [](M& m) { return put_list(m.dense(named(m), 7), m.indices(9, 5), m.dense(5, 7)); }},
    {"put_list_entries", "A[list]",
     [](M& m) {
       const Var A = m.sparse(5, 7), list = m.indices(9, 5);
       return ops::put_list_entries(get_item_list(A, list), list, m.on(A));
     }},
    {"get_item_2lists", "A",
     [](M& m) { return get_item_2lists(m.sparse(5, 7), m.indices(9, 5, 7), m.indices(9, 7, 5)); }},
    {"get_item_2lists", "D",
     [](M& m) { return get_item_2lists(m.dense(5, 7), m.indices(9, 5, 7), m.indices(9, 7, 5)); }},
    {"from_entries", "i j v",
     [](M& m) {
       return from_entries(m.indices(9, 5, 7), m.indices(9, 7, 5), m.vector(9), {m.size(5), m.size(7)}, m.format());
     }},
    {"get_item_scalar", "A",
     [](M& m) { return get_item_scalar(m.sparse(5, 7), -1, std::min<Index>(2, m.size(7) - 1)); }},
    {"get_item_scalar", "D",
     [](M& m) { return get_item_scalar(m.dense(5, 7), std::min<Index>(3, m.size(5) - 1), -1); }},
    {"put_scalar", "s A", [](M& m) { return put_scalar(m.scalar(), m.sparse(5, 7), -1, 0); }},
    {"put_scalar", "s D", [](M& m) { return put_scalar(m.scalar(), m.dense(5, 7), 0, -1); }},
    {"construct_sparse_from_list", "A",
     [](M& m) { return construct_sparse_from_list(m.sparse(5, 7), m.dense(named(m), 7), m.indices(9, 5)); }},
    {"construct_sparse_from_list", "D",
     [](M& m) { return construct_sparse_from_list(m.dense(5, 7), m.dense(named(m), 7), m.indices(9, 5)); }},
    {"listed_values", "A i",
     [](M& m) {
       const Var i = m.indices(9, 5);
       return ops::listed_values(construct_sparse_from_list(m.dense(5, 7), m.dense(named(m), 7), i), i);
     }},
    // Entries of one position move together, and each has a gradient of its own.
    {"sqr", "A[rows, columns]", [](M& m) { return sqr(get_item_2d(m.sparse(5, 7), kBackwards, kSome)); }},
    {"sqr", "A above A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return sqr(vstack({A, m.other_format(3, 7), A}, m.format()));
     }},
    {"sqr", "A beside A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return sqr(hstack({A, A}, m.format()));
     }},
    {"sqr", "A sorted", [](M& m) { return sqr(ensure_sorted_indices(m.sparse(5, 7))); }},
    {"sqr", "A[list]", [](M& m) { return sqr(get_item_list(m.sparse(5, 7), m.indices(9, 5))); }},
    {"sqr", "listed rows",
     [](M& m) { return sqr(construct_sparse_from_list(m.dense(5, 7), m.dense(named(m), 7), m.indices(9, 5))); }},
    // Vectors of as many elements as A has entries, which nothing given tells.
    {"dense_from_sparse", "a diagonal of A's entries",
     [](M& m) { return dense_from_sparse(square_diagonal(csm_data(m.sparse(5, 7)))); }},
    {"get_item_2d", "A's entries", [](M& m) { return subtensor(csm_data(m.sparse(5, 7)), {.start = 2, .step = 2}); }},
    {"stack", "v, A's entries",
     [](M& m) {
       return concatenate({m.vector(7), csm_data(m.sparse(5, 7))});
     }},
};

const std::map<std::string_view, Rule> kRules{
    {"get_item_2d", [](const Node& n, const In& in) { return block(in[0], slices_of(n, in[0].type.shape)); }},
    {"put_2d",
     [](const Node& n, const In& in) { return unblock(in[0], in[1].type.shape, slices_of(n, in[1].type.shape)); }},
    {"stack", stacked},
    {"part", [](const Node& n, const In& in) { return block(in[0], place_in_stack(n, in, 2, in[1].type.shape)); }},
    {"put_part",
     [](const Node& n, const In& in) {
       return unblock(in[0], in[1].type.shape, place_in_stack(n, in, 3, in[2].type.shape));
     }},
    {"get_item_list", listed_rows},
    {"put_list", rows_put},
    {"put_list_entries", entries_put},
    {"get_item_2lists", listed_elements},
    {"from_entries", of_entries},
    {"get_item_scalar", element},
    {"put_scalar", element_put},
    {"construct_sparse_from_list", from_list},
    {"listed_values", values_of_list},
};

}  // namespace

Family blocks() { return {kCases, kRules}; }

}  // namespace spgrad::tests
