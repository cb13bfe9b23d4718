#include "tests/ops/claims.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "src/graph/walk.hpp"
#include "tests/ops/rules.hpp"

namespace spgrad::tests {
namespace {

bool floating(DType t) { return is_float(t) || is_complex(t); }

bool narrow(DType t) { return real_of(t) == DType::float32 || size_of(t) < 4; }

bool narrow(const Make& made, const Var& out) {
  return narrow(out->type.dtype) ||
         std::ranges::any_of(made.inputs(), [](const Make::Input& x) { return narrow(x.var->type.dtype); });
}

const GradOptions kZeros{{}, {}, Disconnected::zeros};

// Values, and not patterns or index vectors, decide what the result stores: then it is differentiated as a matrix.
bool stores_by_value(const Var& out) {
  if (!out->type.sparse()) return false;
  return std::ranges::any_of(topological({out}), [](const Var& x) {
    return x->op->pattern.kind == PatternOf::kData && x->op->promotes == kAllInputs;
  });
}

Whole moving(const Var& out, Whole x) { return stores_by_value(out) ? densified(x) : x; }

Function1 elements_of(const Var& out) {
  return [out](const Given& given) { return moving(out, evaluate(out, given)).x; };
}

// The cotangent w at the elements of the result.
std::vector<Complex> weights_of(const Whole& w, const Whole& result) {
  if (result.sparse()) return at_entries(w, result);
  const Whole d = densified(w);
  return made(result.type.shape, [&](Index i, Index j) { return d(i, j); }).x;
}

}  // namespace

bool structured(const Node& n, const Var& x) {
  for (std::size_t k = 0; k < n.in.size(); ++k)
    if (n.in[k] == x && (n.op->regular_in >> k & 1) != 0) return false;
  for (const char* flag : {"structured", "sparse_grad"})
    if (n.has(flag)) return n.attr<bool>(flag);
  return n.op->grad_kind == GradKind::structured;
}

template <class Build>
void Trial::attempt(const std::string& what, Build&& build) {
  try {
    build();
  } catch (const std::exception& e) {
    ADD_FAILURE() << name_ << ": " << what << " cannot be built: " << e.what();
    adjoint_.reset();
  }
}

Trial::Trial(const OpCase& row, const Variant& variant, Depth depth)
    : name_(text(row, ", ", variant)),
      made_(variant),
      out_(row.apply(made_)),
      expected_(evaluate(out_, made_.given())),
      moving_(moving(out_, expected_)) {
  const bool single = narrow(made_, out_);
  double size = 1;  // differences lose as many digits as the result has before the point
  for (const Complex& x : expected_.x) size = std::max(size, std::isfinite(std::abs(x)) ? std::abs(x) : 0);
  exact_ = floating(out_->type.dtype) ? (single ? 2e-5 : 1e-12) : 0;
  first_ = (single ? 2e-4 : 1e-8) + 1e-12 * size;
  second_ = (single ? 2e-3 : 1e-6) + 1e-9 * size;
  for (const Make::Input& x : std::vector(made_.inputs())) {
    claims_.push_back({Claim::value, text("input ", x.var->name), x.var, made_.given().at(x.var.get()), 0});
    if (floating(x.var->type.dtype)) wrt_.push_back(x.var);
  }
  claims_.push_back({Claim::value, "the result", out_, expected_, exact_});
  if (depth == Depth::values || out_->op->grad_kind == GradKind::none || !floating(out_->type.dtype) || wrt_.empty())
    return;

  for (const Var& x : wrt_) jacobians_.emplace_back(elements_of(out_), made_.given(), x);
  add_tangents();
  std::vector<Cotangent> cotangents;
  Whole w = made_.values_like({out_->type.dtype, Format::dense, expected_.type.shape});
  cotangents.push_back(add_cotangent("dense", std::move(w)));
  if (expected_.sparse()) attempt("a cotangent", [&] { add_sparse_cotangents(cotangents); });
  claim_first(cotangents);
  attempt("jvp", [&] { claim_jvp(); });
  if (depth == Depth::second) attempt("a second derivative", [&] { claim_second(cotangents.front()); });
}

void Trial::add_tangents() {
  for (const Make::Input& x : std::vector(made_.inputs())) {
    if (!floating(x.var->type.dtype)) continue;
    const Whole& value = made_.given().at(x.var.get());
    const Var like = !value.sparse() ? Var{} : x.like ? x.like : x.var;
    Whole t = made_.values_like(value.type, value.at);
    directions_.emplace(x.var.get(), t);
    tangents_.push_back(made_.add_input(text("t_", x.var->name), std::move(t), like));
  }
}

Cotangent Trial::add_cotangent(std::string form, Whole w, const Var& like) {
  std::vector<Complex> weights = weights_of(w, moving_);
  const Var var = made_.add_input("w_" + form, w, like);
  return {std::move(form), var, std::move(w), std::move(weights)};
}

void Trial::add_sparse_cotangents(std::vector<Cotangent>& all) {
  const DType dtype = expected_.type.dtype;
  const Index m = expected_.type.shape[0], n = expected_.type.shape[1];
  for (const auto& [form, shape] : {std::pair("row", Shape{1, n}), {"column", Shape{m, 1}}, {"scalar", Shape{}}})
    all.push_back(add_cotangent(text("dense ", form), made_.values_like({dtype, Format::dense, shape})));
  for (const Format format : {Format::csr, Format::csc})
    all.push_back(add_cotangent(text("another ", format), made_.sparse_like({dtype, format, expected_.type.shape})));
  const PatternOf pattern = out_->op->pattern;
  if (pattern.kind != PatternOf::kSame) return;
  const Var& A = out_->in[static_cast<std::size_t>(pattern.at)];
  const auto found = std::ranges::find(made_.inputs(), A, &Make::Input::var);
  if (found == made_.inputs().end()) return;
  // On the result's own Sparsity: each of several entries of one position has a weight of its own.
  const Var like = found->like ? found->like : A;
  const Whole& a = made_.given().at(A.get());
  Whole w = made_.values_like({dtype, a.type.format, a.type.shape}, a.at);
  std::vector<Complex> weights = w.x;
  const Var entries = made_.add_input("w_entries", w, like);
  const Var on_result = A->type.format == out_->type.format ? entries : T(entries);
  all.push_back({"entries", on_result, std::move(w), std::move(weights)});
}

void Trial::claim_gradients(const std::string& what, const Vars& gradients, const std::vector<Jacobian>& by,
                            const std::vector<Complex>& w, double tolerance, const Whole* full) {
  for (std::size_t k = 0; k < wrt_.size(); ++k) {
    Whole g = made_.given().at(wrt_[k].get());
    g.x = by[k].gradient(w);
    Claim claim{Claim::gradient, text(what, " by ", wrt_[k]->name), gradients[k], g, tolerance, wrt_[k]};
    if (full != nullptr && g.sparse()) claim.everywhere = everywhere(wrt_[k], g, *full);
    claims_.push_back(std::move(claim));
  }
}

// The gradient g of a sparse x for a dense cotangent w, at all positions. A structured one is zero outside of x's
// entries; a regular one is what it would be if x stored every position. Empty if the result could not be compared
// then.
std::optional<Whole> Trial::everywhere(const Var& x, const Whole& g, const Whole& w) const {
  Whole entries = g;
  if (!structured(*out_, x)) {
    const bool shared =
        std::ranges::any_of(made_.inputs(), [&](const Make::Input& y) { return y.like && y.like == x; });
    Given given = made_.given();
    given.at(x.get()) = entries = completed(given.at(x.get()));
    const Whole out = moving(out_, evaluate(out_, given));
    // A vector of A's entries has other elements then, which w knows nothing of.
    if (shared || (!out.sparse() && out.x.size() != moving_.x.size())) return {};
    const auto weights = weights_of(w, out);
    entries.x = Jacobian(elements_of(out_), given, x).gradient(weights);
  }
  Whole all = dense_zeros(g.type.dtype, g.type.shape);
  for (std::size_t p = 0; p < entries.x.size(); ++p)
    all.x[static_cast<std::size_t>(entries.i(p) * all.columns() + entries.j(p))] = entries.x[p];
  return all;
}

void Trial::claim_first(const std::vector<Cotangent>& cotangents) {
  for (const Cotangent& w : cotangents) {
    const std::string what = text("vjp of a cotangent ", w.form);
    attempt(what, [&] {
      const Vars gradients = vjp({out_}, {w.var}, wrt_, kZeros);
      if (gradients_.empty()) {
        gradients_ = gradients;
        adjoint_.emplace().w = w.value.x;
        for (std::size_t k = 0; k < wrt_.size(); ++k) {
          adjoint_->gradients.push_back(claims_.size() + k);
          adjoint_->t.push_back(directions_.at(wrt_[k].get()).x);
        }
      }
      claim_gradients(what, gradients, jacobians_, w.weights, first_, w.form == "dense" ? &w.value : nullptr);
    });
  }
}

void Trial::claim_jvp() {
  Whole t = moving_;
  t.x = along(elements_of(out_), made_.given(), directions_);
  std::vector<std::pair<Var, Var>> moves;
  for (std::size_t k = 0; k < wrt_.size(); ++k) moves.emplace_back(wrt_[k], tangents_[k]);
  jvp_ = jvp(out_, moves);
  if (!jvp_) {
    EXPECT_TRUE(std::ranges::all_of(t.x, [](Complex x) { return x == 0.0; })) << name_ << ": there is no jvp";
    adjoint_.reset();
    return;
  }
  if (adjoint_) adjoint_->jvp = claims_.size();
  claims_.push_back({Claim::tangent, "jvp", jvp_, std::move(t), first_});
}

// s = <t, vjp(w)> = Re <w, jvp(t)>: its gradient by three ways.
void Trial::claim_second(const Cotangent& w) {
  if (gradients_.empty() || !jvp_) return;
  const Function1 jvp_elements = [this](const Given& at) { return along(elements_of(out_), at, directions_); };
  std::vector<Jacobian> by;
  for (const Var& x : wrt_) by.emplace_back(jvp_elements, made_.given(), x);
  std::vector<std::pair<Var, Var>> moves;
  for (std::size_t k = 0; k < wrt_.size(); ++k) moves.emplace_back(wrt_[k], tangents_[k]);

  Vars wrt = wrt_;
  wrt.push_back(w.var);
  Vars twice = vjp(gradients_, tangents_, wrt, kZeros);
  Whole by_w = moving_;
  by_w.x = jvp_elements(made_.given());
  claims_.push_back({Claim::tangent, "vjp of vjp by w", twice.back(), densified(by_w), second_});
  twice.pop_back();
  claim_gradients("vjp of vjp", twice, by, w.weights, second_, nullptr);
  claim_gradients("vjp of jvp", vjp({jvp_}, {w.var}, wrt_, kZeros), by, w.weights, second_, nullptr);

  Vars forward = jvp(gradients_, moves);
  for (std::size_t k = 0; k < wrt_.size(); ++k) {
    const auto expected = by[k].gradient(w.weights);
    const bool zero = std::ranges::all_of(expected, [&](Complex x) { return std::abs(x) <= second_; });
    EXPECT_TRUE(forward[k] || zero) << name_ << ": there is no jvp of the gradient by " << wrt_[k]->name;
    if (!forward[k]) continue;
    Whole g = made_.given().at(wrt_[k].get());
    g.x = expected;
    claims_.push_back(
        {Claim::gradient, text("jvp of vjp by ", wrt_[k]->name), forward[k], std::move(g), second_, wrt_[k]});
  }
}

}  // namespace spgrad::tests
