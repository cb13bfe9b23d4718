#include "src/lang/argument.hpp"

#include "src/graph/input_ops.hpp"

namespace spgrad::lang {
namespace {

using Complex = std::complex<double>;

[[noreturn]] void refuse(const Argument& a, std::string_view name, const char* wanted) {
  throw Misfit(text(name, " must be ", wanted), a.place);
}

bool is_number(const Argument& a) {
  return a.as<bool>() != nullptr || a.as<Index>() != nullptr || a.as<double>() != nullptr || a.as<Complex>() != nullptr;
}

DType dtype_of_number(const Argument& a) {
  return a.as<bool>()     ? DType::bool_
         : a.as<Index>()  ? DType::int64
         : a.as<double>() ? DType::float64
                          : DType::complex128;
}

// The numbers of a list, whose sublists, if there are any, must be of one length each.
struct Numbers {
  DType dtype = DType::bool_;
  std::vector<const Argument*> all;

  void add(const Argument& a) {
    if (!is_number(a)) fail(ErrorKind::usage, "a list must hold numbers, or lists of numbers");
    dtype = promote(dtype, dtype_of_number(a));
    all.push_back(&a);
  }
};

template <class T>
T number_as(const Argument& a) {
  return std::visit(
      [](const auto& x) -> T {
        using X = std::remove_cvref_t<decltype(x)>;
        if constexpr (std::is_convertible_v<X, T> && !std::is_same_v<X, Var>) return static_cast<T>(x);
        return {};
      },
      a.value);
}

template <>
Complex number_as<Complex>(const Argument& a) {
  const auto* z = a.as<Complex>();
  return z != nullptr ? *z : Complex(number_as<double>(a));
}

Value array(const List& list) {
  Numbers numbers;
  const bool matrix = !list.empty() && list[0].as<List>() != nullptr;
  const Index rows = static_cast<Index>(list.size());
  Index columns = matrix ? static_cast<Index>(list[0].as<List>()->size()) : 0;
  for (const Argument& row : list) {
    const List* inner = row.as<List>();
    if ((inner != nullptr) != matrix || (matrix && static_cast<Index>(inner->size()) != columns))
      fail(ErrorKind::usage, "the rows of a literal matrix must be lists of one length");
    if (!matrix) numbers.add(row);
    if (matrix)
      for (const Argument& x : *inner) numbers.add(x);
  }
  if (numbers.all.empty()) numbers.dtype = DType::int64;
  const Value v = Value::whole(numbers.dtype, matrix ? Shape{rows, columns} : Shape{rows});
  dispatch(numbers.dtype, [&]<class T>() {
    if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, Index> || std::is_same_v<T, double> ||
                  std::is_same_v<T, Complex>)
      for (std::size_t k = 0; k < numbers.all.size(); ++k) v.data<T>()[k] = number_as<T>(*numbers.all[k]);
  });
  return v;
}

std::string word(const Argument& a, std::string_view name, const char* wanted) {
  const auto* w = a.as<std::string>();
  if (w == nullptr) refuse(a, name, wanted);
  return *w;
}

}  // namespace

Var operand(const Argument& a) {
  if (const Var* x = a.as<Var>()) return *x;
  if (const List* list = a.as<List>()) return constant(array(*list));
  if (const bool* x = a.as<bool>()) return constant(Value::scalar_of(*x));
  if (const Index* x = a.as<Index>()) return literal(Value::scalar_of(*x));
  if (const double* x = a.as<double>()) return literal(Value::scalar_of(*x));
  if (const Complex* x = a.as<Complex>()) return literal(Value::scalar_of(*x));
  fail(ErrorKind::usage, "this is not a value");
}

Argument meaning(const Var& x, const Place& place) {
  if (x->op != &ops::constant) return {x, place};
  const Value& v = x->value;
  if (x->type.weak || v.dtype() == DType::bool_) {
    if (v.shape().ndim() > 0) return {x, place};
    if (v.dtype() == DType::bool_) return {v.data<bool>()[0], place};
    if (v.dtype() == DType::int64) return {v.data<Index>()[0], place};
    if (v.dtype() == DType::float64) return {v.data<double>()[0], place};
  }
  if (v.dtype() != DType::int64 || v.shape().ndim() != 1) return {x, place};
  const auto numbers = v.data<Index>();
  List list(numbers.size());
  for (std::size_t k = 0; k < list.size(); ++k) list[k].value = numbers[k];
  return {list, place};
}

template <>
Var convert<Var>(const Argument& a, std::string_view name) {
  if (a.none() || a.as<std::string>() != nullptr) refuse(a, name, "a value");
  return operand(a);
}
template <>
bool convert<bool>(const Argument& a, std::string_view name) {
  if (a.as<bool>() == nullptr) refuse(a, name, "True or False");
  return *a.as<bool>();
}
template <>
Index convert<Index>(const Argument& a, std::string_view name) {
  if (a.as<Index>() == nullptr) refuse(a, name, "an integer");
  return *a.as<Index>();
}
template <>
int convert<int>(const Argument& a, std::string_view name) {
  const Index x = convert<Index>(a, name);
  if (x != static_cast<int>(x)) refuse(a, name, "a small integer");
  return static_cast<int>(x);
}
template <>
double convert<double>(const Argument& a, std::string_view name) {
  if (a.as<Index>() == nullptr && a.as<double>() == nullptr) refuse(a, name, "a number");
  return number_as<double>(a);
}
template <>
std::optional<int> convert<std::optional<int>>(const Argument& a, std::string_view name) {
  return a.none() ? std::nullopt : std::optional(convert<int>(a, name));
}
template <>
std::optional<Index> convert<std::optional<Index>>(const Argument& a, std::string_view name) {
  return a.none() ? std::nullopt : std::optional(convert<Index>(a, name));
}
template <>
Format convert<Format>(const Argument& a, std::string_view name) {
  const std::string w = word(a, name, "'csr' or 'csc'");
  if (w != "csr" && w != "csc") refuse(a, name, "'csr' or 'csc'");
  return w == "csr" ? Format::csr : Format::csc;
}
template <>
DType convert<DType>(const Argument& a, std::string_view name) {
  return parse_dtype(word(a, name, "a dtype, such as 'float32'"));
}
template <>
std::optional<DType> convert<std::optional<DType>>(const Argument& a, std::string_view name) {
  return a.none() ? std::nullopt : std::optional(convert<DType>(a, name));
}
template <>
std::vector<Index> convert<std::vector<Index>>(const Argument& a, std::string_view name) {
  const List* list = a.as<List>();
  if (list == nullptr) refuse(a, name, "a list of integers");
  std::vector<Index> out;
  for (const Argument& x : *list) out.push_back(convert<Index>(x, name));
  return out;
}
template <>
Shape convert<Shape>(const Argument& a, std::string_view name) {
  const auto sizes = convert<std::vector<Index>>(a, name);
  if (sizes.size() != 2 || sizes[0] < 0 || sizes[1] < 0) refuse(a, name, "[rows, columns]");
  return {sizes[0], sizes[1]};
}
template <>
Vars convert<Vars>(const Argument& a, std::string_view name) {
  const List* list = a.as<List>();
  if (list == nullptr) refuse(a, name, "a list of values");
  Vars out;
  for (const Argument& x : *list) out.push_back(convert<Var>(x, name));
  return out;
}

Attr attribute(const Argument& a, std::string_view name) {
  if (const auto* x = a.as<bool>()) return *x;
  if (const auto* x = a.as<Index>()) return *x;
  if (const auto* x = a.as<double>()) return *x;
  if (const auto* x = a.as<std::string>()) return *x;
  if (a.as<List>() != nullptr) return convert<std::vector<Index>>(a, name);
  refuse(a, name, "True, False, a number, a word in quotes or a list of integers");
}

}  // namespace spgrad::lang
