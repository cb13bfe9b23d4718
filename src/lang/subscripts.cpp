#include "src/lang/subscripts.hpp"

namespace spgrad::lang {
namespace {

bool is_number(const Subscript& s) { return !s.slice && s.first.as<Index>() != nullptr; }
bool is_list(const Subscript& s) { return !s.slice && !is_number(s); }

Slice slice_of(const Subscript& s) {
  using Bound = std::optional<Index>;
  if (!s.slice) {
    const Index i = convert<Index>(s.first, "an index");
    return {i, i == -1 ? Bound{} : Bound{i + 1}, 1};
  }
  return {s.first.none() ? Bound{} : convert<Index>(s.first, "the start of a slice"),
          s.stop.none() ? Bound{} : convert<Index>(s.stop, "the end of a slice"),
          s.step.none() ? Index{1} : convert<Index>(s.step, "the step of a slice")};
}

Var list_of(const Subscript& s) { return convert<Var>(s.first, "a list of indices"); }

void require_within(const Var& x, const Subscript& s, int axis) {
  const Index size = x->type.shape[axis];
  if (!is_number(s) || size == kUnknown) return;
  const Index i = *s.first.as<Index>();
  require(i >= -size && i < size, "index ", i, " is out of range for ", x->type);
}

// A dense value without the axes that have been taken by a number.
Var without_axes(Var x, const std::vector<Subscript>& all) {
  for (std::size_t axis = all.size(); axis-- > 0;)
    if (is_number(all[axis])) x = sum(x, static_cast<int>(axis));
  return x;
}

}  // namespace

Var item(const Var& x, const std::vector<Subscript>& all) {
  const int ndim = x->type.ndim();
  require(ndim > 0 && static_cast<int>(all.size()) <= ndim, "there are ", all.size(), " indices for ", x->type);
  for (std::size_t k = 0; k < all.size(); ++k) require_within(x, all[k], static_cast<int>(k));
  const bool matrix = ndim == 2 && all.size() == 2;
  if (matrix && is_number(all[0]) && is_number(all[1]))
    return get_item_scalar(x, *all[0].first.as<Index>(), *all[1].first.as<Index>());
  if (matrix && is_list(all[0]) && is_list(all[1])) return get_item_2lists(x, list_of(all[0]), list_of(all[1]));
  // A list along one axis, then the slice along the other.
  for (std::size_t axis = 0; axis < all.size(); ++axis) {
    if (!is_list(all[axis])) continue;
    const Var rows = list_of(all[axis]);
    const Var taken = axis == 0 ? get_item_list(x, rows) : transpose(get_item_list(transpose(x), rows));
    if (!matrix) return taken;
    std::vector<Subscript> rest = all;
    rest[axis] = {.slice = true};
    return item(taken, rest);
  }
  const Slice rows = slice_of(all[0]), columns = matrix ? slice_of(all[1]) : Slice{};
  if (x->type.sparse()) return get_item_2d(x, rows, columns);
  return without_axes(subtensor(x, rows, columns), all);
}

}  // namespace spgrad::lang
