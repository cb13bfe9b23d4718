#include "tests/ops/oracle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "spgrad/ops.hpp"

namespace spgrad::tests {
namespace {

using In = std::vector<Whole>;
using Rule = std::function<Whole(const Node&, const In&)>;

// As inputs are promoted before an op sees them: entries of one position are not summed in a narrow dtype.
Whole wide(const Whole& x) { return densified(in_dtype(x, DType::complex128)); }

// f of every element, or stored entry.
template <class F>
Rule elements(F f) {
  return [f](const Node&, const In& in) {
    Whole out = in[0];
    std::ranges::transform(out.x, out.x.begin(), f);
    return out;
  };
}

Shape broadcast(const Shape& a, const Shape& b) {
  Shape out = a.ndim() >= b.ndim() ? a : b;
  const Shape& small = a.ndim() >= b.ndim() ? b : a;
  for (int axis = 0; axis < small.ndim(); ++axis) {
    Index& size = out[axis + out.ndim() - small.ndim()];
    if (size == 1) size = small[axis];
  }
  return out;
}

// out[i, j] = f(i, j)
template <class F>
Whole made(const Shape& shape, F f) {
  Whole out = dense_zeros(DType::complex128, shape);
  for (Index i = 0; i < out.rows(); ++i)
    for (Index j = 0; j < out.columns(); ++j) out.x[static_cast<std::size_t>(i * out.columns() + j)] = f(i, j);
  return out;
}

template <class F>
Rule pairs(F f) {
  return [f](const Node&, const In& in) {
    const Whole x = wide(in[0]), y = wide(in[1]);
    return made(broadcast(x.type.shape, y.type.shape), [&](Index i, Index j) { return f(x(i, j), y(i, j)); });
  };
}

template <class F>
Rule compared(F f) {
  return pairs([f](Complex a, Complex b) { return Complex(f(a, b)); });
}

// f of the elements along the axis, of all without one.
template <class F>
Rule reduced(F f) {
  return [f](const Node& n, const In& in) {
    const Whole x = wide(in[0]);
    if (!n.has("axis") || x.type.ndim() < 2) return made({}, [&](Index, Index) { return f(x.x); });
    const bool rows = n.attr<Index>("axis") == 1;  // one result a row
    return made({rows ? x.rows() : x.columns()}, [&](Index, Index k) {
      std::vector<Complex> line;
      for (Index l = 0; l < (rows ? x.columns() : x.rows()); ++l) line.push_back(rows ? x(k, l) : x(l, k));
      return f(line);
    });
  };
}

Complex total(const std::vector<Complex>& x) {
  Complex sum = 0;
  for (const Complex& element : x) sum += element;
  return sum;
}

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

Whole softmax_of(const Node& n, const In& in) {
  const Whole& x = in[0];
  const bool rows = x.type.ndim() < 2 || n.attr<Index>("axis") == 1;
  return made(x.type.shape, [&](Index i, Index j) {
    Complex sum = 0;
    for (Index l = 0; l < (rows ? x.columns() : x.rows()); ++l) sum += std::exp(rows ? x(i, l) : x(l, j));
    return std::exp(x(i, j)) / sum;
  });
}

Whole product(const Whole& x, const Whole& y) {
  const Whole a = wide(x), b = wide(y);
  const bool left = a.type.ndim() == 2, right = b.type.ndim() == 2;
  const Shape shape = left && right ? Shape{a.rows(), b.columns()}
                      : left        ? Shape{a.rows()}
                      : right       ? Shape{b.columns()}
                                    : Shape{};
  return made(shape, [&](Index i, Index j) {
    if (!right) i = left ? j : 0;  // a vector's index is the second one of made()
    Complex sum = 0;
    for (Index k = 0; k < a.columns(); ++k) sum += a(i, k) * (right ? b(k, j) : b.x[static_cast<std::size_t>(k)]);
    return sum;
  });
}

// The stored entries, each changed by f(value, i, j).
template <class F>
Whole entries(Whole A, F f) {
  for (std::size_t p = 0; p < A.x.size(); ++p) A.x[p] = f(A.x[p], A.i(p), A.j(p));
  return A;
}

template <class F>
Rule entry_pairs(F f) {
  return [f](const Node&, const In& in) {
    require(in[0].same_pattern(in[1]), "two patterns where one was meant");
    Whole out = in[0];
    for (std::size_t p = 0; p < out.x.size(); ++p) out.x[p] = f(in[0].x[p], in[1].x[p]);
    return out;
  };
}

// The union of the patterns, each position once, in the format of the first.
Whole united(const Node&, const In& in) {
  std::map<std::pair<Index, Index>, Complex> sums;
  const bool csr = in[0].type.format == Format::csr;
  for (const Whole& x : in)
    for (std::size_t p = 0; p < x.x.size(); ++p)
      sums[csr ? std::pair(x.i(p), x.j(p)) : std::pair(x.j(p), x.i(p))] += x.x[p];
  Whole out{in[0].type, {}, {}};
  Positions at;
  for (const auto& [position, x] : sums) {
    at.major.push_back(position.first);
    at.minor.push_back(position.second);
    out.x.push_back(x);
  }
  out.at = std::make_shared<Positions>(std::move(at));
  return out;
}

Whole transposed(const Node&, const In& in) {
  Whole out = in[0];
  const Shape& shape = in[0].type.shape;
  if (shape.ndim() < 2) return out;
  out.type.shape = {shape[1], shape[0]};
  out.type.format = flipped(out.type.format);
  if (out.sparse()) return out;
  return made(out.type.shape, [&](Index i, Index j) { return in[0](j, i); });
}

// The first input with the dimensions of the second one.
Whole spread_like(const Node&, const In& in) {
  return made(in[1].type.shape, [&](Index i, Index j) { return in[0](i, j); });
}

// The first input summed over the axes that the second one lacks or has with size 1.
Whole summed_like(const Node&, const In& in) {
  const Whole& g = in[0];
  Whole out = dense_zeros(DType::complex128, in[1].type.shape);
  const Index rows = out.rows(), columns = out.columns();
  for (Index i = 0; i < g.rows(); ++i)
    for (Index j = 0; j < g.columns(); ++j)
      out.x[static_cast<std::size_t>((rows == 1 ? 0 : i) * columns + (columns == 1 ? 0 : j))] += g(i, j);
  return out;
}

Whole matrix_of(const Node& n, const In& in) {
  Whole out{n.type, in[0].x, {}};
  Positions at;
  for (std::size_t k = 0; k + 1 < in[2].x.size(); ++k)
    for (double p = in[2].x[k].real(); p < in[2].x[k + 1].real(); ++p) at.major.push_back(static_cast<Index>(k));
  for (const Complex& minor : in[1].x) at.minor.push_back(static_cast<Index>(minor.real()));
  out.at = std::make_shared<Positions>(std::move(at));
  return out;
}

Whole at_positions(const Node& n, const In& in) {
  Whole out = in[0];
  if (in[1].sparse())
    out.x = at_entries(in[1], in[0]);
  else
    out = entries(std::move(out), [&](Complex, Index i, Index j) { return in[1](i, j); });
  out.type.dtype = n.type.dtype;
  return out;
}

Whole counted(const Node& n, const In& in) {
  const Shape& shape = in[0].type.shape;
  const Index k = n.has("axis") ? shape[static_cast<int>(n.attr<Index>("axis"))] : shape.elements();
  return made({}, [&](Index, Index) { return static_cast<double>(k); });
}

Complex one(Complex) { return 1.0; }
Complex itself(Complex x) { return x; }
Complex plus(Complex a, Complex b) { return a + b; }
Complex minus(Complex a, Complex b) { return a - b; }
Complex times(Complex a, Complex b) { return a * b; }

const std::map<std::string_view, Rule>& rules() {
  static const std::map<std::string_view, Rule> table{
      {"add", pairs(plus)},
      {"add_s_d", pairs(plus)},
      {"sub", pairs(minus)},
      {"mul", pairs(times)},
      {"div", pairs([](Complex a, Complex b) { return a / b; })},
      {"eq", compared([](Complex a, Complex b) { return a == b; })},
      {"neq", compared([](Complex a, Complex b) { return a != b; })},
      {"lt", compared([](Complex a, Complex b) { return a.real() < b.real(); })},
      {"le", compared([](Complex a, Complex b) { return a.real() <= b.real(); })},
      {"gt", compared([](Complex a, Complex b) { return a.real() > b.real(); })},
      {"ge", compared([](Complex a, Complex b) { return a.real() >= b.real(); })},
      {"neg", elements([](Complex x) { return -x; })},
      {"sqr", elements([](Complex x) { return x * x; })},
      {"conj", elements([](Complex x) { return std::conj(x); })},
      {"real", elements([](Complex x) { return Complex(x.real()); })},
      {"exp", elements([](Complex x) { return std::exp(x); })},
      {"log", elements([](Complex x) { return std::log(x); })},
      {"tanh", elements([](Complex x) { return std::tanh(x); })},
      {"sigmoid", elements([](Complex x) { return 1.0 / (1.0 + std::exp(-x)); })},
      {"softplus", elements([](Complex x) { return std::log(1.0 + std::exp(x)); })},
      {"cast", elements(itself)},
      {"stop_gradient", elements(itself)},
      {"row", elements(itself)},
      {"col", elements(itself)},
      {"sum", reduced(total)},
      {"sp_sum", reduced(total)},
      {"max", reduced(largest)},
      {"logsumexp", reduced(log_total_exp)},
      {"softmax", softmax_of},
      {"count", counted},
      {"conform", spread_like},
      {"broadcast_like", spread_like},
      {"sum_like", summed_like},
      {"dot", [](const Node&, const In& in) { return product(in[0], in[1]); }},
      {"structured_dot", [](const Node&, const In& in) { return product(in[0], in[1]); }},
      {"usmm",
       [](const Node& n, const In& in) {
         return pairs([&](Complex xy, Complex z) { return in[0].x[0] * xy + z; })(n, {product(in[1], in[2]), in[3]});
       }},
      {"sampling_dot",
       [](const Node&, const In& in) {
         return entries(in[2], [&](Complex p, Index i, Index j) {
           Complex sum = 0;
           for (Index k = 0; k < in[0].columns(); ++k)
             sum += in[0].x[static_cast<std::size_t>(i * in[0].columns() + k)] *
                    in[1].x[static_cast<std::size_t>(j * in[1].columns() + k)];
           return p * sum;
         });
       }},
      {"transpose", transposed},
      {"add_s_s", united},
      {"mul_s_d",
       [](const Node&, const In& in) {
         return entries(in[0], [&](Complex x, Index i, Index j) { return x * in[1](i, j); });
       }},
      {"mul_e", entry_pairs(times)},
      {"add_s_s_data", entry_pairs(plus)},
      {"at", at_positions},
      {"at_s_s", at_positions},
      {"with_data",
       [](const Node& n, const In& in) {
         Whole out = in[0];
         out.x = in[1].x;
         out.type.dtype = n.type.dtype;
         return out;
       }},
      {"sp_ones_like", elements(one)},
      {"dense_from_sparse", [](const Node&, const In& in) { return densified(in[0]); }},
      {"csm", matrix_of},
      {"csm_data",
       [](const Node&, const In& in) {
         Whole out = dense_zeros(in[0].type.dtype, {static_cast<Index>(in[0].x.size())});
         out.x = in[0].x;
         return out;
       }},
  };
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

std::vector<Complex> along(const Function1& f, const Given& at, const Given& tangents) {
  constexpr double h = 1e-3;
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
