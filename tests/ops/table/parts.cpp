// Parts of dense values by number.
#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

// An element of a vector or matrix by its number along the axis and its place in the other one.
Index& along(Index& i, Index& j, const Whole& x, const Node& n) {
  return x.type.ndim() == 2 && n.attr<Index>("axis") == 0 ? i : j;
}

Index row_number(const Whole& rows, Index k, Index size) {
  const auto r = static_cast<Index>(rows.x[static_cast<std::size_t>(k)].real());
  return r < 0 ? r + size : r;
}

Index size_along(const Whole& x, const Node& n) { return x.type.shape[static_cast<int>(n.attr<Index>("axis"))]; }

Shape with_size(Shape shape, const Node& n, Index size) {
  shape[static_cast<int>(n.attr<Index>("axis"))] = size;
  return shape;
}

Whole taken(const Node& n, const In& in) {
  const Whole &x = in[0], &rows = in[1];
  return made(with_size(x.type.shape, n, rows.columns()), [&](Index i, Index j) {
    Index& k = along(i, j, x, n);
    k = row_number(rows, k, size_along(x, n));
    return x(i, j);
  });
}

Whole put(const Node& n, const In& in) {
  const Whole &g = in[0], &rows = in[1], &x = in[2];
  return made(x.type.shape, [&](Index i, Index j) {
    Index& k = along(i, j, x, n);
    const Index wanted = k;
    Complex sum = 0;
    for (k = 0; k < rows.columns(); ++k)
      if (row_number(rows, k, size_along(x, n)) == wanted) sum += g.x[static_cast<std::size_t>(i * g.columns() + j)];
    return sum;
  });
}

constexpr OpCase kCases[]{
    {"take", "D 0", [](M& m) { return take(m.dense(5, 7), m.row_numbers(9, 5)); }},
    {"take", "D 1", [](M& m) { return take(m.dense(5, 7), m.row_numbers(3, 7, DType::int8), 1); }},
    {"take", "D 0 few", [](M& m) { return take(m.dense(5, 7), m.row_numbers(2, 5, DType::uint16)); }},
    {"take", "v", [](M& m) { return take(m.vector(7), m.row_numbers(9, 7)); }},
    {"put_rows", "D 0", [](M& m) { return put_rows(m.dense(m.taken(9, 5), 7), m.row_numbers(9, 5), m.dense(5, 7)); }},
    {"put_rows", "D 1",
     [](M& m) { return put_rows(m.dense(5, m.taken(3, 7)), m.row_numbers(3, 7), m.dense(5, 7), 1); }},
    {"put_rows", "v", [](M& m) { return put_rows(m.vector(m.taken(9, 7)), m.row_numbers(9, 7), m.vector(7)); }},
    {"cast", "one_hot y", [](M& m) { return one_hot(m.row_numbers(7, 5), 5, DType::float32); }},
};

const std::map<std::string_view, Rule> kRules{
    {"take", taken},
    {"put_rows", put},
};

}  // namespace

Family parts() { return {kCases, kRules}; }

}  // namespace spgrad::tests
