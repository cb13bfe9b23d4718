#include "given.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "source.hpp"
#include "spgrad/distribute.hpp"
#include "spgrad/parse.hpp"
#include "statements.hpp"

namespace spgrad::app {
namespace {

// splitmix64 of a place in a stream: the same number wherever the element lies.
double uniform(std::uint64_t seed, std::uint64_t at) {
  std::uint64_t z = (seed + 1) * 0x9e3779b97f4a7c15 + at * 0xd1342543de82ef95;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

struct Random {
  Shape shape;
  Format format = Format::dense;
  double density = 0.01;
  DType dtype = DType::float64;
  std::uint64_t seed = 0;
};

template <class T>
T number(const std::string& word, const std::string& spec) {
  T x{};
  const char* const end = word.data() + word.size();
  if (const auto read = std::from_chars(word.data(), end, x); word.empty() || read.ptr != end || x < T{})
    fail(ErrorKind::usage, "'", spec, "': '", word, "' is no number that fits here");
  return x;
}

Random parse_random(const std::string& spec) {
  Random r;
  const auto words = words_of(spec.substr(spec.find(':') + 1));
  const std::size_t cross = words[0].find('x');
  r.shape = cross == std::string::npos ? Shape{number<Index>(words[0], spec)}
                                       : Shape{number<Index>(words[0].substr(0, cross), spec),
                                               number<Index>(words[0].substr(cross + 1), spec)};
  for (std::size_t k = 1; k < words.size(); ++k) {
    const std::size_t equals = std::min(words[k].find('='), words[k].size());
    const std::string key = words[k].substr(0, equals), value = words[k].substr(std::min(equals + 1, words[k].size()));
    if (key == "csr" || key == "csc")
      r.format = key == "csr" ? Format::csr : Format::csc;
    else if (key == "density")
      r.density = number<double>(value, spec);
    else if (key == "seed")
      r.seed = number<std::uint64_t>(value, spec);
    else if (key == "dtype")
      r.dtype = parse_dtype(value);
    else
      fail(ErrorKind::usage, "'", spec, "': '", words[k],
           "' is unknown; it is random:SHAPE[,csr|csc][,density=0.01][,dtype=float64][,seed=0]");
  }
  if (r.density > 1) fail(ErrorKind::usage, "'", spec, "': the density must be at most 1");
  if (r.format != Format::dense && r.shape.ndim() != 2)
    fail(ErrorKind::usage, "'", spec, "': a sparse matrix needs two sizes, as in 1000x20");
  return r;
}

Value dense(const Session& session, const Random& r) {
  const Value v = Value::dense(DType::float64, r.shape, 0, Layout::even(r.shape[0], session.ranks()), session.rank());
  const Index first = v.layout().begin(session.rank()) * v.row_length();
  const auto x = v.data<double>();
  for (std::size_t k = 0; k < x.size(); ++k) x[k] = random_number(r.seed, first + static_cast<Index>(k));
  return cast(v, r.dtype);
}

// Every row has the same number of entries, in columns drawn with repeats: those that fall together are summed.
Value sparse(const Session& session, const Random& r) {
  const Layout rows = Layout::even(r.shape[0], session.ranks());
  const auto per_row = static_cast<Index>(std::ceil(r.density * static_cast<double>(r.shape[1])));
  std::vector<Index> i, j;
  std::vector<double> x;
  for (Index row = rows.begin(session.rank()); row < rows.end(session.rank()); ++row)
    for (Index k = 0; k < per_row; ++k) {
      const auto at = 2 * static_cast<std::uint64_t>(row * per_row + k);
      i.push_back(row);
      j.push_back(static_cast<Index>(uniform(r.seed, at) * static_cast<double>(r.shape[1])));
      x.push_back(2 * uniform(r.seed, at + 1) - 1);
    }
  const Value data = Value::whole(DType::float64, {static_cast<Index>(x.size())});
  std::ranges::copy(x, data.data<double>().begin());
  return cast(from_coo(session.world(), r.format, r.shape, i, j, data), r.dtype);
}

bool is_literal(const std::string& spec) {
  if (spec.empty()) return false;
  const char c = spec[0];
  const bool digit =
      (c >= '0' && c <= '9') || ((c == '-' || c == '.' || c == '+') && spec.size() > 1 && spec[1] != '/');
  return c == '[' || c == '(' ||
         (digit && spec.find('/') == std::string::npos && spec.find(':') == std::string::npos &&
          spec.find_first_not_of("0123456789.+-eEj \t") == std::string::npos) ||
         spec == "True" || spec == "False" || spec == "inf" || spec == "nan";
}

}  // namespace

double random_number(std::uint64_t seed, Index at) { return 2 * uniform(seed, static_cast<std::uint64_t>(at)) - 1; }

GivenValue given_value(const Session& session, const std::string& spec, const io::Caution& caution) {
  if (spec.starts_with("random:")) {
    const Random r = parse_random(spec);
    return {r.format == Format::dense ? dense(session, r) : sparse(session, r)};
  }
  if (!is_literal(spec)) {
    Location from = parse_location(spec);
    from.caution = caution;
    return {read_value(session.world(), from), {}, from};
  }
  const Var x = parse(spec, {});
  if (!x->value) fail(ErrorKind::usage, "'", spec, "' is neither a number, nor a list of numbers, nor a file");
  return {x->value, x};
}

}  // namespace spgrad::app
