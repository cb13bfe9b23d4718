// argument.hpp: what stands between the parentheses of a call, and what functions make of it.
#pragma once

#include <complex>
#include <optional>
#include <variant>
#include <vector>

#include "spgrad/ops.hpp"
#include "src/lang/place.hpp"

namespace spgrad::lang {

struct Argument;
using List = std::vector<Argument>;
struct None {};

/// A number is kept as one until it is used as an operand, for it may be an axis or a size.
struct Argument {
  std::variant<None, bool, Index, double, std::complex<double>, std::string, List, Var> value{};
  Place place{};

  template <class T>
  const T* as() const {
    return std::get_if<T>(&value);
  }
  bool none() const { return as<None>() != nullptr; }
};

/// Arguments that do not fit the parameters of a function.
struct Misfit : Error {
  Misfit(const std::string& what, const Place& at) : Error(what, ErrorKind::usage), place(at) {}
  Place place;
};

/// An operand: numbers and (nested) lists of numbers are constants. Throws Error if it is none.
Var operand(const Argument& a);

/// What the name of a value means as an argument: a number, or a list of integers, that is the same in every call means
/// what it would if it were written there, so that it may be an axis or a size.
Argument meaning(const Var& x, const Place& place);

/// Argument as a parameter of C++ type T; `name` is that of the parameter. Throws Misfit if it is none.
template <class T>
T convert(const Argument& a, std::string_view name);

/// What an attribute of a form can be. Throws Error if it is none.
Attr attribute(const Argument& a, std::string_view name);

}  // namespace spgrad::lang
