#include "tests/golden/verdict.hpp"

#include <algorithm>
#include <cmath>

#include "spgrad/grad.hpp"
#include "tests/golden/graph.hpp"

namespace spgrad::tests {
namespace {

bool floating(DType t) { return is_float(t) || is_complex(t); }

bool narrow(const GoldenCase& c) {
  const auto single = [](const Whole& x) { return real_of(x.type.dtype) == DType::float32; };
  return single(*c.output) || c.expression.find("'float32'") != std::string::npos ||
         std::ranges::any_of(c.inputs, [&](const auto& x) { return single(x.second); });
}

// Relative to 1 + the largest expected element.
struct Tolerances {
  double output = 1e-10, gradient = 1e-9, gradient_by_differences = 1e-8, jvp = 1e-7;
};

Tolerances tolerances(const GoldenCase& c) {
  Tolerances t;
  if (narrow(c)) t = {2e-5, 2e-4, 2e-4, 2e-4};
  if (!floating(c.output->type.dtype)) t.output = 0;
  return t;
}

bool is_nan(Complex x) { return std::isnan(x.real()) || std::isnan(x.imag()); }

bool is_finite(Complex x) { return std::isfinite(x.real()) && std::isfinite(x.imag()); }

// What differs between two arrays, with the largest error; nothing if they agree.
std::string difference(const std::string& what, const std::vector<Complex>& got, const std::vector<Complex>& expected,
                       double tolerance) {
  if (got.size() != expected.size()) return text(what, " has ", got.size(), " elements, not ", expected.size(), "; ");
  double scale = 1, largest = 0;
  std::size_t at = 0;
  for (const Complex& e : expected)
    if (is_finite(e)) scale = std::max(scale, 1 + std::abs(e));
  for (std::size_t p = 0; p < got.size(); ++p) {
    if (got[p] == expected[p] || (is_nan(got[p]) && is_nan(expected[p]))) continue;
    const double distance = std::abs(got[p] - expected[p]), error = std::isnan(distance) ? INFINITY : distance;
    if (error > largest) largest = error, at = p;
  }
  if (largest <= tolerance * scale) return "";
  return text(what, ": largest error ", largest, ", element ", at, " is ", got[at], ", not ", expected[at], "; ");
}

std::vector<std::pair<Index, Index>> positions(const Whole& x) {
  std::vector<std::pair<Index, Index>> at;
  for (std::size_t p = 0; p < x.x.size(); ++p) at.emplace_back(x.i(p), x.j(p));
  std::ranges::sort(at);
  at.erase(std::ranges::unique(at).begin(), at.end());
  return at;
}

// Sums of integers may come in the input's dtype or in a wider one.
bool is_wider_sum(const GoldenCase& c, DType got, DType expected) {
  const bool sum = c.expression.starts_with("sp_sum(") || c.expression.starts_with("d_sum(");
  const auto of_input = [&](const auto& x) { return x.second.type.dtype == got; };
  return sum && is_integer(got) && is_integer(expected) &&
         (size_of(got) >= size_of(expected) || std::ranges::any_of(c.inputs, of_input));
}

std::string compare_output(const GoldenCase& c, const Whole& got) {
  const Whole& e = *c.output;
  if (got.type.format != e.type.format || !(got.type.shape == e.type.shape) ||
      !(got.type.dtype == e.type.dtype || is_wider_sum(c, got.type.dtype, e.type.dtype)))
    return text("the output is ", got.type, ", not ", e.type, "; ");
  const bool other_pattern = c.compare == "pattern" && positions(got) != positions(e);
  return difference("the output", densified(got).x, densified(e).x, tolerances(c).output) +
         (other_pattern ? text("the output stores ", positions(got).size(), " positions, not those ",
                               positions(e).size(), " that are expected; ")
                        : "");
}

std::string compare_gradient(const GoldenCase& c, const std::string& name, const GoldenGradient& expected,
                             const Whole& got) {
  const Tolerances t = tolerances(c);
  const double tolerance = expected.source == "pytensor" ? t.gradient : t.gradient_by_differences;
  const std::string what = "the gradient by " + name;
  const Whole& x = c.inputs.at(name);
  if (!(got.type.shape == x.type.shape) || !is_float(got.type.dtype))
    return text(what, " is ", got.type, ", of an input ", x.type, "; ");
  const Whole e = densified(expected.value), g = densified(got);
  if (expected.kind == "mixed") return difference(what, at_entries(g, x), at_entries(e, x), tolerance);
  return difference(what, g.x, e.x, tolerance);
}

// A gradient at the entries of its input: its own entries if it lies on the input's pattern.
std::vector<Complex> by_entry(const Whole& g, const Whole& x) {
  if (!x.sparse()) return densified(g).x;
  return g.type.format == x.type.format && *g.at == *x.at ? g.x : at_entries(densified(g), x);
}

// sum(W o jvp) = sum of all sum(grad o tangent)
std::string compare_adjoint(const GoldenCase& c, const std::vector<Whole>& results) {
  if (c.tangents.size() != c.gradients.size()) return "";
  const double forward = inner(c.weight->x, densified(results.back()).x);
  double reverse = 0, size = 1 + std::abs(forward);
  std::size_t k = 1;
  for (const auto& [name, g] : c.gradients) {
    const double term = inner(by_entry(results[k++], c.inputs.at(name)), c.tangents.at(name).x);
    reverse += term;
    size += std::abs(term);
  }
  if (std::abs(forward - reverse) <= tolerances(c).gradient * size) return "";
  return text("<W, jvp> is ", forward, " but <gradient, tangent> ", reverse, "; ");
}

std::string compare(const GoldenCase& c, const GoldenGraph& graph, const std::vector<Whole>& results) {
  std::string why = compare_output(c, results.front());
  std::size_t k = 1;
  for (const auto& [name, expected] : c.gradients) why += compare_gradient(c, name, expected, results[k++]);
  if (!c.jvp) return why;
  if (!graph.jvp)
    return why + difference("the jvp (none)", std::vector<Complex>(c.jvp->x.size()), c.jvp->x, tolerances(c).jvp);
  why += difference("the jvp", densified(results.back()).x, c.jvp->x, tolerances(c).jvp);
  if (why.empty() && !c.gradients.empty()) why += compare_adjoint(c, results);
  return why;
}

std::string judge_values(World& world, const GoldenCase& c) {
  const GoldenGraph graph(c);
  Vars vars{graph.out};
  vars.insert(vars.end(), graph.gradients.begin(), graph.gradients.end());
  if (graph.jvp) vars.push_back(graph.jvp);
  for (const unsigned seed : {0U, 7U}) {
    const std::string why = compare(c, graph, graph.evaluate(world, vars, seed));
    if (!why.empty()) return why + (seed == 0 ? "dealt evenly" : "dealt unevenly");
  }
  return "";
}

// The reference has other names for dense operands alone (d_add), and refuses them under these.
void require_some_sparse(const Var& out) {
  const auto sparse = [](const Var& x) { return x->type.sparse(); };
  require(std::ranges::any_of(out->in, sparse), "one operand must be sparse");
}

std::string judge_refusal(World& world, const GoldenCase& c) {
  try {
    const GoldenGraph graph(c);
    if (!c.expression.starts_with("d_")) require_some_sparse(graph.out);
    graph.evaluate(world, {graph.out});
  } catch (const Error&) {
    return "";
  }
  return "no error is reported";
}

// d/ds gradient(x + s t) by fourth-order differences.
std::vector<Whole> differences(World& world, const GoldenGraph& graph) {
  constexpr double h = 1e-3;
  const auto at = [&](double step) {
    std::vector<Whole> g;
    for (const Whole& x : graph.evaluate(world, graph.gradients, 0, step)) g.push_back(densified(x));
    return g;
  };
  const auto a = at(-2 * h), b = at(-h), c = at(h), d = at(2 * h);
  std::vector<Whole> out = a;
  for (std::size_t k = 0; k < out.size(); ++k)
    for (std::size_t p = 0; p < out[k].x.size(); ++p)
      out[k].x[p] = (8.0 * (c[k].x[p] - b[k].x[p]) - (d[k].x[p] - a[k].x[p])) / (12 * h);
  return out;
}

std::string judge_hessian(World& world, const GoldenCase& c) {
  constexpr double tolerance = 1e-6;
  if (c.gradients.empty() || c.tangents.empty() || narrow(c)) return "";
  const GoldenGraph graph(c);
  const Vars products = jvp(graph.gradients, graph.tangents);
  const std::vector<Whole> expected = differences(world, graph);
  std::string why;
  for (std::size_t k = 0; k < products.size(); ++k) {
    const std::string what = "the Hessian-vector product by " + graph.wrt[k]->name;
    std::vector<Complex> got(expected[k].x.size());
    if (products[k]) got = densified(graph.evaluate(world, {products[k]}).front()).x;
    why += difference(what, got, expected[k].x, tolerance);
  }
  return why;
}

// Errors are agreed upon where they arise, so every rank catches the same one.
template <class Judge>
Verdict judged(const Judge& judge) {
  try {
    const std::string why = judge();
    return {why.empty() ? Verdict::passed : Verdict::failed, why};
  } catch (const std::exception& e) {
    return {Verdict::failed, e.what()};
  }
}

}  // namespace

Verdict judge(World& world, const GoldenCase& c) {
  if (const Exclusion* e = excluded(c)) return {Verdict::excluded, text(e->reason, ": ", e->proof)};
  return judged([&] { return c.category == "error" ? judge_refusal(world, c) : judge_values(world, c); });
}

Verdict judge_second_order(World& world, const GoldenCase& c) {
  if (c.category == "error" || excluded(c) != nullptr) return {};
  return judged([&] { return judge_hessian(world, c); });
}

}  // namespace spgrad::tests
