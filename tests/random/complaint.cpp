#include <algorithm>
#include <cmath>

#include "spgrad/grad.hpp"
#include "src/graph/walk.hpp"
#include "tests/random/composition.hpp"

namespace spgrad::tests {
namespace {

/// The cost of some terms of a composition, its derivatives, and what is claimed of them.
class Cost {
 public:
  Cost(Composition& all, const std::vector<std::size_t>& terms) : all_(all) {
    const auto inputs = all.made().inputs();
    cost_ = all.cost_of(terms);
    for (const Var& x : topological({cost_})) single_ = single_ || real_of(x->type.dtype) == DType::float32;
    for (const Make::Input& x : inputs) {
      if (!x.var->name.starts_with("x")) continue;
      wrt_.push_back(x.var);
      tangents_.push_back(all.add_tangent(x));
      directions_.emplace(x.var.get(), all.made().given().at(tangents_.back().get()));
      moves_.emplace_back(x.var, tangents_.back());
    }
    gradients_ = grad(cost_, wrt_, {.disconnected = Disconnected::zeros, .structured = all.duplicates()});
    jvp_ = jvp(cost_, moves_);
    if (jvp_) products_ = jvp(gradients_, moves_);
  }

  /// What is wrong on the ranks of a world; the same text on all.
  std::string on(World& world, unsigned seed) const {
    Program program;
    for (const Make::Input& x : all_.made().inputs()) program.inputs.push_back(x.var);
    program.outputs = {cost_};
    for (const Vars& some : {wrt_, gradients_}) program.outputs.insert(program.outputs.end(), some.begin(), some.end());
    if (jvp_) program.outputs.push_back(jvp_);
    for (const Var& product : products_)
      if (product) program.outputs.push_back(product);
    Collector collector(world);
    std::map<const Node*, Whole> results;
    const auto values = compile(program, world)(dealt(world, all_.made(), seed));
    for (std::size_t k = 0; k < values.size(); ++k) results[program.outputs[k].get()] = collector.collect(values[k]);
    return world.rank() == 0 ? compare(results) : "";
  }

  std::string print() const { return to_string({cost_}); }

 private:
  using Results = std::map<const Node*, Whole>;

  std::string compare(const Results& results) const {
    const double got = results.at(cost_.get()).x.at(0).real(), expected = evaluate(cost_, given()).x.at(0).real();
    if (!near(got, expected, 1e-11)) return text("the cost is ", got, ", not ", expected);
    double reverse = 0;
    for (std::size_t k = 0; k < wrt_.size(); ++k) {
      const std::string why = compare_gradient(results, k);
      if (!why.empty()) return why;
      reverse += inner(by_entry(results, gradients_[k], k), directions_.at(wrt_[k].get()).x);
    }
    const double forward = jvp_ ? results.at(jvp_.get()).x.at(0).real() : 0;
    if (!near(forward, reverse, 1e-10)) return text("jvp is ", forward, " but <gradient, tangent> ", reverse);
    if (differs(forward, cost_, directions_)) return text("jvp is ", forward, ", not ", slope(cost_, directions_));
    return compare_second(results);
  }

  // Along some elements: the others are seen by the jvp.
  std::string compare_gradient(const Results& results, std::size_t k) const {
    const std::vector<Complex> g = by_entry(results, gradients_[k], k);
    for (std::size_t p = k; p < g.size(); p += 11) {
      Given unit{{wrt_[k].get(), given().at(wrt_[k].get())}};
      auto& t = unit.at(wrt_[k].get()).x;
      std::ranges::fill(t, 0.0);
      t[p] = is_complex(wrt_[k]->type.dtype) && p % 2 == 1 ? Complex(0, 1) : Complex(1);
      if (const double got = inner(g, t); differs(got, cost_, unit))
        return text("the gradient by ", wrt_[k]->name, " at element ", p, " is ", got, ", not ", slope(cost_, unit));
    }
    return "";
  }

  std::string compare_second(const Results& results) const {
    if (!jvp_) return "";
    double got = 0;
    for (std::size_t k = 0; k < wrt_.size(); ++k)
      if (products_[k]) got += inner(by_entry(results, products_[k], k), directions_.at(wrt_[k].get()).x);
    if (differs(got, jvp_, directions_))
      return text("<tangent, Hessian tangent> is ", got, ", not ", slope(jvp_, directions_));
    return "";
  }

  std::vector<Complex> by_entry(const Results& results, const Var& g, std::size_t k) const {
    const Whole &whole = results.at(g.get()), &x = results.at(wrt_[k].get());
    return x.sparse() ? at_entries(whole, x) : whole.x;
  }

  const Given& given() const { return all_.made().given(); }

  double slope(const Var& out, const Given& directions, double h = 1e-3) const {
    const auto f = [&](const Given& at) { return evaluate(out, at).x; };
    return along(f, given(), directions, h).at(0).real();
  }

  // At a kink, where the slopes to both sides differ, and where differences of two widths do, nothing is known.
  bool differs(double got, const Var& out, const Given& directions) const {
    const double wide = slope(out, directions);
    if (near(got, wide, 1e-6)) return false;
    const double tight = slope(out, directions, 1e-4);
    return near(wide, tight, 1e-6) && !near(got, tight, 1e-6) && bend(out, directions) < 1e-2;
  }

  // The slope to one side less that to the other.
  double bend(const Var& out, const Given& directions) const {
    constexpr double h = 1e-5;
    const auto at = [&](double step) {
      Given moved = given();
      for (const auto& [x, t] : directions)
        for (std::size_t p = 0; p < t.x.size(); ++p) moved.at(x).x[p] += step * t.x[p];
      return evaluate(out, moved).x.at(0).real();
    };
    return std::abs(at(h) - 2 * at(0) + at(-h)) / h;
  }

  bool near(double a, double b, double tolerance) const {
    return std::abs(a - b) <= (single_ ? 1e-3 : tolerance) * (50 + std::abs(b));
  }

  Composition& all_;
  bool single_ = false;
  Var cost_, jvp_;
  Vars wrt_, tangents_, gradients_, products_;
  std::vector<std::pair<Var, Var>> moves_;
  Given directions_;
};

// Empty if all is well.
std::string wrong(unsigned seed, const std::vector<std::size_t>& terms, const Ranks& ranks) {
  Composition all(seed);
  std::string why, graph;
  try {
    const Cost cost(all, terms);
    graph = cost.print();
    ranks([&](World& world) {
      const std::string mine = cost.on(world, seed % 4);
      if (world.rank() == 0) why = mine;
    });
  } catch (const std::exception& e) {
    why = e.what();
  }
  return why.empty() ? "" : text(why, "\n", graph);
}

}  // namespace

std::string complaint(unsigned seed, const Ranks& ranks) {
  const Composition all(seed);
  std::vector<std::size_t> made, ends;
  for (std::size_t k = 0; k < all.terms().size(); ++k) {
    if (all.terms()[k].made) made.push_back(k);
    if (all.terms()[k].made && !all.terms()[k].used) ends.push_back(k);
  }
  if (ends.empty()) return "";
  const std::string why = wrong(seed, ends, ranks);
  if (why.empty()) return "";
  for (const std::size_t k : made)
    if (const std::string less = wrong(seed, {k}, ranks); !less.empty())
      return text("seed ", seed, ", a part of ", all.steps_taken(), ": ", less);
  return text("seed ", seed, ": ", why);
}

}  // namespace spgrad::tests
