#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <numeric>

#include "io/text.hpp"

namespace spgrad::io {
namespace {

enum class Storage : std::uint8_t { coordinate, array };
enum class Field : std::uint8_t { real, integer, complex, pattern };
enum class Symmetry : std::uint8_t { general, symmetric, skew, hermitian };
constexpr std::array<std::string_view, 2> kStorages{"coordinate", "array"};
constexpr std::array<std::string_view, 4> kFields{"real", "integer", "complex", "pattern"};
constexpr std::array<std::string_view, 4> kSymmetries{"general", "symmetric", "skew-symmetric", "hermitian"};

struct Header {
  Storage storage;
  Field field;
  Symmetry symmetry;
  Index rows, columns;
  Index values;  ///< lines of values that are to follow
  TextPart body;
};

template <class E, std::size_t N>
E pick(Cursor& at, const std::array<std::string_view, N>& names) {
  at.done();
  const Cursor start = at;
  std::string word(at.word());
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto found = std::find(names.begin(), names.end(), word);
  if (found != names.end()) return static_cast<E>(found - names.begin());
  std::string known;
  for (const auto name : names) known += (known.empty() ? "" : ", ") + std::string(name);
  start.complain(quoted(start.peek()), " is none of ", known);
}

Index size_in(Cursor& at, std::string_view what) {
  at.done();
  const Cursor start = at;
  const Index n = at.number<Index>(what);
  if (n < 0 || n == std::numeric_limits<Index>::max()) start.complain(quoted(start.peek()), " is not ", what);
  return n;
}

void read_banner(std::string_view line, Header& h) {
  Cursor at(line);
  at.word();  // %%MatrixMarket
  pick<int>(at, std::array<std::string_view, 1>{"matrix"});
  h.storage = pick<Storage>(at, kStorages);
  h.field = pick<Field>(at, kFields);
  h.symmetry = pick<Symmetry>(at, kSymmetries);
  at.finish();
  if (h.field == Field::pattern && (h.storage == Storage::array || h.symmetry > Symmetry::symmetric))
    throw Complaint{0, "a pattern matrix is coordinate, and general or symmetric"};
  if (h.symmetry == Symmetry::hermitian && h.field != Field::complex)
    throw Complaint{0, "a hermitian matrix is complex"};
}

/// Stored values of an array: all, or those of the lower triangle (of a skew-symmetric one without the diagonal).
Index array_values(const Header& h) {
  Index n = h.columns, m = h.rows, values = 0;
  if (h.symmetry != Symmetry::general) {  // n (n + 1) / 2 or n (n - 1) / 2, the even factor halved first
    m = h.symmetry == Symmetry::skew ? std::max<Index>(n - 1, 0) : n + 1;
    (n % 2 == 0 ? n : m) /= 2;
  }
  if (__builtin_mul_overflow(m, n, &values))
    throw Complaint{0, text("an array of ", h.rows, " x ", h.columns, " is too large")};
  return values;
}

void read_sizes(std::string_view line, Header& h) {
  Cursor at(line);
  h.rows = size_in(at, "a number of rows");
  h.columns = size_in(at, "a number of columns");
  if (h.symmetry != Symmetry::general && h.rows != h.columns)
    throw Complaint{0, text("a ", kSymmetries[static_cast<std::size_t>(h.symmetry)],
                            " matrix has as many rows as columns, not ", h.rows, " x ", h.columns)};
  h.values = h.storage == Storage::coordinate ? size_in(at, "a number of entries") : array_values(h);
  at.finish();
}

bool is_comment(std::string_view line) { return line.starts_with('%') || Cursor(line).done(); }

Header read_header(TextFile& file, Index size) {
  Header h{};
  Lines lines(file, 0, size);
  std::string_view line;
  Index number = 1;
  try {
    lines.next(line);
    read_banner(line, h);
    do {
      if (!lines.next(line)) throw Complaint{0, "the text ends before the line with the sizes"};
      ++number;
    } while (is_comment(line));
    read_sizes(line, h);
  } catch (const Complaint& c) {
    throw place(file, number, c);
  }
  h.body = {lines.offset(), size, number};
  return h;
}

/// Entries of the whole matrix that this rank has read, mirrored where the file stores one triangle.
template <class T>
struct Entries {
  std::vector<Index> i, j;
  std::vector<T> x;

  Index bytes() const { return static_cast<Index>(x.size() * (2 * sizeof(Index) + sizeof(T))); }
  void add(Index row, Index column, T value) {
    i.push_back(row);
    j.push_back(column);
    x.push_back(value);
  }
};

template <class T>
T mirrored(Symmetry symmetry, T x) {
  if (symmetry == Symmetry::skew) return -x;
  if constexpr (is_complex_v<T>)
    if (symmetry == Symmetry::hermitian) return std::conj(x);
  return x;
}

/// False if a value on the diagonal contradicts the symmetry.
template <class T>
bool add_expanded(Entries<T>& out, Symmetry symmetry, Index i, Index j, T x) {
  out.add(i, j, x);
  if (symmetry == Symmetry::general) return true;
  if (i != j) out.add(j, i, mirrored(symmetry, x));
  return i != j || symmetry == Symmetry::symmetric || mirrored(symmetry, x) == x;
}

template <class T>
T value(Cursor& at, bool nan) {
  at.done();
  if constexpr (is_complex_v<T>) {
    const double re = value<double>(at, nan), im = value<double>(at, nan);
    return {re, im};
  } else if constexpr (std::is_integral_v<T>) {
    return at.number<T>("a 64-bit integer");
  } else {
    return real_number(at, nan);
  }
}

Index index_in(Cursor& at, Index size, std::string_view what) {
  at.done();
  const Cursor start = at;
  const Index i = at.number<Index>(what);
  if (i < 1 || i > size) start.complain(what, " must lie in 1 .. ", size, ", not ", i);
  return i - 1;
}

void check_count(const TextFile& file, const Header& h, Index found) {
  require(found == h.values, file.name(), ", line ", h.body.lines, ": ", h.values, " values are announced, but ", found,
          " follow");
}

std::string contradiction(Symmetry symmetry) {
  return symmetry == Symmetry::skew ? "the diagonal of a skew-symmetric matrix is zero"
                                    : "the diagonal of a hermitian matrix is real";
}

template <class T>
Entries<T> read_coordinates(World& world, TextFile& file, const Header& h, bool nan) {
  Entries<T> out;
  Index count = 0;
  each_line(world, file, h.body, [&](std::string_view line) {
    if (is_comment(line)) return;
    Cursor at(line);
    const Index i = index_in(at, h.rows, "a row number"), j = index_in(at, h.columns, "a column number");
    at.done();
    const Cursor start = at;
    const T x = h.field == Field::pattern ? T{1} : value<T>(at, nan);
    at.finish();
    if (!add_expanded(out, h.symmetry, i, j, x)) start.complain(contradiction(h.symmetry));
    file.check_memory(2 * out.bytes(), "the entries");  // twice: they move to the rank that shall have them
    ++count;
  });
  check_count(file, h, world.reduce(count));
  return out;
}

/// The non-zeros of an array, which is stored by columns: first what stands where, then, when all ranks have counted,
/// the place.
template <class T>
Entries<T> read_array(World& world, TextFile& file, const Header& h, bool nan) {
  std::vector<std::pair<Index, T>> stored;  // (position among this rank's values, value)
  Index count = 0;
  each_line(world, file, h.body, [&](std::string_view line) {
    if (is_comment(line)) return;
    Cursor at(line);
    const T x = value<T>(at, nan);
    at.finish();
    if (x != T{}) stored.emplace_back(count, x);
    file.check_memory(static_cast<Index>(4 * stored.size() * sizeof(stored[0])), "the values");  // entries of it follow
    ++count;
  });
  const std::vector<Index> counts = world.gather_each(count);
  check_count(file, h, std::accumulate(counts.begin(), counts.end(), Index{0}));
  const Index before = std::accumulate(counts.begin(), counts.begin() + world.rank(), Index{0});

  Entries<T> out;
  bool consistent = true;
  const bool lower = h.symmetry != Symmetry::general;
  const auto first = [&](Index j) { return !lower ? 0 : j + (h.symmetry == Symmetry::skew); };
  Index j = 0, column = 0;  // position of the first value of column j
  for (const auto& [k, x] : stored) {
    for (; before + k >= column + h.rows - first(j); ++j) column += h.rows - first(j);
    consistent &= add_expanded(out, h.symmetry, first(j) + before + k - column, j, x);
  }
  require(!world.any(!consistent), file.name(), ": ", contradiction(h.symmetry));
  return out;
}

template <class T>
Value read_matrix(World& world, TextFile& file, const Header& h, Balance balance, bool nan) {
  Entries<T> entries =
      h.storage == Storage::coordinate ? read_coordinates<T>(world, file, h, nan) : read_array<T>(world, file, h, nan);
  const Value data = Value::whole(dtype_of<T>(), {static_cast<Index>(entries.x.size())});
  std::copy(entries.x.begin(), entries.x.end(), data.data<T>().begin());
  entries.x = {};
  Cut cut;
  cut.balance = balance;
  return from_coo(world, Format::csr, {h.rows, h.columns}, entries.i, entries.j, data, Duplicates::sum, cut);
}

}  // namespace

Imported read_matrix_market(World& world, TextFile& file, Index size, Balance balance, bool nan) {
  const Header h = from_root(world, [&] { return read_header(file, size); });
  check_sizes(world, file, h.rows, h.columns);
  file.check_memory(h.rows * Index{sizeof(Index)}, text(h.rows, " rows"));
  switch (h.field) {
    case Field::integer:
      return {read_matrix<Index>(world, file, h, balance, nan), {}};
    case Field::complex:
      return {read_matrix<std::complex<double>>(world, file, h, balance, nan), {}};
    default:
      return {read_matrix<double>(world, file, h, balance, nan), {}};
  }
}

}  // namespace spgrad::io
