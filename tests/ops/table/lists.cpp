// Parts of matrices that lists or numbers name, and matrices that lists make.
#include <algorithm>

#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"
#include "tests/ops/moved.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

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

// Of a matrix without rows none can be named.
Index named(const M& m) { return m.size(5) == 0 ? 0 : 9; }

constexpr OpCase kCases[]{
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
    {"sqr", "A[list]", [](M& m) { return sqr(get_item_list(m.sparse(5, 7), m.indices(9, 5))); }},
    {"sqr", "listed rows",
     [](M& m) { return sqr(construct_sparse_from_list(m.dense(5, 7), m.dense(named(m), 7), m.indices(9, 5))); }},
};

const std::map<std::string_view, Rule> kRules{
    {"get_item_list", listed_rows},    {"put_list", rows_put},
    {"put_list_entries", entries_put}, {"get_item_2lists", listed_elements},
    {"from_entries", of_entries},      {"get_item_scalar", element},
    {"put_scalar", element_put},       {"construct_sparse_from_list", from_list},
    {"listed_values", values_of_list},
};

}  // namespace

Family lists() { return {kCases, kRules}; }

}  // namespace spgrad::tests
