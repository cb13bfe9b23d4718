#include "src/lang/place.hpp"

#include <algorithm>

namespace spgrad::lang {

void complain(std::string_view text, const Place& place, const std::string& what) {
  const std::size_t at = std::min(place.begin, text.size());
  const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  const std::size_t from = before == std::string_view::npos ? 0 : before + 1;
  const std::string_view line = text.substr(from, std::min(text.find('\n', at), text.size()) - from);
  const std::size_t column = at - from;
  // An expression over several lines is marked to the end of its first one.
  const std::size_t length =
      std::max<std::size_t>(std::min(place.end, from + line.size()) - std::min(at, place.end), 1);
  std::string mark(column, ' ');
  for (std::size_t k = 0; k < column; ++k)
    if (line[k] == '\t') mark[k] = '\t';
  mark += '^' + std::string(length - 1, '~');
  const bool one_line = text.find('\n') == std::string_view::npos;
  const std::string where =
      one_line ? std::string() : spgrad::text("line ", 1 + std::count(text.begin(), text.begin() + from, '\n'), ", ");
  // The operands of an operation, which its complaint goes on with, stand below.
  const std::size_t first = std::min(what.find('\n'), what.size());
  throw Pointed(spgrad::text(where, "column ", column + 1, ": ", what.substr(0, first), "\n  ", line, "\n  ", mark,
                             what.substr(first)),
                ErrorKind::usage);
}

}  // namespace spgrad::lang
