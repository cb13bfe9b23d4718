// Golden results of PyTensor, SciPy and NumPy: outputs, gradients by their kind and directional derivatives, on one
// rank and on three.
//
// Reads foundation_cases.h5, or the file that the environment variable SPGRAD_GOLDEN names; there, what does not exist
// yet is counted and passed over.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "spgrad/function.hpp"
#include "spgrad/grad.hpp"
#include "tests/golden/cases.hpp"
#include "tests/golden/expression.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

bool floating(DType t) { return is_float(t) || is_complex(t); }

struct Tolerances {
  double output = 1e-10, gradient = 1e-9, difference = 1e-8, jvp = 1e-7;
};

Tolerances tolerances(const GoldenCase& c) {
  const auto narrow = [](const Whole& x) { return real_of(x.type.dtype) == DType::float32; };
  bool any = narrow(*c.output) || c.expression.find("'float32'") != std::string::npos;
  for (const auto& [name, x] : c.inputs) any = any || narrow(x);
  if (any) return {2e-5, 2e-4, 2e-4, 2e-4};
  return floating(c.output->type.dtype) ? Tolerances{} : Tolerances{.output = 0};
}

void expect_close(const std::vector<Complex>& got, const std::vector<Complex>& expected, double tolerance,
                  const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  double scale = 1;
  for (const Complex& e : expected) scale = std::max(scale, 1 + std::abs(e));
  for (std::size_t p = 0; p < got.size(); ++p)
    if (!(std::abs(got[p] - expected[p]) <= tolerance * scale)) {
      ADD_FAILURE() << what << ": element " << p << " is " << got[p] << ", not " << expected[p];
      return;
    }
}

std::vector<std::pair<Index, Index>> positions(const Whole& x) {
  std::vector<std::pair<Index, Index>> at;
  for (std::size_t p = 0; p < x.x.size(); ++p) at.emplace_back(x.i(p), x.j(p));
  std::ranges::sort(at);
  at.erase(std::ranges::unique(at).begin(), at.end());
  return at;
}

/// A case as a graph: the result, its gradients and its directional derivative.
struct Graph {
  explicit Graph(const GoldenCase& c) {
    std::map<std::string, Var> names;
    for (const auto& [name, x] : c.inputs) names[name] = given(name, x);
    out = expression(c.expression, names);
    if (c.output) require(out->type.format == c.output->type.format, "the result is ", out->type);
    if (!c.gradients.empty()) {
      Whole w = *c.weight;
      w.type.dtype = out->type.dtype;
      const Var weight = given("weight", w);
      Vars wrt;
      for (const auto& [name, g] : c.gradients) wrt.push_back(names[name]);
      gradients = vjp({out}, {weight}, wrt, {{}, {}, Disconnected::zeros});
    }
    if (!c.jvp) return;
    std::vector<std::pair<Var, Var>> moves;
    for (const auto& [name, t] : c.tangents) moves.emplace_back(names[name], given("t_" + name, t));
    jvp = spgrad::jvp(out, moves);
  }

  Var given(const std::string& name, const Whole& x) {
    program.inputs.push_back(input(name, x.type));
    values.emplace_back(name, x);
    return program.inputs.back();
  }

  Var out, jvp;
  Vars gradients;
  Program program;
  std::vector<std::pair<std::string, Whole>> values;
};

/// Deals the case's values, tangents of sparse inputs on their Sparsity, and calls.
std::vector<Value> called(World& world, const Graph& graph, bool even) {
  Program program = graph.program;
  program.outputs = {graph.out};
  program.outputs.insert(program.outputs.end(), graph.gradients.begin(), graph.gradients.end());
  if (graph.jvp) program.outputs.push_back(graph.jvp);
  Dealer dealer(world, even, 7);
  std::map<std::string, Value> dealt;
  Bindings bindings;
  for (const auto& [name, x] : graph.values) {
    const bool tangent = name.starts_with("t_") && x.sparse();
    const Value v = tangent ? dealer.deal_on(dealt.at(name.substr(2)), x) : dealer.deal(x);
    dealt.emplace(name, v);
    bindings.emplace_back(name, v);
  }
  return compile(program, world)(bindings);
}

void check_output(const GoldenCase& c, const Whole& got) {
  const bool sum_of_integers = !floating(c.output->type.dtype) && got.type.dtype == DType::int64;
  EXPECT_TRUE(sum_of_integers || got.type.dtype == c.output->type.dtype) << got.type;
  EXPECT_EQ(got.type.shape, c.output->type.shape);
  expect_close(densified(got).x, densified(*c.output).x, tolerances(c).output, "the output");
  EXPECT_TRUE(c.compare != "pattern" || positions(got) == positions(*c.output)) << "other positions are stored";
}

void check_gradient(const GoldenCase& c, const std::string& name, const GoldenGradient& expected, const Whole& got) {
  const double tolerance = expected.source == "pytensor" ? tolerances(c).gradient : tolerances(c).difference;
  const std::string what = "the gradient by " + name;
  const Whole &x = c.inputs.at(name), e = densified(expected.value), g = densified(got);
  if (expected.kind == "mixed")
    expect_close(at_entries(g, x), at_entries(e, x), tolerance, what);
  else
    expect_close(g.x, e.x, tolerance, what);
}

void check_on(World& world, const GoldenCase& c, const Graph& graph, bool even) {
  SCOPED_TRACE(text(c.name, ' ', c.expression, even ? "" : ", dealt unevenly"));
  Collector collector(world);
  std::vector<Whole> results;
  for (const Value& v : called(world, graph, even)) results.push_back(collector.collect(v));
  if (world.rank() != 0) return;
  check_output(c, results.front());
  std::size_t k = 1;
  for (const auto& [name, expected] : c.gradients) check_gradient(c, name, expected, results[k++]);
  if (!c.jvp) return;
  if (graph.jvp)
    expect_close(densified(results.back()).x, c.jvp->x, tolerances(c).jvp, "the jvp");
  else
    expect_close(std::vector<Complex>(c.jvp->x.size()), c.jvp->x, tolerances(c).jvp, "the jvp (none)");
}

void check_refused(const GoldenCase& c) {
  try {
    const Graph graph(c);
    on_ranks(3, [&](World& world) { called(world, graph, true); });
  } catch (const NotThere&) {
    throw;
  } catch (const Error&) {
    return;
  }
  ADD_FAILURE() << c.name << ' ' << c.expression << " must be refused";
}

// The reference refuses products and sums of dense operands because they are not its business; here they are done.
bool is_ours_to_refuse(const GoldenCase& c) {
  const auto sparse = [](const auto& x) { return x.second.sparse(); };
  return std::ranges::any_of(c.inputs, sparse) || c.expression.starts_with("csm");
}

/// Of a case: false if something it needs does not exist here.
bool check(const GoldenCase& c) {
  try {
    if (c.category == "error" && !is_ours_to_refuse(c)) return false;
    if (c.category == "error") {
      check_refused(c);
      return true;
    }
    const Graph graph(c);
    for (const int ranks : {1, 3}) on_ranks(ranks, [&](World& world) { check_on(world, c, graph, true); });
    on_ranks(3, [&](World& world) { check_on(world, c, graph, false); });
  } catch (const NotThere&) {
    return false;
  } catch (const std::exception& e) {
    ADD_FAILURE() << c.name << ' ' << c.expression << ": " << e.what();
  }
  return true;
}

TEST(GoldenFull, ResultsGradientsAndTangentsAreThoseOfTheReference) {
  const char* file = std::getenv("SPGRAD_GOLDEN");
  const auto cases = read_golden_cases(file != nullptr ? file : SPGRAD_GOLDEN_CASES);
  ASSERT_GT(cases.size(), 300);
  const auto checked = static_cast<std::size_t>(std::ranges::count_if(cases, check));
  RecordProperty("checked", static_cast<int>(checked));
  if (file == nullptr)
    EXPECT_EQ(checked, cases.size());
  else
    std::cout << checked << " of " << cases.size() << " golden cases checked, the rest need what does not exist yet\n";
}

}  // namespace
}  // namespace spgrad::tests
