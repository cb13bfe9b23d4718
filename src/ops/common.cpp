#include "src/ops/common.hpp"

#include <cmath>

#include "src/graph/input_ops.hpp"
#include "src/graph/sums.hpp"
#include "src/graph/walk.hpp"

namespace spgrad {

const std::vector<Index>& list_attr(const Node& n, std::string_view key, std::size_t count) {
  const auto& list = n.attr<std::vector<Index>>(key);
  require(list.size() == count, key, " must be ", count, " integers, not ", list.size());
  return list;
}

Shape shape_attr(const Node& n) {
  const auto& sizes = list_attr(n, "shape", 2);
  require(sizes[0] >= 0 && sizes[1] >= 0, "the sizes of a matrix cannot be ", sizes[0], " and ", sizes[1]);
  return {sizes[0], sizes[1]};
}

void require_one_entry_each(const Node& n, const Sparsity& A) {
  require(
      A.unique || !n.has("by_entry"),
      "a gradient has parts for each stored entry of a sparse variable and parts for each position, but the variable "
      "stores some position twice: sum its duplicates first, or ask for structured gradients (GradOptions)");
}

Var entry_for_entry(const Var& part, const Var& x, const Var& g, const Var& out) {
  const bool own = x->type.sparse() && g->type.sparse() && pattern_root(g) == pattern_root(out);
  return own ? at_entries(x, part) : part;
}

Var entries_if_alike(const Var& g, const Var& x) {
  if (pattern_root(g) == pattern_root(x)) return g;
  if (g->type.format != x->type.format) return sum_duplicates(g);
  return apply(ops::add_s_s, {g, zero_like(x)}, {{"alike", true}});
}

int checked_axis(const Var& x, int axis) {
  const int ndim = x->type.ndim();
  require(axis >= -ndim && axis < ndim, "axis ", axis, " does not exist in ", x->type);
  return axis < 0 ? axis + ndim : axis;
}

Attrs axis_attrs(const Var& x, std::optional<int> axis) {
  if (!axis) return {};
  return {{"axis", Index{checked_axis(x, *axis)}}};
}

DType dtype_of_sum(DType t) {
  if (t == DType::bool_) return DType::int64;
  if (!is_integer(t)) return t;
  return t >= DType::uint8 && t <= DType::uint64 ? DType::uint64 : DType::int64;
}

namespace {

bool is_number(const Var& x) {
  return x->op == &ops::constant && x->type.ndim() == 0 && !is_complex(x->type.dtype) &&
         std::isfinite(x->value.scalar()) && x->value.scalar() != 0;
}

// Whether parts of x may be summed behind the op instead of before it.
bool sums_commute(const Node& n, const Var& x) {
  const DType from = x->type.dtype, to = n.type.dtype;
  const bool alike = from == to ? from != DType::bool_ : !is_integer(from) && from != DType::bool_ && !is_integer(to);
  return alike && to != DType::bool_ && n.type.shape.known() && x->type.shape == n.type.shape;
}

}  // namespace

Spreads before_sums(const Node& n, std::uint32_t inputs) {
  Spread s{{}, uncombined()};
  for (std::size_t k = 0; k < n.in.size(); ++k) {
    const bool parts = (inputs >> k & 1) != 0;
    if (parts ? !sums_commute(n, n.in[k]) : !is_number(n.in[k])) return {};
    s.in.push_back(parts ? uncombined() : all());
  }
  return {s};
}

Spreads elementwise_spread(const Node& n) {
  if (n.type.sparse()) {
    const Rows major = own(major_axis(n.type));
    return {{.in = std::vector<Rows>(n.in.size(), major), .out = major}};
  }
  Spreads spreads;
  // What an op makes of an element must not depend on where the element is: parts are rows of anywhere.
  const Linear linear = n.op->elementwise ? n.op->linear : Linear::none;
  if (linear == Linear::jointly) spreads = before_sums(n, n.op->linear_in);
  for (std::size_t k = 0; linear == Linear::each && k < n.in.size(); ++k)
    if ((n.op->linear_in >> k & 1) != 0)
      for (Spread& s : before_sums(n, std::uint32_t{1} << k)) spreads.push_back(std::move(s));
  const int ndim = n.type.ndim();
  for (int axis = 0; axis < ndim; ++axis) {
    Spread s{{}, own(axis)};
    for (const Var& x : n.in) {
      const int own_axis = axis - (ndim - x->type.ndim());  // dimensions are aligned at the end
      const bool broadcast = own_axis < 0 || (x->type.shape[own_axis] == 1 && n.type.shape[axis] != 1);
      s.in.push_back(broadcast ? all() : own(own_axis));
    }
    spreads.push_back(std::move(s));
  }
  spreads.push_back({std::vector<Rows>(n.in.size(), all()), replica()});
  return spreads;
}

}  // namespace spgrad
