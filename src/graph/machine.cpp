#include "spgrad/machine.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <sstream>

namespace spgrad {
namespace {

struct Entry {
  std::string_view name;
  double Machine::*number;
  std::string_view unit;
};
constexpr std::array<Entry, 7> kEntries{{{"alpha", &Machine::alpha, "seconds a message"},
                                         {"beta", &Machine::beta, "seconds a byte of a message"},
                                         {"bandwidth", &Machine::bandwidth, "bytes a second of memory, one rank"},
                                         {"flops", &Machine::flops, "a second, one rank"},
                                         {"cache", &Machine::cache, "bytes, one rank"},
                                         {"rows_64", &Machine::rows_64, "bytes a second of rows of 64 bytes anywhere"},
                                         {"rows_256", &Machine::rows_256, "the same of rows of 256 bytes"}}};

std::string names() {
  std::string all;
  for (const Entry& e : kEntries) all += text(all.empty() ? "" : "|", e.name);
  return all;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

void read_line(Machine& machine, std::string_view line, const std::string& where) {
  const std::size_t at = line.find('=');
  const std::string_view name = trimmed(line.substr(0, at));
  const auto* entry = std::ranges::find(kEntries, name, &Entry::name);
  if (at == std::string_view::npos || entry == kEntries.end())
    fail(ErrorKind::data, where, ": '", line, "' is not of the form ", names(), " = NUMBER");
  const std::string_view digits = trimmed(line.substr(at + 1));
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || !(number > 0) || !std::isfinite(number))
    fail(ErrorKind::data, where, ": ", name, " must be a positive number but is '", digits, "'");
  machine.*entry->number = number;
}

}  // namespace

double Machine::seconds(const Cost& kernel) const {
  const auto& [fetched, row, array] = kernel.fetched;
  const double streamed = kernel.bytes - array;
  // What passes through the cache until the same row is named again: the whole array, and the streams' part meanwhile.
  const double between = fetched > 0 ? array + streamed * std::min(array / fetched, 1.0) : 0;
  if (between <= cache) return std::max(kernel.flops / flops, kernel.bytes / bandwidth);
  const double first = std::min(array, fetched), missed = first + (fetched - first) * (1 - cache / between);
  return std::max(kernel.flops / flops, streamed / bandwidth) + missed / row_bandwidth(row);
}

// A line of 64 bytes is the least that is fetched; between the two lengths by their ratio.
double Machine::row_bandwidth(double row_bytes) const {
  if (row_bytes <= 64) return rows_64 * row_bytes / 64;
  return rows_64 + (rows_256 - rows_64) * std::min(std::log2(row_bytes / 64) / 2, 1.0);
}

Machine parse_machine(std::string_view text, const std::string& file) {
  Machine machine;
  machine.from = file;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(whole.size() + 1, text.size()));
    if (const std::string_view line = trimmed(whole.substr(0, whole.find('#'))); !line.empty())
      read_line(machine, line, spgrad::text(file, ':', number));
  }
  return machine;
}

Machine read_machine(const std::string& file) {
  std::ifstream in(file);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) fail(ErrorKind::io, file, " cannot be read: ", std::strerror(errno));
  return parse_machine(text.str(), file);
}

std::string to_string(const Machine& machine) {
  std::string lines;
  for (const Entry& e : kEntries) lines += text(e.name, " = ", machine.*e.number, "  # ", e.unit, '\n');
  return lines;
}

}  // namespace spgrad
