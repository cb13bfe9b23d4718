// Random values. The rules draw the same numbers, by a Philox and sums of probabilities of their own; small means only.
#include <cmath>

#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

// The first of the two uniform numbers of an element, as src/kernels/philox.hpp says it.
class Numbers {
 public:
  Numbers(const Node& n, const Whole& draw, std::uint64_t kind) {
    const auto seed = static_cast<std::uint64_t>(n.attr<Index>("seed"));
    const auto number = static_cast<std::uint64_t>(static_cast<Index>(draw.x[0].real()));
    cipher(number % k32, number / k32, kind, 0, seed % k32, seed / k32);
    key_[0] = x_[0];
    key_[1] = x_[1];
  }
  double operator()(Index i, Index j, int occurrence) {
    cipher(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(j), 0, static_cast<std::uint64_t>(occurrence),
           key_[0], key_[1]);
    return (std::floor(static_cast<double>(x_[0]) * 0x1p21 + static_cast<double>(x_[1] / 2048)) + 0.5) * 0x1p-53;
  }

 private:
  static constexpr std::uint64_t k32 = 1ULL << 32;
  void cipher(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d, std::uint64_t k, std::uint64_t l) {
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t p = a * 0xD2511F53, q = c * 0xCD9E8D57;
      a = (q / k32) ^ b ^ k;
      b = q % k32;
      c = (p / k32) ^ d ^ l;
      d = p % k32;
      k = (k + 0x9E3779B9) % k32;
      l = (l + 0xBB67AE85) % k32;
    }
    x_[0] = a;
    x_[1] = b;
  }
  std::uint64_t x_[2]{}, key_[2]{};
};

// f(p, i, j, occurrence) for the stored entries, in stored order.
template <class F>
void for_entries(const Whole& A, F f) {
  std::map<std::pair<Index, Index>, int> seen;
  for (std::size_t p = 0; p < A.x.size(); ++p) f(p, A.i(p), A.j(p), seen[{A.i(p), A.j(p)}]++);
}

// The first k at which the probabilities up to k reach u.
template <class F>
double quantile(double u, F probability) {
  double k = 0;
  for (double below = probability(0); below < u && k < 1000; below += probability(k)) ++k;
  return k;
}

double poisson_quantile(double u, double mean) {
  return quantile(u, [mean](double k) { return std::exp(k * std::log(mean) - mean - std::lgamma(k + 1)); });
}

double binomial_quantile(double u, double n, double p) {
  if (p > 0.5) return n - binomial_quantile(u, n, 1 - p);
  return quantile(u, [n, p](double k) {
    return k > n ? 0
                 : std::tgamma(n + 1) / std::tgamma(k + 1) / std::tgamma(n - k + 1) * std::pow(p, k) *
                       std::pow(1 - p, n - k);
  });
}

Whole dropped(const Node& n, const In& in) {
  Whole out = in[0];
  const double p = n.attr<double>("p");
  Numbers u(n, in[1], 1);
  const auto drop = [&](std::size_t k, Index i, Index j, int occurrence) {
    out.x[k] = u(i, j, occurrence) < p ? 0.0 : out.x[k] / (1 - p);
  };
  if (out.sparse())
    for_entries(in[0], drop);
  else
    for (std::size_t k = 0; k < out.x.size(); ++k) {
      const auto at = static_cast<Index>(k);
      out.type.ndim() < 2 ? drop(k, at, 0, 0) : drop(k, at / out.columns(), at % out.columns(), 0);
    }
  return out;
}

Whole without_zeros(const Whole& A) {
  Whole out{A.type, {}, {}};
  Positions at;
  for (std::size_t p = 0; p < A.x.size(); ++p) {
    if (A.x[p] == 0.0) continue;
    out.x.push_back(A.x[p]);
    at.major.push_back(A.at->major[p]);
    at.minor.push_back(A.at->minor[p]);
  }
  out.at = std::make_shared<Positions>(std::move(at));
  return out;
}

Whole poisson_counts(const Node& n, const In& in) {
  Whole out = in[0];
  Numbers u(n, in[1], 2);
  for_entries(in[0], [&](std::size_t p, Index i, Index j, int occurrence) {
    out.x[p] = poisson_quantile(u(i, j, occurrence), in[0].x[p].real());
  });
  return without_zeros(out);
}

Whole binomial_counts(const Node& n, const In& in) {
  Whole out{n.type, {}, {}};
  const int major = n.type.format == Format::csr ? 0 : 1;
  Positions at;
  for (Index k = 0; k < n.type.shape[major]; ++k)
    for (Index l = 0; l < n.type.shape[1 - major]; ++l) {
      at.major.push_back(k);
      at.minor.push_back(l);
    }
  out.x.resize(at.major.size());
  out.at = std::make_shared<Positions>(std::move(at));
  Numbers u(n, in[2], 3);
  for (std::size_t p = 0; p < out.x.size(); ++p)
    out.x[p] = binomial_quantile(u(out.i(p), out.j(p), 0), in[0].x[0].real(), in[1].x[0].real());
  return without_zeros(out);
}

Whole multinomial_counts(const Node& n, const In& in) {
  const Whole& P = in[1];
  Whole out = P;
  Numbers u(n, in[2], 4);
  std::map<std::pair<Index, Index>, std::vector<std::pair<std::size_t, double>>> sorted;
  for_entries(P, [&](std::size_t p, Index i, Index j, int occurrence) {
    sorted[{i, j}].emplace_back(p, u(i, j, occurrence));
  });
  for (Index i = 0; i < P.rows(); ++i) {
    double left = in[0].x[in[0].type.ndim() == 0 ? 0 : static_cast<std::size_t>(i)].real(), rest = 0;
    for (std::size_t p = 0; p < P.x.size(); ++p) rest += P.i(p) == i ? P.x[p].real() : 0;
    for (Index j = 0; j < P.columns(); ++j)
      for (const auto& [p, number] : sorted[{i, j}]) {
        const double weight = P.x[p].real(), count = binomial_quantile(number, left, std::min(weight / rest, 1.0));
        out.x[p] = count;
        left -= count;
        rest -= weight;
      }
  }
  return out;
}

Var by_rows(M& m) { return m.format() == Format::csr ? m.sparse(5, 7, M::positive) : T(m.sparse(7, 5, M::positive)); }

constexpr OpCase kCases[]{
    {"dropout", "D", [](M& m) { return dropout(m.dense(5, 7), 0.5, 1); }},
    {"dropout", "v", [](M& m) { return dropout(m.vector(7), 0.25, 2, 7); }},
    {"dropout", "s", [](M& m) { return dropout(m.scalar(), 0.25, 3); }},
    {"dropout", "A", [](M& m) { return dropout(m.sparse(5, 7), 0.5, -4, 1); }},
    {"poisson", "A", [](M& m) { return poisson(m.sparse(5, 7, M::positive), 5); }},
    {"binomial", "csr",
     [](M& m) {
       return binomial(9, 0.3, {m.size(5), m.size(7)}, Format::csr, DType::float32, 6);
     }},
    {"binomial", "csc",
     [](M& m) {
       return binomial(4, 0.6, {m.size(5), m.size(7)}, Format::csc, DType::int64, 7, 3);
     }},
    {"multinomial", "n P", [](M& m) { return multinomial(9, by_rows(m), 8); }},
    {"multinomial", "n_i P",
     [](M& m) {
       const Var P = by_rows(m);
       return multinomial(m.row_numbers(5, 10, DType::uint16), P, 9);
     }},
};

const std::map<std::string_view, Rule> kRules{
    {"dropout", dropped},
    {"poisson", poisson_counts},
    {"binomial", binomial_counts},
    {"multinomial", multinomial_counts},
};

}  // namespace

Family random_values() { return {kCases, kRules}; }

}  // namespace spgrad::tests
