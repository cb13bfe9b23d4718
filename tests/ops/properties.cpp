#include "tests/ops/properties.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "spgrad/function.hpp"

namespace spgrad::tests {
namespace {

double largest(const std::vector<Complex>& x) {
  double most = 0;
  for (const Complex& element : x) most = std::max(most, std::abs(element));
  return most;
}

void expect_close(const std::vector<Complex>& got, const std::vector<Complex>& expected, double tolerance,
                  const std::string& what) {
  ASSERT_EQ(got.size(), expected.size()) << what;
  const double allowed = tolerance * (1 + largest(expected));
  for (std::size_t p = 0; p < got.size(); ++p)
    if (!(std::abs(got[p] - expected[p]) <= allowed) && got[p] != expected[p]) {
      ADD_FAILURE() << what << ": element " << p << " is " << got[p] << ", not " << expected[p];
      return;
    }
}

void expect_type(const Type& got, const Type& promised, const std::string& what) {
  EXPECT_EQ(got.dtype, promised.dtype) << what;
  EXPECT_EQ(got.format, promised.format) << what;
  ASSERT_EQ(got.shape.ndim(), promised.shape.ndim()) << what;
  for (int axis = 0; axis < got.shape.ndim(); ++axis)
    EXPECT_TRUE(promised.shape[axis] == kUnknown || got.shape[axis] == promised.shape[axis]) << what << " is " << got;
}

/// The results of one call, seen whole, beside what the trial says.
class Results {
 public:
  Results(World& world, const Trial& trial, const std::vector<Claim>& claims, const std::vector<Value>& values)
      : first_rank_(world.rank() == 0), trial_(trial), claims_(claims), values_(values) {
    Collector collector(world);
    for (const Value& v : values) wholes_.push_back(collector.collect(v));
  }

  void check() const {
    check_pattern();
    if (!first_rank_) return;  // all ranks have collected the same
    for (std::size_t k = 0; k < claims_.size(); ++k) check(claims_[k], values_[k], wholes_[k]);
    if (trial_.adjoint() && claims_.size() == trial_.claims().size()) check_adjoint(*trial_.adjoint());
  }

 private:
  const Whole& whole_of(const Var& x) const { return wholes_[index_of(x)]; }
  std::size_t index_of(const Var& x) const {
    return static_cast<std::size_t>(std::ranges::find(claims_, x, &Claim::var) - claims_.begin());
  }

  void check(const Claim& claim, const Value& value, const Whole& got) const {
    expect_type(got.type, claim.var->type, claim.what);
    if (claim.kind == Claim::value) expect_equal(got, claim.expected, claim.tolerance, claim.what);
    if (claim.kind == Claim::tangent) check_tangent(claim, got);
    if (claim.kind == Claim::gradient) check_gradient(claim, value, got);
  }

  void check_tangent(const Claim& claim, const Whole& got) const {
    expect_close(densified(got).x, densified(claim.expected).x, claim.tolerance, claim.what);
    if (const Whole& out = whole_of(trial_.out()); got.sparse() && claim.expected.sparse() && got.same_pattern(out))
      expect_close(in_canonical_order(got).x, in_canonical_order(claim.expected).x, claim.tolerance, claim.what);
  }

  void check_gradient(const Claim& claim, const Value& value, const Whole& got) const {
    EXPECT_EQ(got.type.dtype, claim.expected.type.dtype) << claim.what;
    const std::size_t x = index_of(claim.of);
    if (!claim.expected.sparse()) {
      expect_close(got.x, claim.expected.x, claim.tolerance, claim.what);
      EXPECT_EQ(value.cut(), values_[x].cut()) << claim.what;
      EXPECT_TRUE(value.layout() == values_[x].layout()) << claim.what << " is laid out otherwise";
      return;
    }
    expect_close(at_entries(got, wholes_[x]), claim.expected.x, claim.tolerance, claim.what + " at its entries");
    if (claim.everywhere && !got.same_pattern(wholes_[x]))
      expect_close(densified(got).x, claim.everywhere->x, claim.tolerance, claim.what + " at all positions");
  }

  void check_pattern() const {
    if (!trial_.out()->type.sparse() || trial_.out()->in.empty()) return;
    const PatternOf pattern = trial_.out()->op->pattern;
    EXPECT_NE(pattern.kind, PatternOf::kDense);
    if (pattern.kind != PatternOf::kSame) return;
    const std::size_t in = index_of(trial_.out()->in[static_cast<std::size_t>(pattern.at)]);
    if (in == claims_.size()) return;  // no input: an operand made on the way
    EXPECT_EQ(values_[index_of(trial_.out())].sparsity(), values_[in].sparsity()) << "the pattern is another one";
  }

  void check_adjoint(const Trial::Adjoint& a) const {
    const double forward = inner(a.w, densified(wholes_[a.jvp]).x);
    double reverse = 0, size = 1 + std::abs(forward);
    for (std::size_t k = 0; k < a.gradients.size(); ++k) {
      const Whole& g = wholes_[a.gradients[k]];
      const Claim& claim = claims_[a.gradients[k]];
      const double part = inner(a.t[k], claim.expected.sparse() ? at_entries(g, whole_of(claim.of)) : g.x);
      reverse += part;
      size += std::abs(part);
    }
    const double rounding = claims_[a.jvp].tolerance > 1e-6 ? 1e-4 : 1e-11;
    EXPECT_NEAR(forward, reverse, rounding * size) << "jvp and vjp are not adjoint";
  }

  const bool first_rank_;
  const Trial& trial_;
  const std::vector<Claim>& claims_;
  const std::vector<Value>& values_;
  std::vector<Whole> wholes_;
};

void expect_same_bits(const std::vector<Value>& a, const std::vector<Value>& b, const Trial& trial,
                      const std::vector<Claim>& claims) {
  const bool new_patterns = trial.out()->op->pattern.kind == PatternOf::kData;
  for (std::size_t k = 0; k < a.size(); ++k) {
    EXPECT_TRUE(std::ranges::equal(a[k].bytes(), b[k].bytes())) << "not the same bits twice: " << claims[k].what;
    EXPECT_TRUE(new_patterns || a[k].sparsity() == b[k].sparsity()) << "not the same pattern twice: " << claims[k].what;
  }
}

void run(World& world, const Trial& trial, const std::vector<Claim>& claims, int placements) {
  SCOPED_TRACE(trial.name());
  Program program;
  for (const Make::Input& x : trial.made().inputs()) program.inputs.push_back(x.var);
  for (const Claim& claim : claims) program.outputs.push_back(claim.var);
  Function f = compile(program, world);
  for (int k = 0; k <= placements; ++k) {
    SCOPED_TRACE(k == 0 ? std::string("dealt evenly") : text("dealt with seed ", k));
    const Bindings values = dealt(world, trial.made(), k == 0 ? 0 : static_cast<unsigned>(16 * k + world.size()));
    const std::vector<Value> results = f(values);
    expect_same_bits(f(values), results, trial, claims);
    Results(world, trial, claims, results).check();
  }
}

// Inputs and result are always there: what is claimed of a derivative is said beside them.
std::vector<Claim> alone(const Trial& trial, const Claim& claim) {
  std::vector<Claim> some;
  for (const Claim& c : trial.claims())
    if (c.kind == Claim::value) some.push_back(c);
  if (claim.kind != Claim::value) some.push_back(claim);
  return some;
}

}  // namespace

Bindings dealt(World& world, const Make& made, unsigned seed) {
  Dealer dealer(world, seed == 0, seed);
  Bindings values;
  std::map<const Node*, Value> by_node;
  for (const Make::Input& x : made.inputs()) {
    const Whole& whole = made.given().at(x.var.get());
    const Value v = x.like ? dealer.deal_on(by_node.at(x.like.get()), whole) : dealer.deal(whole);
    by_node.emplace(x.var.get(), v);
    values.emplace_back(x.var->name, v);
  }
  return values;
}

void expect_equal(const Whole& got, const Whole& expected, double tolerance, const std::string& what) {
  ASSERT_EQ(got.sparse(), expected.sparse()) << what;
  if (!got.sparse()) return expect_close(got.x, expected.x, tolerance, what);
  const Whole a = in_canonical_order(got), b = in_canonical_order(expected);
  EXPECT_TRUE(*a.at == *b.at) << what << ": other positions are stored";
  expect_close(a.x, b.x, tolerance, what);
}

void check(const Trial& trial, const Ranks& ranks, int placements) {
  const auto complaint = [&](const std::vector<Claim>& claims) -> std::string {
    try {
      ranks([&](World& world) { run(world, trial, claims, placements); });
      return "";
    } catch (const std::exception& e) {
      return e.what();
    }
  };
  const std::string whole = complaint(trial.claims());
  if (whole.empty()) return;
  for (const Claim& claim : trial.claims())
    if (const std::string what = complaint(alone(trial, claim)); !what.empty()) {
      ADD_FAILURE() << trial.name() << ": " << claim.what << ": " << what;
      if (claim.kind == Claim::value) return;
    }
  ADD_FAILURE() << trial.name() << ": " << whole;
}

}  // namespace spgrad::tests
