// Sums, maxima and their like over axes.
#include <limits>

#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

Complex log_total_exp(const std::vector<Complex>& x) {
  Complex sum = 0;
  for (const Complex& element : x) sum += std::exp(element);
  return std::log(sum);
}

Complex largest(const std::vector<Complex>& x) {
  double most = -std::numeric_limits<double>::infinity();
  for (const Complex& element : x) most = std::max(most, element.real());
  return most;
}

Complex smallest(const std::vector<Complex>& x) {
  double least = std::numeric_limits<double>::infinity();
  for (const Complex& element : x) least = std::min(least, element.real());
  return least;
}

// The number of the first element that equals m, along the axis or in all.
Whole index_in(const Node& n, const In& in) {
  const auto first = [&](const std::vector<Complex>& line, Complex m) {
    return static_cast<double>(std::ranges::find(line, m) - line.begin());
  };
  const Whole &x = in[0], &m = in[1];
  if (!n.has("axis") || x.type.ndim() < 2) return made({}, [&](Index, Index) { return first(x.x, m.x[0]); });
  const bool rows = n.attr<Index>("axis") == 1;
  return made(m.type.shape, [&](Index, Index k) {
    std::vector<Complex> line;
    for (Index l = 0; l < (rows ? x.columns() : x.rows()); ++l) line.push_back(rows ? x(k, l) : x(l, k));
    return first(line, m.x[static_cast<std::size_t>(k)]);
  });
}

Whole running_sum(const Node& n, const In& in) {
  const Whole& x = in[0];
  const bool rows = x.type.ndim() < 2 || n.attr<Index>("axis") == 1, reverse = n.attr<bool>("reverse");
  return made(x.type.shape, [&](Index i, Index j) {
    const Index size = rows ? x.columns() : x.rows(), at = rows ? j : i;
    Complex sum = 0;
    for (Index l = reverse ? at : 0; l < (reverse ? size : at + 1); ++l) sum += rows ? x(i, l) : x(l, j);
    return sum;
  });
}

Whole softmax_of(const Node& n, const In& in) {
  const Whole& x = in[0];
  const bool rows = x.type.ndim() < 2 || n.attr<Index>("axis") == 1;
  return made(x.type.shape, [&](Index i, Index j) {
    Complex sum = 0;
    for (Index l = 0; l < (rows ? x.columns() : x.rows()); ++l) sum += std::exp(rows ? x(i, l) : x(l, j));
    return std::exp(x(i, j)) / sum;
  });
}

constexpr OpCase kCases[]{
    {"sum", "D", [](M& m) { return sum(m.dense(5, 7)); }},
    {"sum", "D 0", [](M& m) { return sum(m.dense(5, 7), 0); }},
    {"sum", "D 1", [](M& m) { return sum(m.dense(5, 7), -1); }},
    {"sum", "v", [](M& m) { return sum(m.vector(7)); }},
    {"max", "D", [](M& m) { return max(m.dense(5, 7, M::distinct)); }},
    {"max", "D 0", [](M& m) { return max(m.dense(5, 7, M::distinct), 0); }},
    {"max", "D 1", [](M& m) { return max(m.dense(5, 7, M::distinct), 1); }},
    {"max", "v 0", [](M& m) { return max(m.vector(7, M::distinct), 0); }},
    {"min", "D", [](M& m) { return min(m.dense(5, 7, M::distinct)); }},
    {"min", "D 0", [](M& m) { return min(m.dense(5, 7, M::distinct), 0); }},
    {"min", "D 1", [](M& m) { return min(m.dense(5, 7, M::distinct), 1); }},
    {"min", "v 0", [](M& m) { return min(m.vector(7, M::distinct), 0); }},
    {"index_of", "argmax D", [](M& m) { return argmax(m.dense(5, 7)); }},
    {"index_of", "argmax D 0", [](M& m) { return argmax(m.dense(5, 7), 0); }},
    {"index_of", "argmax D 1", [](M& m) { return argmax(m.dense(5, 7), 1); }},
    {"index_of", "argmin D 0", [](M& m) { return argmin(m.dense(5, 7), 0); }},
    {"index_of", "argmin v", [](M& m) { return argmin(m.vector(7)); }},
    {"cumsum", "D 0", [](M& m) { return cumsum(m.dense(5, 7), 0); }},
    {"cumsum", "D 1", [](M& m) { return cumsum(m.dense(5, 7), 1); }},
    {"cumsum", "v", [](M& m) { return cumsum(m.vector(7)); }},
    {"logsumexp", "D", [](M& m) { return logsumexp(m.dense(5, 7)); }},
    {"logsumexp", "D 0", [](M& m) { return logsumexp(m.dense(5, 7), 0); }},
    {"logsumexp", "D 1", [](M& m) { return logsumexp(m.dense(5, 7), 1); }},
    {"logsumexp", "v", [](M& m) { return logsumexp(m.vector(7)); }},
    {"scaled_softmax", "D 0 v",
     [](M& m) {
       return apply(ops::scaled_softmax, {m.dense(5, 7), m.vector(7)}, {{"axis", Index{0}}});
     }},
    {"scaled_softmax", "D 1 v",
     [](M& m) {
       return apply(ops::scaled_softmax, {m.dense(5, 7), m.vector(5)}, {{"axis", Index{1}}});
     }},
    {"inner", "D D", [](M& m) { return inner(m.dense(5, 7), m.dense(5, 7)); }},
    {"inner", "v v", [](M& m) { return inner(m.vector(7), m.vector(7)); }},
    {"inner", "s s", [](M& m) { return inner(m.scalar(), m.scalar()); }},
    {"inner", "x x",
     [](M& m) {
       const Var x = m.dense(5, 7);
       return inner(x, x);
     }},
    {"softmax", "D 0", [](M& m) { return softmax(m.dense(5, 7), 0); }},
    {"softmax", "D 1", [](M& m) { return softmax(m.dense(5, 7), 1); }},
    {"softmax", "v 0", [](M& m) { return softmax(m.vector(7), 0); }},
    {"softmax", "log D 0", [](M& m) { return log_softmax(m.dense(5, 7), 0); }},
    {"softmax", "log D 1", [](M& m) { return log_softmax(m.dense(5, 7), 1); }},
    {"softmax", "log v", [](M& m) { return log_softmax(m.vector(7), 0); }},
    {"sp_sum", "A", [](M& m) { return sp_sum(m.sparse(5, 7)); }},
    {"sp_sum", "A 0", [](M& m) { return sp_sum(m.sparse(5, 7), 0); }},
    {"sp_sum", "A 1", [](M& m) { return sp_sum(m.sparse(5, 7), 1); }},
    {"sp_sum", "A structured", [](M& m) { return sp_sum(m.sparse(5, 7), {}, true); }},
    {"sp_sum", "A 0 structured", [](M& m) { return sp_sum(m.sparse(5, 7), 0, true); }},
    {"sp_sum", "A 1 structured", [](M& m) { return sp_sum(m.sparse(5, 7), 1, true); }},
};

const std::map<std::string_view, Rule> kRules{
    {"sum", reduced(total)},
    {"sp_sum", reduced(total)},
    {"max", reduced(largest)},
    {"min", reduced(smallest)},
    {"index_of", index_in},
    {"cumsum", running_sum},
    {"logsumexp", reduced(log_total_exp)},
    {"softmax", softmax_of},
    {"scaled_softmax",
     [](const Node& n, const In& in) {
       const bool rows = n.attr<Index>("axis") == 1;
       Whole out = softmax_of(n, in);
       for (std::size_t p = 0; p < out.x.size(); ++p) {
         const auto i = p / static_cast<std::size_t>(out.columns()), j = p % static_cast<std::size_t>(out.columns());
         out.x[p] *= in[1].x[rows ? i : j];
       }
       return out;
     }},
    {"inner",
     [](const Node&, const In& in) {
       const Whole x = wide(in[0]), y = wide(in[1]);
       Complex sum = 0;
       for (std::size_t p = 0; p < x.x.size(); ++p) sum += x.x[p] * y.x[p];
       return made({}, [&](Index, Index) { return sum; });
     }},
};

}  // namespace

Family reductions() { return {kCases, kRules}; }

}  // namespace spgrad::tests
