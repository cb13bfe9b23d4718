#include "statements.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "spgrad/error.hpp"

namespace spgrad::app {
namespace {

constexpr std::array<std::string_view, 7> kKinds{"in", "let", "out", "grad", "jvp", "hvp", "update"};

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

// A line up to its comment. `open` counts the brackets that are open behind it; quotes hide both.
std::string_view code_of(std::string_view line, int& open) {
  char quote = '\0';
  for (std::size_t k = 0; k < line.size(); ++k) {
    const char c = line[k];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '#') {
      return line.substr(0, k);
    } else if (c == '(' || c == '[') {
      ++open;
    } else if (c == ')' || c == ']') {
      open = std::max(open - 1, 0);
    }
  }
  return line;
}

Statement statement(const std::string& text, std::string where) {
  const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string first = text.substr(0, end);
  const std::string rest = trimmed(std::string_view(text).substr(end));
  const bool kind = std::ranges::find(kKinds, first) != kKinds.end() && !rest.starts_with('=');
  return {kind ? first : "let", kind ? rest : text, std::move(where)};
}

}  // namespace

Statements read_statements(const std::string& file) {
  std::ifstream in(file);
  if (!in) fail(ErrorKind::io, file, ": ", std::strerror(errno));
  Statements all;
  std::string text, line;
  int number = 0, began = 0, open = 0;
  const auto end = [&] {
    if (const std::string whole = trimmed(text); !whole.empty())
      all.push_back(statement(whole, spgrad::text(file, ':', began)));
    text.clear();
  };
  while (std::getline(in, line)) {
    ++number;
    if (trimmed(text).empty()) began = number;
    text += text.empty() ? "" : "\n";
    text += code_of(line, open);
    if (open == 0) end();
  }
  end();
  return all;
}

std::pair<std::string, std::string> parts_of(const Statement& s, char separator, std::string_view form) {
  const std::size_t at = s.text.find(separator);
  std::pair<std::string, std::string> parts{trimmed(s.text.substr(0, at)),
                                            at == std::string::npos ? "" : trimmed(s.text.substr(at + 1))};
  if (parts.first.empty() || parts.second.empty())
    fail(ErrorKind::usage, s.where, ": '", s.text, "' is not of the form ", form);
  return parts;
}

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  for (std::size_t from = 0; from <= list.size();) {
    const std::size_t end = std::min(list.find(',', from), list.size());
    words.push_back(trimmed(std::string_view(list).substr(from, end - from)));
    from = end + 1;
  }
  return words;
}

}  // namespace spgrad::app
