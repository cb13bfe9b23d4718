#include "src/run/finite.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

namespace spgrad {
namespace {

template <class T>
bool is_finite(const T& x) {
  if constexpr (is_complex_v<T>)
    return std::isfinite(x.real()) && std::isfinite(x.imag());
  else
    return std::isfinite(x);
}

template <class T>
bool is_nan(const T& x) {
  if constexpr (is_complex_v<T>)
    return std::isnan(x.real()) || std::isnan(x.imag());
  else
    return std::isnan(x);
}

bool has_nan_and_infinity(const Value& value) {
  return value && (is_float(value.dtype()) || is_complex(value.dtype()));
}

// The first element for which bad(x).
template <class Bad>
std::optional<Index> find(const Value& value, Bad&& bad) {
  std::optional<Index> found;
  if (!has_nan_and_infinity(value)) return found;
  dispatch(value.dtype(), [&]<class T>() {
    if constexpr (is_complex_v<T> || std::is_floating_point_v<T>) {
      const auto data = value.data<T>();
      const auto at = std::ranges::find_if(data, bad);
      if (at != data.end()) found = at - data.begin();
    }
  });
  return found;
}

std::array<Index, 2> position(const Sparsity& s, Index at) {
  const auto major = std::ranges::upper_bound(s.indptr, at) - s.indptr.begin() - 1;
  return {s.major.begin(s.rank) + major, s.global_minor(s.indices[static_cast<std::size_t>(at)])};
}

std::array<Index, 2> position(const Value& value, Index at) {
  if (value.is_sparse()) return position(*value.sparsity(), at);
  const Index first = value.cut() == kWhole ? 0 : value.layout().begin(value.rank());
  const Index length = std::max<Index>(value.row_length(), 1);
  return {first + at / length, at % length};
}

std::string number_at(const Value& value, Index at) {
  std::ostringstream out;
  dispatch(value.dtype(), [&]<class T>() {
    const T x = value.data<T>()[static_cast<std::size_t>(at)];
    if (x == x)
      out << x;
    else
      out << "nan";  // without a sign, which says nothing
  });
  return out.str();
}

std::string element_text(const Value& value, Index at, std::array<Index, 2> place) {
  const bool flipped = value.is_sparse() ? value.format() == Format::csc : value.slow() == 1;
  if (flipped && value.shape().ndim() == 2) std::swap(place[0], place[1]);
  const std::string number = number_at(value, at);
  if (value.shape().ndim() == 0) return number;
  if (value.shape().ndim() == 1) return text(number, " at (", place[0], ')');
  return text(number, " at (", place[0], ", ", place[1], ')');
}

std::string operands(const Node& node) {
  std::istringstream names{std::string(node.op->inputs)};
  std::string all, name;
  for (const Var& x : node.in) {
    if (std::string next; names >> next && next != "...") name = next;
    all += text("\n    ", name, ": ", x->type, x->name.empty() ? "" : ", ", x->name);
  }
  return all;
}

[[noreturn]] void complain(const Node& node, const std::string& element) {
  fail(ErrorKind::other, node.op->name, " makes the first value that is not finite, ", element, " of a ", node.type,
       ", of finite operands:", operands(node));
}

}  // namespace

bool all_finite(const Value& value) { return !find_not_finite(value); }
bool all_finite(const Operand& operand) { return all_finite(operand.own) && all_finite(operand.ghost); }

std::optional<Index> find_nan(const Value& value) {
  return find(value, [](const auto& x) { return is_nan(x); });
}
std::optional<Index> find_not_finite(const Value& value) {
  return find(value, [](const auto& x) { return !is_finite(x); });
}

std::string element_text(const Value& value, Index at) { return element_text(value, at, position(value, at)); }

void require_finite(const RunContext& context, const Operand& out, const Sparsity* names) {
  const Rows rows = context.out_rows();
  const bool of_parts = rows.kind == Rows::kAll || rows.kind == Rows::kGhost;
  const auto bad = of_parts && rows.combine != Rows::kSum ? find_nan : find_not_finite;
  if (const auto at = bad(out.own)) complain(context.node(), element_text(out.own, *at));
  if (const auto at = bad(out.ghost)) {
    auto place = position(out.ghost, *at);
    place[0] = names->ghosts[static_cast<std::size_t>(place[0])];
    complain(context.node(), element_text(out.ghost, *at, place));
  }
}

}  // namespace spgrad
