// check_grad.cpp: `spgrad check-grad`.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "commands.hpp"
#include "model.hpp"
#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"

namespace spgrad::app {
namespace {

constexpr double kStep = 1e-3;
constexpr double kOfDifferences = 1e-6, kOfForward = 1e-10;  // relative errors that are allowed

// The derivative of a cost along a direction t of one of its variables, in three ways.
class Check {
 public:
  Check(const Session& session, const Model& model, const Gradient& g, const CheckGradOptions& options)
      : session_(session),
        model_(model),
        gradient_(g),
        place_(options.place),
        x_(value_of(g.variable)),
        t_(direction(options.seed)) {
    const Var values = input("t", type_of(t_));
    const Var t = x_.is_sparse() ? with_data(g.by, values) : values;
    const Var gradient = grad(g.of, Vars{g.by}, {.structured = true})[0];
    const Var all = x_.is_sparse() ? csm_data(gradient) : gradient;
    const Var forward = jvp(g.of, {{g.by, t}});
    Vars inputs = model.inputs;
    inputs.push_back(values);
    const Vars derivatives{sum(real(conj(all) * values)), forward ? forward : sum(real(values)) * 0.0, norm(all)};
    Function f = compiled(inputs, {g.of, derivatives[0], derivatives[1], derivatives[2]});
    Bindings bindings = model.given;
    bindings.emplace_back("t", t_);
    const std::vector<Value> out = f(bindings);
    cost_ = number(out[0]);
    reverse_ = number(out[1]);
    forward_ = number(out[2]);
    norm_ = number(out[3]);
    differences_ = differences();
  }

  bool report() const {
    // Along a random direction of elements in (-1, 1) about 0.6 |gradient| is to be expected.
    const double scale = std::max({std::abs(differences_), std::abs(reverse_), 0.5 * norm_, 1e-300});
    const double rounding = 1e-12 * std::abs(cost_) / scale;  // of the differences
    const double by_differences = std::abs(reverse_ - differences_) / scale;
    const double by_forward = std::abs(reverse_ - forward_) / scale;
    const bool good = by_differences <= kOfDifferences + rounding && by_forward <= kOfForward;
    std::array<char, 256> line{};
    std::snprintf(line.data(), line.size(),
                  "%s by %s: reverse %.12g, forward %.12g (error %.1e), differences %.12g (error %.1e)  %s",
                  gradient_.cost.c_str(), gradient_.variable.c_str(), reverse_, forward_, by_forward, differences_,
                  by_differences, good ? "ok" : "WRONG");
    session_.print(line.data());
    return good;
  }

 private:
  Function compiled(Vars inputs, Vars outputs) const {
    return compile({.inputs = std::move(inputs), .outputs = std::move(outputs), .updates = {}, .place = place_},
                   session_.world());
  }
  static double number(const Value& v) { return cast(v, DType::float64).scalar(); }

  const Value& value_of(const std::string& name) const {
    const auto found = std::ranges::find(model_.given, name, &Bindings::value_type::first);
    if (found == model_.given.end()) fail(ErrorKind::usage, name, " is no input: only gradients by inputs are checked");
    return found->second;
  }

  // Like a dense x; of a sparse one a vector with a number for each stored entry.
  Value direction(std::uint64_t seed) const {
    const Value like =
        x_.is_sparse() ? Value::dense(x_.dtype(), {x_.sparsity()->nnz()}, 0, x_.sparsity()->entries, session_.rank())
                       : x_.with_dtype(x_.dtype());
    const bool whole = like.cut() == kWhole;
    const Index first = whole ? 0 : like.layout().begin(session_.rank()) * like.row_length();
    if (is_complex(like.dtype()))
      fill(like.data<std::complex<double>>(), [&](Index k) {
        return std::complex<double>(random_number(seed, 2 * (first + k)), random_number(seed, 2 * (first + k) + 1));
      });
    else
      fill(like.data<double>(), [&](Index k) { return random_number(seed, first + k); });
    return like;
  }
  template <class T, class F>
  static void fill(std::span<T> x, F f) {
    for (std::size_t k = 0; k < x.size(); ++k) x[k] = f(static_cast<Index>(k));
  }

  // x + h t
  Value moved(double h) const {
    const Value y = x_.with_dtype(x_.dtype());
    const auto move = [&]<class T>(T) {
      for (std::size_t k = 0; k < y.data<T>().size(); ++k) y.data<T>()[k] = x_.data<T>()[k] + h * t_.data<T>()[k];
    };
    if (is_complex(y.dtype()))
      move(std::complex<double>{});
    else
      move(double{});
    return y;
  }

  double differences() const {
    Function f = compiled(model_.inputs, {gradient_.of});
    const auto at = [&](double h) {
      Bindings bindings = model_.given;
      for (auto& [name, value] : bindings)
        if (name == gradient_.variable) value = moved(h);
      return number(f(bindings)[0]);
    };
    return (8 * (at(kStep) - at(-kStep)) - (at(2 * kStep) - at(-2 * kStep))) / (12 * kStep);
  }

  const Session& session_;
  const Model& model_;
  const Gradient& gradient_;
  const Placements& place_;
  const Value& x_;
  Value t_;
  double cost_ = 0, reverse_ = 0, forward_ = 0, norm_ = 0, differences_ = 0;
};

}  // namespace

int check_grad(Session& session, const CheckGradOptions& options) {
  const Model model = make_model(session, options.statements, options.caution, true);
  if (model.gradients.empty()) fail(ErrorKind::usage, "check-grad: give --grad COST:VARS");
  Index wrong = 0;
  for (const Gradient& g : model.gradients)
    if (!Check(session, model, g, options).report()) ++wrong;
  const auto all = static_cast<Index>(model.gradients.size());
  session.print(wrong == 0 ? text(all, all == 1 ? " gradient is right" : " gradients are right")
                           : text(wrong, " of ", all, " gradients are wrong"));
  return wrong == 0 ? 0 : 1;
}

}  // namespace spgrad::app
