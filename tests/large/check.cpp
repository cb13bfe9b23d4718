#include "tests/large/check.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "src/comm/moves.hpp"

namespace spgrad::large {
namespace {

constexpr Index kProbes = 200, kProbedMajors = 30;
constexpr std::size_t kProbesInMajor = 500;
constexpr double kTolerance = 1e-10;

bool near(double x, double y) { return std::abs(x - y) <= kTolerance * (1 + std::abs(y)) || (x != x && y != y); }

Index draw(Index probe, int rank, Index below) {
  return static_cast<Index>(mixed(static_cast<std::uint64_t>(probe * 4096 + rank)) % static_cast<std::uint64_t>(below));
}

// Some numbers below n, the first and the last among them.
Indices probes(Index count, int rank, Index n) {
  if (n == 0) return {};
  Indices all{0, n - 1};
  for (Index k = 2; k < count; ++k) all.push_back(draw(k, rank, n));
  return all;
}

std::string judge(const Expected& expected, Index i, Index j, double x) {
  if (expected.accepts) return expected.accepts(i, j, x) ? "" : text("(", i, ", ", j, ") is ", x);
  const double y = expected.is.at(i, j);
  return near(x, y) ? "" : text("(", i, ", ", j, ") is ", x, " and should be ", y);
}

std::string compare_dense(const Value& out, const Expected& expected) {
  const Value v = cast(out, DType::float64);
  const Index begin = v.cut() == kWhole ? 0 : v.layout().begin(v.rank());
  for (const Index p : probes(kProbes, v.rank(), v.local_size())) {
    Index i = begin + p / v.row_length(), j = p % v.row_length();
    if (v.slow() == 1) std::swap(i, j);
    if (auto wrong = judge(expected, i, j, v.data<double>()[static_cast<std::size_t>(p)]); !wrong.empty()) return wrong;
  }
  return {};
}

std::string compare_sparse(const Value& out, const Expected& expected) {
  const Value v = cast(out, DType::float64);
  const Sparsity& s = *v.sparsity();
  const bool csr = v.format() == Format::csr;
  for (const Index k : probes(kProbedMajors, v.rank(), s.local_majors())) {
    const Index major = s.major.begin(s.rank) + k;
    std::map<Index, double> found;
    for (const Index l : csr ? expected.is.row(major) : expected.is.column(major)) found[l] = 0;
    for (Index p = s.indptr[static_cast<std::size_t>(k)]; p < s.indptr[static_cast<std::size_t>(k) + 1]; ++p)
      found[s.global_minor(s.indices[static_cast<std::size_t>(p)])] += v.data<double>()[static_cast<std::size_t>(p)];
    const std::size_t stride = 1 + found.size() / kProbesInMajor;
    std::size_t next = 0;
    for (const auto& [minor, x] : found)
      if (next++ % stride != 0)
        continue;
      else if (auto wrong = judge(expected, csr ? major : minor, csr ? minor : major, x); !wrong.empty())
        return wrong;
  }
  return {};
}

std::string lowest(World& world, const std::string& mine) {
  const auto all = world.all_gather(std::as_bytes(std::span(mine)));
  for (std::size_t r = 0; r < all.size(); ++r)
    if (!all[r].empty())
      return text("rank ", r, ": ", std::string_view(reinterpret_cast<const char*>(all[r].data()), all[r].size()));
  return {};
}

Value direction(const Value& x, std::size_t input) {
  Value v = x.with_dtype(DType::float64);
  const auto data = v.data<double>();
  const Index rank = x.is_sparse() || x.cut() != kWhole ? x.rank() + 1 : 0;
  for (std::size_t p = 0; p < data.size(); ++p)
    data[p] = element(77 + input, Range::either_sign, rank, static_cast<Index>(p));
  return v;
}

Value along(const Value& x, const Value& direction, double step) {
  Value y = x.with_dtype(DType::float64);
  for (std::size_t p = 0; p < y.data<double>().size(); ++p)
    y.data<double>()[p] = x.data<double>()[p] + step * direction.data<double>()[p];
  return y;
}

// The gradient of what was given whole may be cut.
Value placed_as(const Value& direction, const Value& gradient) {
  if (direction.is_sparse() || direction.cut() != kWhole || gradient.cut() == kWhole) return direction;
  return comm::slice(direction, gradient.cut(), gradient.layout(), gradient.rank());
}

Vars differentiable(const std::vector<Given>& inputs) {
  Vars wrt;
  for (const Given& x : inputs)
    if (x.differentiable) wrt.push_back(x.var);
  return wrt;
}

Var tangent_of(const Given& x) { return input("d_" + x.var->name, x.var->type); }

// Those on which the loss depends, in the sense of derivatives: of others only a shape or a pattern is used.
std::vector<Given> with_reach(std::vector<Given> inputs, const Var& loss) {
  for (Given& x : inputs) x.differentiable = x.differentiable && static_cast<bool>(jvp(loss, {{x.var, tangent_of(x)}}));
  return inputs;
}

Program tangent_program(const std::vector<Given>& inputs, const Var& loss) {
  Program program{variables(inputs), {}, {}};
  std::vector<std::pair<Var, Var>> tangents;
  for (const Given& x : inputs)
    if (x.differentiable) {
      tangents.emplace_back(x.var, tangent_of(x));
      program.inputs.push_back(tangents.back().second);
    }
  const Var slope = jvp(loss, tangents);
  program.outputs = {slope ? slope : Var(0.0)};
  return program;
}

Program gradient_program(const std::vector<Given>& inputs, const Var& loss) {
  GradOptions options;
  options.structured = true;  // else that of a product's sparse operand is a full matrix
  Vars outputs = grad(loss, differentiable(inputs), options);
  outputs.insert(outputs.begin(), loss);
  return {variables(inputs), outputs, {}};
}

}  // namespace

std::string compare(World& world, const Value& out, const Expected& expected) {
  if (!(out.shape() == expected.is.shape)) return text("the shape is ", out.shape(), ", not ", expected.is.shape);
  if (out.is_sparse() != expected.is.sparse()) return text("the result is ", out);
  return lowest(world, out.is_sparse() ? compare_sparse(out, expected) : compare_dense(out, expected));
}

Var loss_of(const Var& out) {
  if (!out->type.sparse()) return sum(sqr(out));
  return sp_sum(sqr(out), {}, true);
}

Bindings bindings(const std::vector<Given>& inputs) {
  Bindings all;
  for (const Given& x : inputs) all.emplace_back(x.var->name, x.value);
  return all;
}

Vars variables(const std::vector<Given>& inputs) {
  Vars all;
  for (const Given& x : inputs) all.push_back(x.var);
  return all;
}

Loss::Loss(World& world, const std::vector<Given>& inputs, const Var& out)
    : world_(world),
      inputs_(with_reach(inputs, loss_of(out))),
      gradient_(compile(gradient_program(inputs_, loss_of(out)), world)),
      tangent_(compile(tangent_program(inputs_, loss_of(out)), world)) {}

std::vector<Value> Loss::gradient() { return gradient_(bindings(inputs_)); }

Bindings Loss::moved(double step) const {
  Bindings all = bindings(inputs_);
  for (std::size_t k = 0; k < all.size(); ++k)
    if (inputs_[k].differentiable) all[k].second = along(inputs_[k].value, directions_[k], step);
  return all;
}

Slopes Loss::slopes() {
  const std::vector<Value> gradients = gradient();
  Bindings with_tangents = bindings(inputs_);
  double slope = 0, scale = 0;
  std::size_t next = 1;
  for (std::size_t k = 0; k < inputs_.size(); ++k) {
    const Given& x = inputs_[k];
    directions_.push_back(x.differentiable ? direction(x.value, k) : Value());
    if (!x.differentiable) continue;
    with_tangents.emplace_back(tangent_of(x)->name, directions_[k]);
    const Value of_x = placed_as(directions_[k], gradients[next]);
    const auto g = gradients[next].data<double>(), v = of_x.data<double>();
    world_.together([&] {
      require(g.size() == v.size(), "the gradient of ", x.var->name, " is ", gradients[next],
              ", cut otherwise than it");
      require(!x.value.is_sparse() || gradients[next].same_pattern(x.value), "the gradient of ", x.var->name,
              " is not on its Sparsity");
    });
    ++next;
    if (of_x.is_sparse() || of_x.cut() != kWhole || world_.rank() == 0)
      for (std::size_t p = 0; p < g.size(); ++p) {
        slope += g[p] * v[p];
        scale += std::abs(g[p] * v[p]);
      }
  }
  constexpr double kStep = 1e-4;
  const double up = gradient_(moved(kStep))[0].scalar(), down = gradient_(moved(-kStep))[0].scalar();
  return {world_.reduce(slope), tangent_(with_tangents)[0].scalar(), (up - down) / (2 * kStep), world_.reduce(scale),
          gradients[0].scalar()};
}

std::string compare(const Slopes& s) {
  if (!(std::abs(s.by_gradient - s.by_tangent) <= 1e-11 * s.scale))
    return text("the slope is ", s.by_gradient, " by the gradient, ", s.by_tangent, " by the tangent");
  if (!(std::abs(s.by_gradient - s.by_difference) <= 1e-7 * s.scale + 1e-9 * std::abs(s.loss)))
    return text("the slope is ", s.by_gradient, " by the gradient, ", s.by_difference, " by a difference");
  return {};
}

}  // namespace spgrad::large
