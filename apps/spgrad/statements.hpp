// statements.hpp: what `run` and `check-grad` are told, as options or as lines of a file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spgrad::app {

/// One of "in", "let", "out", "grad", "jvp", "hvp", "update", and what stands behind it.
struct Statement {
  std::string kind, text;
  std::string where;  ///< "--let" or "model.spg:3", for messages
};
using Statements = std::vector<Statement>;

/// The lines of a .spg file: KIND and its text; a line without one of the kinds is a `let`. `#` begins a comment, a
/// line that ends inside brackets goes on. Throws Error of kind io if the file cannot be read.
Statements read_statements(const std::string& file);

/// The two parts of "NAME = SPEC", "COST: VARS"... at the first separator, without blanks around. Throws Error of kind
/// usage that shows `form` if one of them is missing.
std::pair<std::string, std::string> parts_of(const Statement& s, char separator, std::string_view form);

/// The words of a list with commas between.
std::vector<std::string> words_of(const std::string& list);

}  // namespace spgrad::app
