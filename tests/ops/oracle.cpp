#include "tests/ops/oracle.hpp"

#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

const std::map<std::string_view, Rule>& rules() {
  static const std::map<std::string_view, Rule> table = [] {
    std::map<std::string_view, Rule> all;
    for (const Family& family : families()) all.insert(family.rules.begin(), family.rules.end());
    return all;
  }();
  return table;
}

bool fits(const Shape& shape, const Shape& promised) {
  if (shape.ndim() != promised.ndim()) return false;
  for (int axis = 0; axis < shape.ndim(); ++axis)
    if (promised[axis] != kUnknown && promised[axis] != shape[axis]) return false;
  return true;
}

Whole constant_value(const Node& n) {
  Whole out{n.type, {}, {}};
  const Value wide = cast(n.value, DType::complex128);
  const auto x = wide.data<Complex>();
  out.x.assign(x.begin(), x.end());
  require(n.type.ndim() < 2 || n.value.slow() == 0, "the oracle reads constants by rows");
  return out;
}

const Whole& evaluated(const Var& x, Given& known) {
  if (const auto found = known.find(x.get()); found != known.end()) return found->second;
  if (x->value) return known[x.get()] = constant_value(*x);
  const auto rule = rules().find(x->op->name);
  require(rule != rules().end(), "the oracle does not know ", x->op->name);
  In in;
  for (const Var& below : x->in) in.push_back(evaluated(below, known));
  Whole out = rule->second(*x, in);
  if (x->op->name == "row") out.type.shape = {1, in[0].columns()};
  if (x->op->name == "col") out.type.shape = {in[0].columns(), 1};
  require(fits(out.type.shape, x->type.shape), x->op->name, " makes ", out.type.shape, " but infer said ",
          x->type.shape);
  require(out.type.format == x->type.format, x->op->name, " makes ", out.type.format, " but infer said ",
          x->type.format);
  return known[x.get()] = in_dtype(std::move(out), x->type.dtype);
}

// x + h t
Given moved(Given x, const Given& tangents, double h) {
  for (const auto& [node, t] : tangents)
    for (std::size_t p = 0; p < t.x.size(); ++p) x[node].x[p] += h * t.x[p];
  return x;
}

}  // namespace

Whole evaluate(const Var& out, const Given& given) {
  Given known = given;
  return evaluated(out, known);
}

bool oracle_knows(std::string_view op) { return rules().contains(op); }

std::vector<Complex> along(const Function1& f, const Given& at, const Given& tangents, double h) {
  const auto a = f(moved(at, tangents, -2 * h)), b = f(moved(at, tangents, -h));
  const auto c = f(moved(at, tangents, h)), d = f(moved(at, tangents, 2 * h));
  std::vector<Complex> out(a.size());
  for (std::size_t p = 0; p < out.size(); ++p) out[p] = (8.0 * (c[p] - b[p]) - (d[p] - a[p])) / (12 * h);
  return out;
}

Jacobian::Jacobian(const Function1& f, const Given& at, const Var& wrt) {
  const Whole& x = at.at(wrt.get());
  for (std::size_t p = 0; p < x.x.size(); ++p) {
    Given unit{{wrt.get(), x}};
    auto& t = unit.at(wrt.get()).x;
    std::ranges::fill(t, 0.0);
    t[p] = 1.0;
    by_real_.push_back(along(f, at, unit));
    if (!is_complex(x.type.dtype)) continue;
    t[p] = Complex(0, 1);
    by_imaginary_.push_back(along(f, at, unit));
  }
}

std::vector<Complex> Jacobian::gradient(const std::vector<Complex>& w) const {
  std::vector<Complex> g;
  for (std::size_t p = 0; p < by_real_.size(); ++p)
    g.emplace_back(inner(w, by_real_[p]), by_imaginary_.empty() ? 0.0 : inner(w, by_imaginary_[p]));
  return g;
}

}  // namespace spgrad::tests
