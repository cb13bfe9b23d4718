#include <charconv>
#include <cmath>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "src/graph/input_ops.hpp"
#include "src/graph/walk.hpp"

namespace spgrad {
namespace {

using Complex = std::complex<double>;

// The shortest text that reads back as the same number, and as no integer.
std::string spelled(double x) {
  if (std::isnan(x)) return "nan";
  if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
  char digits[32];
  char* const end = std::to_chars(digits, digits + sizeof digits, x).ptr;
  const std::string number(&digits[0], end);
  return number.find_first_of(".e") == std::string::npos ? number + ".0" : number;
}
std::string spelled(bool x) { return x ? "True" : "False"; }
std::string spelled(Index x) { return std::to_string(x); }
std::string spelled(std::uint64_t x) { return std::to_string(x); }
std::string spelled(const std::string& x) { return '\'' + x + '\''; }
std::string spelled(Complex x) {
  const std::string imaginary = spelled(x.imag());
  return spelled(x.real()) + (imaginary[0] == '-' ? "" : "+") + imaginary + 'j';
}
std::string spelled(const std::vector<Index>& x) {
  std::string list;
  for (const Index i : x) list += (list.empty() ? "[" : ", ") + spelled(i);
  return list.empty() ? "[]" : list + ']';
}

template <class T>
std::string element(T x) {
  if constexpr (is_complex_v<T>)
    return spelled(Complex(x));
  else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::uint64_t>)
    return spelled(x);
  else if constexpr (std::is_integral_v<T>)
    return spelled(static_cast<Index>(x));
  else
    return spelled(static_cast<double>(x));
}

template <class T>
std::string elements(const Value& v) {
  const auto x = v.data<T>();
  if (v.shape().ndim() == 0) return element(x[0]);
  const Index columns = v.shape().ndim() == 2 ? v.shape()[1] : v.shape()[0];
  const Index rows = v.shape().ndim() == 2 ? v.shape()[0] : 1;
  std::string out;
  for (Index i = 0; i < rows; ++i) {
    std::string row;
    for (Index j = 0; j < columns; ++j)
      row += (j > 0 ? ", " : "") + element(x[static_cast<std::size_t>(v.slow() == 0 ? i * columns + j : j * rows + i)]);
    out += text(i > 0 ? ", [" : "[", row, ']');
  }
  return v.shape().ndim() == 2 ? '[' + out + ']' : out;
}

std::string spelled(const Node& constant) {
  const Value& v = constant.value;
  const std::string data = dispatch(v.dtype(), [&]<class T>() { return elements<T>(v); });
  const bool complex = v.shape().ndim() == 0 && (v.dtype() == DType::complex128 || v.dtype() == DType::complex64);
  if (constant.type.weak) return complex ? '(' + data + ')' : data;
  return text("constant(", data, ", dtype='", v.dtype(), "')");
}

}  // namespace

std::string to_string(const Vars& outputs) {
  std::ostringstream out;
  std::unordered_map<const Node*, std::string> names;
  int next = 0;
  for (const Var& x : topological(outputs)) {
    if (x->op == &ops::constant) {
      names[x.get()] = spelled(*x);
      continue;
    }
    std::string& name = names[x.get()];
    name = x->name.empty() ? text('%', next++) : x->name;
    out << name << " = " << x->op->name;
    if (!x->in.empty() || !x->attrs.empty()) {
      out << '(';
      const char* comma = "";
      for (const Var& below : x->in) out << std::exchange(comma, ", ") << names.at(below.get());
      for (const auto& [key, value] : x->attrs)
        out << std::exchange(comma, ", ") << key << '=' << std::visit([](const auto& v) { return spelled(v); }, value);
      out << ')';
    }
    out << "  # " << x->type << '\n';
  }
  return out.str();
}

}  // namespace spgrad
