#include "tests/random/cost.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "src/graph/walk.hpp"

namespace spgrad::tests {

Var weighted(Make& made, const Var& x, const Whole& value, Index way) {
  const Type type{value.type.dtype, Format::dense, value.type.shape};
  const Var w = made.add_input(text("w", made.inputs().size()), made.values_like(type));
  const Var sum_of_all = !value.sparse() ? sum(mul(x, w))
                         : way < 2       ? sp_sum(mul(x, w), {}, way == 0)
                                         : sum(mul(dense_from_sparse(x, way == 2), w));
  return real(sum_of_all);
}

std::string said_on(const Ranks& ranks, const std::function<std::string(World&)>& body) {
  std::mutex one_thread;
  std::string said;
  ranks([&](World& world) {
    const std::string mine = world.rank() == 0 ? body(world) : (body(world), "");
    const auto all = world.gather_all(std::span<const char>(mine));
    const std::scoped_lock lock(one_thread);
    said.assign(all.begin(), all.end());
  });
  return said;
}

bool is_refusal_of_duplicates(std::string_view message) {
  return message.find("the variable stores some position twice") != std::string_view::npos;
}

Cost::Cost(Make& made, Var cost, const std::vector<Make::Input>& wrt, bool structured)
    : made_(made), cost_(std::move(cost)) {
  for (const Var& x : topological({cost_})) single_ = single_ || real_of(x->type.dtype) == DType::float32;
  for (const Make::Input& x : wrt) {
    const Whole& value = given().at(x.var.get());
    const Var like = !value.sparse() ? Var{} : x.like ? x.like : x.var;
    wrt_.push_back(x.var);
    tangents_.push_back(made.add_input(text("t_", x.var->name), made.values_like(value.type, value.at), like));
    directions_.emplace(x.var.get(), given().at(tangents_.back().get()));
    moves_.emplace_back(x.var, tangents_.back());
  }
  gradients_ = grad(cost_, wrt_, {.disconnected = Disconnected::zeros, .structured = structured});
  jvp_ = jvp(cost_, moves_);
  if (jvp_) products_ = jvp(gradients_, moves_);
}

std::string Cost::print() const { return to_string({cost_}); }

std::string Cost::on(World& world, unsigned seed) const {
  Program program;
  for (const Make::Input& x : made_.inputs()) program.inputs.push_back(x.var);
  program.outputs = {cost_};
  for (const Vars& some : {wrt_, gradients_}) program.outputs.insert(program.outputs.end(), some.begin(), some.end());
  if (jvp_) program.outputs.push_back(jvp_);
  for (const Var& product : products_)
    if (product) program.outputs.push_back(product);
  Collector collector(world);
  std::map<const Node*, Whole> results;
  const auto values = compile(program, world)(dealt(world, made_, seed));
  for (std::size_t k = 0; k < values.size(); ++k) results[program.outputs[k].get()] = collector.collect(values[k]);
  if (world.rank() != 0) return "";
  try {
    return compare(results);
  } catch (const std::exception& e) {
    return e.what();  // the other ranks have none
  }
}

std::string Cost::compare(const Results& results) const {
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
std::string Cost::compare_gradient(const Results& results, std::size_t k) const {
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

std::string Cost::compare_second(const Results& results) const {
  if (!jvp_) return "";
  double got = 0;
  for (std::size_t k = 0; k < wrt_.size(); ++k)
    if (products_[k]) got += inner(by_entry(results, products_[k], k), directions_.at(wrt_[k].get()).x);
  if (differs(got, jvp_, directions_))
    return text("<tangent, Hessian tangent> is ", got, ", not ", slope(jvp_, directions_));
  return "";
}

std::vector<Complex> Cost::by_entry(const Results& results, const Var& g, std::size_t k) const {
  const Whole &whole = results.at(g.get()), &x = results.at(wrt_[k].get());
  return x.sparse() ? at_entries(whole, x) : whole.x;
}

double Cost::slope(const Var& out, const Given& directions, double h) const {
  const auto f = [&](const Given& at) { return evaluate(out, at).x; };
  return along(f, given(), directions, h).at(0).real();
}

// At a kink, where the slopes to both sides differ, and where differences of two widths do, nothing is known.
bool Cost::differs(double got, const Var& out, const Given& directions) const {
  const double wide = slope(out, directions);
  if (near(got, wide, 1e-6)) return false;
  const double tight = slope(out, directions, 1e-4);
  return near(wide, tight, 1e-6) && !near(got, tight, 1e-6) && bend(out, directions) < 1e-2;
}

// The slope to one side less that to the other.
double Cost::bend(const Var& out, const Given& directions) const {
  constexpr double h = 1e-5;
  const auto at = [&](double step) {
    Given moved = given();
    for (const auto& [x, t] : directions)
      for (std::size_t p = 0; p < t.x.size(); ++p) moved.at(x).x[p] += step * t.x[p];
    return evaluate(out, moved).x.at(0).real();
  };
  return std::abs(at(h) - 2 * at(0) + at(-h)) / h;
}

bool Cost::near(double a, double b, double tolerance) const {
  return std::abs(a - b) <= (single_ ? 1e-3 : tolerance) * (50 + std::abs(b));
}

}  // namespace spgrad::tests
