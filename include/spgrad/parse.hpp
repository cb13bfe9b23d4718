// parse.hpp: expressions as text, made into graphs. docs/LANGUAGE.md describes the language.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spgrad/op.hpp"

namespace spgrad {

/// What the names in an expression stand for.
using Names = std::map<std::string, Var, std::less<>>;

/// The graph of one expression. Throws Error of kind usage that says what is wrong and points at the place.
Var parse(std::string_view expression, const Names& names);

/// The graphs of `NAME = expression` statements, one a line, in their order; each may use those before it. `#` begins a
/// comment, a line that ends inside brackets goes on in the next. Reads back what to_string(graph) prints, if `names`
/// holds its inputs and shared values. Throws as parse() does, and for a name that is defined twice.
std::vector<std::pair<std::string, Var>> parse_statements(std::string_view statements, Names names);

/// A function of the language, such as {"sum", "x, axis=None"}.
struct FunctionName {
  std::string_view name, parameters;
};
/// All of them, by name. Beside them every operation can be called by its own name, its attributes by theirs.
const std::vector<FunctionName>& language_functions();

/// The one of `known` that `word` was most likely meant to be; empty if none is near.
std::string nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace spgrad
