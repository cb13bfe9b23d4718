// functions.hpp: the functions that an expression can call.
#pragma once

#include <span>

#include "src/lang/argument.hpp"

namespace spgrad::lang {

/// The arguments of a call, one for each parameter of the function, in their order; defaults are filled in.
struct Arguments {
  const std::vector<std::string>& parameters;
  const std::vector<Argument>& values;

  template <class T>
  T get(std::size_t k) const {
    return convert<T>(values[k], parameters[k]);
  }
};

/// parameters: "x, axis=None"; a first one "blocks..." takes all arguments without a name, as one list.
struct Function {
  std::string_view name, parameters;
  Var (*make)(const Arguments& arguments);
};

template <class... P, std::size_t... K>
Var call(Var (*f)(P...), const Arguments& a, std::index_sequence<K...>) {
  return f(a.get<std::remove_cvref_t<P>>(K)...);
}
/// A function of C++ as one of the language: each parameter is converted to its type.
template <auto F>
Var of(const Arguments& a) {
  return []<class... P>(Var (*f)(P...), const Arguments& given) {
    return call(f, given, std::index_sequence_for<P...>{});
  }(F, a);
}

std::span<const Function> element_functions();
std::span<const Function> reduction_functions();
std::span<const Function> product_functions();
std::span<const Function> part_functions();
std::span<const Function> matrix_functions();
std::span<const Function> derivative_functions();

/// The one of that name; null if there is none. d_NAME, where NAME is no function of that spelling, is NAME.
const Function* find_function(std::string_view name);

}  // namespace spgrad::lang
