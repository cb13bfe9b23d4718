#include "tests/random/cost.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <mutex>
#include <set>

#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "src/graph/walk.hpp"

namespace spgrad::tests {
namespace {

double slope(const Var& out, const Given& at, const Given& directions, double h = 1e-3) {
  const auto f = [&](const Given& moved) { return evaluate(out, moved).x; };
  return along(f, at, directions, h).at(0).real();
}

// The slope to one side less that to the other.
double bend(const Var& out, const Given& at, const Given& directions) {
  constexpr double h = 1e-5;
  const auto moved_by = [&](double step) {
    Given moved = at;
    for (const auto& [x, t] : directions)
      for (std::size_t p = 0; p < t.x.size(); ++p) moved.at(x).x[p] += step * t.x[p];
    return evaluate(out, moved).x.at(0).real();
  };
  return std::abs(moved_by(h) - 2 * moved_by(0) + moved_by(-h)) / h;
}

// Whether rounding decides: there is another value right beside.
bool jumps(const Var& out, const Given& at, const Given& directions) { return bend(out, at, directions) > 1e2; }

bool same_bits(const Whole& a, const Whole& b) {
  return a.x.size() == b.x.size() && std::memcmp(a.x.data(), b.x.data(), a.x.size() * sizeof(Complex)) == 0;
}

Whole ones_like(Whole x) {
  std::ranges::fill(x.x, 1.0);
  return x;
}

// Of input k of n only the values matter, at any position: the gradient is regular, and no pattern follows from it that
// says which entries there are.
bool passes_everywhere(const Node& n, std::size_t k) {
  const Op& op = *n.op;
  if (!n.in[k]->type.sparse()) return true;
  if (op.regular_in != 0 && std::ranges::count(n.in, n.in[k]) > 1)
    return false;  // in one place regular, not in another
  if (op.linear != Linear::none && (op.linear_in >> k & 1) == 0) return false;
  if (n.has("grad_preserves_dense") && !n.attr<bool>("grad_preserves_dense")) return false;
  return op.grad_kind != GradKind::none && !structured(n, n.in[k]);
}

bool passes_everywhere(const Var& x, const Var& cost) {
  std::set<const Node*> reached{x.get()};
  for (const Var& n : topological({cost}))
    for (std::size_t k = 0; k < n->in.size(); ++k) {
      if (!reached.contains(n->in[k].get())) continue;
      if (!passes_everywhere(*n, k)) return false;
      reached.insert(n.get());
    }
  return true;
}

}  // namespace

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
    : made_(made), structured_(structured), cost_(std::move(cost)) {
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
  const Bindings given = dealt(world, made_, seed);
  const auto values = compile(program, world)(given);
  for (std::size_t k = 0; k < values.size(); ++k) results[program.outputs[k].get()] = collector.collect(values[k]);
  program.strip = 1 + static_cast<Index>(seed % 5);
  const auto in_strips = compile(program, world)(given);
  std::string other;
  for (std::size_t k = 0; k < values.size(); ++k)
    if (!same_bits(Collector(world).collect(in_strips[k]), results[program.outputs[k].get()]))
      other = text("output ", k, " has other bits in strips of ", program.strip);
  if (world.rank() != 0 || !other.empty()) return other;
  try {
    return compare(results);
  } catch (const std::exception& e) {
    return e.what();  // the other ranks have none
  }
}

std::string Cost::compare(const Results& results) const {
  const double got = results.at(cost_.get()).x.at(0).real(), expected = evaluate(cost_, given()).x.at(0).real();
  if (!near(got, expected, 1e-11))
    return jumps(cost_, given(), directions_) ? "" : text("the cost is ", got, ", not ", expected);
  double reverse = 0;
  for (std::size_t k = 0; k < wrt_.size(); ++k) {
    const std::string why = compare_gradient(results, k) + compare_elsewhere(results, k);
    if (!why.empty()) return why;
    reverse += inner(by_entry(results, gradients_[k], k), directions_.at(wrt_[k].get()).x);
  }
  const double forward = jvp_ ? results.at(jvp_.get()).x.at(0).real() : 0;
  if (!near(forward, reverse, 1e-10)) return text("jvp is ", forward, " but <gradient, tangent> ", reverse);
  if (differs(forward, cost_, given(), directions_))
    return text("jvp is ", forward, ", not ", slope(cost_, given(), directions_));
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
    if (const double got = inner(g, t); differs(got, cost_, given(), unit))
      return text("the gradient by ", wrt_[k]->name, " at element ", p, " is ", got, ", not ",
                  slope(cost_, given(), unit));
  }
  return "";
}

// Where x stores nothing, a regular gradient is what it would be if x stored a zero there.
std::string Cost::compare_elsewhere(const Results& results, std::size_t k) const {
  const Var& x = wrt_[k];
  if (structured_ || !x->type.sparse() || !passes_everywhere(x, cost_)) return "";
  Given at = given();
  const Whole there = densified(ones_like(at.at(x.get()))), g = densified(results.at(gradients_[k].get()));
  const Whole& full = at.at(x.get()) = completed(at.at(x.get()));
  for (std::size_t p = k; p < full.x.size(); p += 5) {
    if (there(full.i(p), full.j(p)) != 0.0) continue;
    Given unit{{x.get(), full}};
    auto& t = unit.at(x.get()).x;
    std::ranges::fill(t, 0.0);
    t[p] = 1;
    if (const double got = g(full.i(p), full.j(p)).real(); differs(got, cost_, at, unit))
      return text("the gradient by ", x->name, " at (", full.i(p), ", ", full.j(p), "), where it stores nothing, is ",
                  got, ", not ", slope(cost_, at, unit));
  }
  return "";
}

std::string Cost::compare_second(const Results& results) const {
  if (!jvp_) return "";
  double got = 0;
  for (std::size_t k = 0; k < wrt_.size(); ++k)
    if (products_[k]) got += inner(by_entry(results, products_[k], k), directions_.at(wrt_[k].get()).x);
  if (differs(got, jvp_, given(), directions_))
    return text("<tangent, Hessian tangent> is ", got, ", not ", slope(jvp_, given(), directions_));
  return "";
}

std::vector<Complex> Cost::by_entry(const Results& results, const Var& g, std::size_t k) const {
  const Whole &whole = results.at(g.get()), &x = results.at(wrt_[k].get());
  return x.sparse() ? at_entries(whole, x) : whole.x;
}

// At a kink, where the slopes to both sides differ, and where differences of two widths do, nothing is known.
bool Cost::differs(double got, const Var& out, const Given& at, const Given& directions) const {
  const double wide = slope(out, at, directions);
  if (near(got, wide, 1e-6)) return false;
  const double tight = slope(out, at, directions, 1e-4);
  return near(wide, tight, 1e-6) && !near(got, tight, 1e-6) && bend(out, at, directions) < 1e-2;
}

bool Cost::near(double a, double b, double tolerance) const {
  return std::abs(a - b) <= (single_ ? 1e-3 : tolerance) * (50 + std::abs(b));
}

}  // namespace spgrad::tests
