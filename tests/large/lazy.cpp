#include "tests/large/lazy.hpp"

#include <algorithm>
#include <numeric>

namespace spgrad::large {
namespace {

Indices ascending(Indices x) {
  std::ranges::sort(x);
  x.erase(std::ranges::unique(x).begin(), x.end());
  return x;
}

Index modulo(Index i, Index n) { return (i % n + n) % n; }

// i -> (a i + b) mod n, and back: far rows meet, and still a column knows its rows.
struct Shuffle {
  Index n, a, b, inverse;
  explicit Shuffle(Index size) : n(size), a(size * 61 / 100 + 1), b(size / 7), inverse(0) {
    while (std::gcd(a, n) != 1) ++a;
    Index r0 = n, r1 = a % n, t0 = 0, t1 = 1;  // Euclid
    while (r1 != 0) {
      const Index q = r0 / r1;
      std::tie(r0, r1) = std::pair(r1, r0 - q * r1);
      std::tie(t0, t1) = std::pair(t1, t0 - q * t1);
    }
    inverse = modulo(t0, n);
  }
  Index to(Index i) const { return (a * i + b) % n; }
  Index back(Index j) const { return modulo((j - b) * inverse, n); }
};

constexpr Index kSkew = 64;

struct Band {
  Index first, last;
  bool shuffled, skewed;
};

Lazy square(Index n, const Band& band) {
  const Shuffle shuffle(n);
  const auto row = [=](Index i) {
    Indices j;
    for (Index o = band.first; o <= band.last; ++o) j.push_back(modulo(i + o, n));
    if (band.shuffled) j.push_back(shuffle.to(i));
    if (band.skewed) j.push_back(i / kSkew);
    return ascending(std::move(j));
  };
  const auto column = [=](Index j) {
    Indices i;
    for (Index o = band.first; o <= band.last; ++o) i.push_back(modulo(j - o, n));
    if (band.shuffled) i.push_back(shuffle.back(j));
    if (band.skewed)
      for (Index k = j * kSkew; k < std::min((j + 1) * kSkew, n); ++k) i.push_back(k);
    return ascending(std::move(i));
  };
  return {{n, n}, {}, row, column};
}

Indices all_but(Index n, const std::function<bool(Index)>& left_out) {
  Indices x;
  for (Index k = 0; k < n; ++k)
    if (!left_out(k)) x.push_back(k);
  return x;
}

Lazy thin(Index n) {
  const auto missing = [](Index i, Index j) { return (i + j) % kThin == 0; };
  return {{n, kThin},
          {},
          [=](Index i) { return all_but(kThin, [&](Index j) { return missing(i, j); }); },
          [=](Index j) { return all_but(n, [&](Index i) { return missing(i, j); }); }};
}

Lazy pattern_of(Pattern pattern, Index n) {
  switch (pattern) {
    case Pattern::scattered:
      return square(n, {-4, 4, true, true});
    case Pattern::banded:
      return square(n, {-5, 5, false, false});
    case Pattern::few:
      return square(n, {0, 1, true, false});
    case Pattern::thin:
      return thin(n);
  }
  return {};
}

Indices mapped(const Indices& from, const std::function<Index(Index)>& f) {
  Indices to;
  for (const Index i : from)
    if (const Index k = f(i); k >= 0) to.push_back(k);
  return ascending(std::move(to));
}

// The minors of B's lines that one line of A names.
Indices reached(const Indices& line, const std::function<Indices(Index)>& next) {
  Indices all;
  for (const Index k : line) {
    const Indices more = next(k);
    all.insert(all.end(), more.begin(), more.end());
  }
  return ascending(std::move(all));
}

}  // namespace

std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

double element(std::uint64_t seed, Range range, Index i, Index j) {
  const std::uint64_t bits = mixed(mixed(mixed(seed) + static_cast<std::uint64_t>(i)) + static_cast<std::uint64_t>(j));
  if (range == Range::wide) return 1e6 * static_cast<double>(bits >> 12) / 0x1p52;
  const double beside = seed % 2 == 0 ? 0.25 : 0.75;
  const double x = 0.25 + 0.64 * (static_cast<double>(bits >> 54) + beside) / 1024;
  return range == Range::either_sign && (bits & 1) != 0 ? -x : x;
}

Lazy sparse(Pattern pattern, Index n, std::uint64_t seed, Range range) {
  Lazy A = pattern_of(pattern, n);
  A.at = [=, row = A.row](Index i, Index j) {
    return std::ranges::binary_search(row(i), j) ? element(seed, range, i, j) : 0;
  };
  return A;
}

Lazy dense(Shape shape, std::uint64_t seed, Range range) {
  return {shape, [=](Index i, Index j) { return element(seed, range, i, j); }};
}

Lazy transposed(const Lazy& A) {
  return {{A.columns(), A.rows()}, [at = A.at](Index i, Index j) { return at(j, i); }, A.column, A.row};
}

Lazy united(const Lazy& A, const Lazy& B, std::function<double(double, double)> f) {
  const auto both = [](auto a, auto b) {
    return [=](Index i) {
      Indices all = a(i);
      for (const Index j : b(i)) all.push_back(j);
      return ascending(std::move(all));
    };
  };
  return {A.shape, [a = A.at, b = B.at, f](Index i, Index j) { return f(a(i, j), b(i, j)); }, both(A.row, B.row),
          both(A.column, B.column)};
}

Lazy product(const Lazy& A, const Lazy& B) {
  Lazy out{{A.rows(), B.columns()}, {}};
  const auto between = A.sparse()
                           ? std::function<Indices(Index, Index)>([row = A.row](Index i, Index) { return row(i); })
                           : [column = B.column](Index, Index j) { return column(j); };
  out.at = [=, a = A.at, b = B.at](Index i, Index j) {
    double sum = 0;
    for (const Index k : between(i, j)) sum += a(i, k) * b(k, j);
    return sum;
  };
  if (!A.sparse() || !B.sparse()) return out;
  out.row = [a = A.row, b = B.row](Index i) { return reached(a(i), b); };
  out.column = [a = A.column, b = B.column](Index j) { return reached(b(j), a); };
  return out;
}

Numbers every(Index n) {
  const auto same = [](Index i) { return i; };
  return {n, same, same};
}

Indices up_to(Index n) {
  Indices x(static_cast<std::size_t>(n));
  std::iota(x.begin(), x.end(), Index{0});
  return x;
}

Numbers stepping(Index start, Index step, Index count) {
  return {count, [=](Index k) { return start + k * step; },
          [=](Index i) {
            const Index k = (i - start) / step;
            return start + k * step == i && k >= 0 && k < count ? k : -1;
          }};
}

Lazy part(const Lazy& x, const Numbers& rows, const Numbers& columns) {
  Lazy out{{rows.count, columns.count}, [=, at = x.at](Index i, Index j) { return at(rows.from(i), columns.from(j)); }};
  if (x.shape.ndim() < 2) out.shape = {rows.count};
  if (!x.sparse()) return out;
  out.row = [=, row = x.row](Index i) { return mapped(row(rows.from(i)), columns.back); };
  out.column = [=, column = x.column](Index j) { return mapped(column(columns.from(j)), rows.back); };
  return out;
}

Lazy placed(const Lazy& x, const Shape& shape, const Numbers& rows, const Numbers& columns) {
  Lazy out{shape, [=, at = x.at](Index i, Index j) {
             const Index k = rows.back(i), l = columns.back(j);
             return k < 0 || l < 0 ? 0 : at(k, l);
           }};
  if (!x.sparse()) return out;
  out.row = [=, row = x.row](Index i) {
    const Index k = rows.back(i);
    return k < 0 ? Indices{} : mapped(row(k), columns.from);
  };
  out.column = [=, column = x.column](Index j) {
    const Index l = columns.back(j);
    return l < 0 ? Indices{} : mapped(column(l), rows.from);
  };
  return out;
}

}  // namespace spgrad::large
