#include "src/graph/letters.hpp"

#include <algorithm>
#include <map>
#include <sstream>

namespace spgrad {
namespace {

std::string_view trimmed(std::string_view s) {
  const auto first = s.find_first_not_of(' ');
  return first == std::string_view::npos ? "" : s.substr(first, s.find_last_not_of(' ') - first + 1);
}

std::vector<std::string_view> split(std::string_view s, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= s.size();) {
    const auto end = std::min(s.find(separator, at), s.size());
    parts.push_back(trimmed(s.substr(at, end - at)));
    at = end + 1;
  }
  return parts;
}

std::string attr_text(const Attr& attr) {
  std::ostringstream out;
  std::visit(
      [&](const auto& x) {
        if constexpr (requires { out << x; }) out << x;
      },
      attr);
  return out.str();
}

// "[axis=0]": the attribute has that value. "[axis]": there is none of that name.
bool condition_holds(std::string_view condition, const Attrs& attrs) {
  const auto equals = condition.find('=');
  const auto found = attrs.find(condition.substr(0, equals));
  if (equals == std::string_view::npos) return found == attrs.end();
  return found != attrs.end() && attr_text(found->second) == condition.substr(equals + 1);
}

struct Alternative {
  std::vector<std::string> in;
  std::string out;
};

std::optional<Alternative> read(std::string_view alternative, const Vars& in, const Attrs& attrs) {
  if (alternative.starts_with('[')) {
    const auto close = alternative.find(']');
    if (!condition_holds(alternative.substr(1, close - 1), attrs)) return {};
    alternative.remove_prefix(close + 1);
  }
  const auto arrow = alternative.find("->");
  Alternative a;
  std::istringstream words{std::string(alternative.substr(0, arrow))};
  for (std::string word; words >> word;) a.in.push_back(word == "." ? "" : word);
  a.out = trimmed(alternative.substr(arrow + 2));
  if (a.out == ".") a.out.clear();
  while (a.in.size() < in.size() && !a.in.empty()) a.in.push_back(a.in.back());
  for (std::size_t k = 0; k < in.size(); ++k)
    if (a.in[k] != "*" && static_cast<int>(a.in[k].size()) != in[k]->type.ndim()) return {};
  return a;
}

// Broadcasting: dimensions are aligned at the end, and one of size 1 stands beside any size.
Letters resolve(const Alternative& a, const Vars& in) {
  Letters letters{a.in, a.out};
  int ndim = letters.out == "*" ? 0 : static_cast<int>(letters.out.size());
  if (letters.out == "*") {
    for (std::size_t k = 0; k < in.size(); ++k)
      if (a.in[k] == "*") ndim = std::max(ndim, in[k]->type.ndim());
    letters.out = std::string("32").substr(static_cast<std::size_t>(2 - ndim));
    for (int axis = 0; axis < ndim; ++axis) {  // a result's dimension is 1 only if that of every "*" is
      bool ones = true;
      for (std::size_t k = 0; k < in.size(); ++k) {
        const int own = axis - (ndim - in[k]->type.ndim());
        if (a.in[k] == "*") ones = ones && (own < 0 || in[k]->type.shape[own] == 1);
      }
      if (ones) letters.out[static_cast<std::size_t>(axis)] = '1';
    }
  }
  for (std::size_t k = 0; k < in.size(); ++k) {
    if (a.in[k] != "*") continue;
    const Shape& shape = in[k]->type.shape;
    require(shape.ndim() <= ndim, "an operand with ", shape.ndim(), " dimensions does not broadcast to ", ndim);
    letters.in[k].clear();
    for (int axis = 0; axis < shape.ndim(); ++axis) {
      const char letter = letters.out[static_cast<std::size_t>(ndim - shape.ndim() + axis)];
      letters.in[k] += shape[axis] == 1 ? '1' : letter;
    }
  }
  return letters;
}

std::string extent(const Vars& in, std::size_t k, std::size_t axis, std::string_view names) {
  std::vector<std::string> words;
  std::istringstream stream{std::string(names)};
  for (std::string word; stream >> word;) words.push_back(word);
  const std::string who = k < words.size() && words[k] != "..." ? words[k] : text("input ", k);
  const Shape& shape = in[k]->type.shape;
  const char* what = shape.ndim() == 1 ? " elements" : axis == 0 ? " rows" : " columns";
  return text(who, " has ", shape[static_cast<int>(axis)], what);
}

int kind_order(DType t) { return t == DType::bool_ ? 0 : is_integer(t) ? 1 : is_float(t) ? 2 : 3; }

// A literal raises the kind (bool, integer, float, complex) of what it meets, never its precision.
DType meet(DType strong, DType weak) {
  if (kind_order(weak) <= kind_order(strong)) return strong;
  if (is_complex(weak)) return strong == DType::float32 ? DType::complex64 : DType::complex128;
  return weak;
}

}  // namespace

Letters letters_of(const Op& op, const Vars& in, const Attrs& attrs) {
  if (in.empty()) return {};
  for (const std::string_view alternative : split(op.letters, '|'))
    if (const auto a = read(alternative, in, attrs)) return resolve(*a, in);
  fail(ErrorKind::data, "the operands' numbers of dimensions fit none of ", op.letters);
}

Shape shape_by_letters(const Node& n) {
  const Letters letters = letters_of(n);
  struct Seen {
    Index size;
    std::size_t k, axis;
  };
  std::map<char, Seen> seen;
  for (std::size_t k = 0; k < n.in.size(); ++k) {
    for (std::size_t axis = 0; axis < letters.in[k].size(); ++axis) {
      const char letter = letters.in[k][axis];
      if (letter == '_') continue;
      const Index size = n.in[k]->type.shape[static_cast<int>(axis)];
      if (letter == '1' && size != kUnknown)
        require(size == 1, extent(n.in, k, axis, n.op->inputs), " but must have 1");
      const auto [at, fresh] = seen.try_emplace(letter, Seen{size, k, axis});
      if (fresh || letter == '1' || size == kUnknown) continue;
      Seen& other = at->second;
      if (other.size == kUnknown) other.size = size;
      require(other.size == size, extent(n.in, other.k, other.axis, n.op->inputs), " but ",
              extent(n.in, k, axis, n.op->inputs));
    }
  }
  const auto size_of_letter = [&](char letter) {
    if (letter == '1') return Index{1};
    const auto at = seen.find(letter);
    return at == seen.end() ? kUnknown : at->second.size;
  };
  if (letters.out.empty()) return {};
  if (letters.out.size() == 1) return {size_of_letter(letters.out[0])};
  return {size_of_letter(letters.out[0]), size_of_letter(letters.out[1])};
}

DType promoted_dtype(const Node& n) {
  std::optional<DType> strong, weak;
  for (std::size_t k = 0; k < n.in.size(); ++k) {
    if ((n.op->promotes >> k & 1) == 0) continue;
    const Type& type = n.in[k]->type;
    auto& slot = type.weak ? weak : strong;
    slot = slot ? promote(*slot, type.dtype) : type.dtype;
  }
  const DType dtype = !strong ? weak.value_or(DType::float64) : weak ? meet(*strong, *weak) : *strong;
  const int kind = 1 << kind_order(dtype);
  require((n.op->accepts & kind) != 0, "operands of dtype ", dtype, " are not accepted");
  return dtype;
}

Type dense_type(const Node& n) { return {promoted_dtype(n), Format::dense, shape_by_letters(n)}; }

}  // namespace spgrad
