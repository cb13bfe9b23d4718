#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "io/text.hpp"
#include "src/comm/entries.hpp"
#include "src/comm/moves.hpp"

namespace spgrad::io {
namespace {

/// The rows that one rank has read, with column numbers as in the file.
struct Rows {
  std::vector<Index> lengths, columns;
  std::vector<double> data, labels;
  std::vector<Index> whole_labels;                                ///< those of the labels that are whole numbers
  Index lowest = std::numeric_limits<Index>::max(), highest = 0;  ///< column numbers

  Index bytes() const {
    const std::size_t numbers = lengths.size() + columns.size() + data.size() + labels.size() + whole_labels.size();
    return static_cast<Index>(numbers * sizeof(Index));
  }
};

/// A label that was written as an integer, or a floating number that is one.
std::optional<Index> whole_number(std::string_view word, double x) {
  word.remove_prefix(word.starts_with('+'));
  Index k = 0;
  const auto [last, error] = std::from_chars(word.data(), word.data() + word.size(), k);
  if (error == std::errc{} && last == word.data() + word.size()) return k;
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it a double says nothing about units
  if (std::abs(x) <= kExact && x == std::trunc(x)) return static_cast<Index>(x);
  return {};
}

void read_label(Cursor& at, Rows& rows, bool nan) {
  const auto word = at.peek();
  if (word.find(',') != word.npos) at.complain("several labels in a row (", quoted(word), ") are not supported");
  const double x = real_number(at, nan);
  rows.labels.push_back(x);
  if (const auto k = whole_number(word, x)) rows.whole_labels.push_back(*k);
}

// label [qid:Q] index:value ... [# comment]
void read_row(std::string_view line, Rows& rows, bool nan) {
  Cursor at(line.substr(0, line.find('#')));
  if (at.done()) return;
  read_label(at, rows, nan);
  if (!at.done() && at.peek().starts_with("qid:")) at.word();
  const std::size_t before = rows.columns.size();
  while (!at.done()) {
    const Cursor pair = at;
    const Index j = at.number<Index>("index:value", ':');
    if (j < 0 || j == std::numeric_limits<Index>::max()) pair.complain("index ", j, " is out of range");
    rows.columns.push_back(j);
    rows.data.push_back(real_number(at, nan));
    rows.lowest = std::min(rows.lowest, j);
    rows.highest = std::max(rows.highest, j);
  }
  rows.lengths.push_back(static_cast<Index>(rows.columns.size() - before));
}

/// Collective. The items of all ranks, in order, cut by `layout` instead.
template <class T>
Value relaid(World& world, const std::vector<T>& mine, const Layout& layout) {
  const Layout found = comm::layout_of_counts(world, static_cast<Index>(mine.size()));
  const Value v = Value::dense(dtype_of<T>(), {found.size()}, 0, found, world.rank());
  std::copy(mine.begin(), mine.end(), v.data<T>().begin());
  return comm::relayout(world, v, layout);
}

/// Collective. `lengths`: of this rank's rows, read so far. For nnz every rank has all of them for a moment, as in
/// from_coo.
Layout row_layout(World& world, const std::vector<Index>& lengths, Balance balance) {
  if (balance == Balance::nnz) return Layout::balanced(world.gather_all<Index>(lengths), world.size());
  return Layout::even(world.reduce(static_cast<Index>(lengths.size())), world.size());
}

/// Collective. Which rank has read a row depends on byte ranges; where it shall be does not. Moved before there is a
/// pattern, because a pattern keeps the one it was made of.
Value assemble(World& world, const Rows& rows, Index columns, const Layout& major) {
  const Value lengths = relaid(world, rows.lengths, major);
  std::vector<Index> indptr{0};
  for (const Index n : lengths.data<Index>()) indptr.push_back(indptr.back() + n);
  const Layout entries = comm::layout_of_counts(world, indptr.back());
  const Value minors = relaid(world, rows.columns, entries), data = relaid(world, rows.data, entries);
  const auto pattern =
      make_sparsity(world, major, Layout::even(columns, world.size()), std::move(indptr), minors.data<Index>());
  return Value::sparse(DType::float64, Format::csr, pattern).with_data(data.buffer());
}

}  // namespace

Imported read_svmlight(World& world, TextFile& file, Index size, Balance balance, bool nan) {
  Rows rows;
  each_line(world, file, {0, size, 0}, [&](std::string_view line) {
    read_row(line, rows, nan);
    file.check_memory(2 * rows.bytes(), "the rows");  // twice: they move to the rank that shall have them
  });

  const bool from_zero = world.reduce(rows.lowest, comm::Combine::min) == 0;
  const Index columns = world.reduce(rows.highest, comm::Combine::max) + from_zero;
  if (!from_zero)
    for (Index& j : rows.columns) --j;
  const Layout major = row_layout(world, rows.lengths, balance);
  require(major.size() > 0, file.name(), " has no rows");
  check_sizes(world, file, major.size(), columns);
  const bool whole = !world.any(rows.whole_labels.size() < rows.labels.size());
  return {assemble(world, rows, columns, major),
          whole ? relaid(world, rows.whole_labels, major) : relaid(world, rows.labels, major)};
}

}  // namespace spgrad::io
