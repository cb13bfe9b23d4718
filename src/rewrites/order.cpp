// Which of several products is made first, and where factors of rows and columns are multiplied: what costs least by
// the estimate.
#include "spgrad/ops.hpp"
#include "src/rewrites/rules.hpp"

namespace spgrad {
namespace {

constexpr double kWorthIt = 0.9;  // of the cost as it is: estimates are rough

Var if_cheaper(const Var& node, const Var& better, const Scene& scene) {
  const double now = scene.estimate.of(Vars{node}).total(), then = scene.estimate.of(Vars{better}).total();
  return then < kWorthIt * now ? if_same_type(node, better) : Var{};
}

bool is_product(const Var& x) { return x->op == &ops::dot || x->op == &ops::dot_s_s || x->op == &ops::true_dot; }

bool same_floats(const Var& node, const Var& x, const Var& y) {
  const DType t = node->type.dtype;
  return !is_integer(t) && t != DType::bool_ && all_of_dtype(t, x, y);
}

Var products_in_order(const Var& node, const Match& m, const Scene& scene) {
  const Var &x = m.at("x"), &y = m.at("y");
  if (!same_floats(node, x, y)) return {};
  if (is_product(x) && !scene.read_elsewhere(x))
    if (const Var better = if_cheaper(node, dot(x->in[0], dot(x->in[1], y)), scene)) return better;
  if (is_product(y) && !scene.read_elsewhere(y)) return if_cheaper(node, dot(dot(x, y->in[0]), y->in[1]), scene);
  return {};
}

// A matrix with a factor for each row (m x 1), each column (1 x n), or for all.
struct Factored {
  Var matrix, rows{}, columns{}, all{};
};
std::optional<Factored> factored(const Var& x, const Scene& scene) {
  if (x->type.ndim() != 2 || scene.read_elsewhere(x)) return {};
  if (x->op == &ops::mul_s_d) {
    const Var& f = x->in[1];
    const Shape& shape = f->type.shape;
    if (is_scalar(f)) return Factored{.matrix = x->in[0], .all = f};
    if (f->type.ndim() == 1) return Factored{.matrix = x->in[0], .columns = row(f)};
    if (shape[0] != 1 && shape[1] == 1) return Factored{.matrix = x->in[0], .rows = f};
    if (shape[0] == 1 && shape[1] != 1) return Factored{.matrix = x->in[0], .columns = f};
  }
  if (const auto s = scaled(x)) return Factored{.matrix = s->x, .all = s->s};
  return {};
}

Var as_vector(const Var& f) { return f->op == &ops::col || f->op == &ops::row ? Var(f->in[0]) : Var{}; }

// The factors of x are those of the result's rows, or of y's rows; of y likewise.
Var factors_outside(const Var& node, const Match& m, const Scene& scene) {
  const Var &x = m.at("x"), &y = m.at("y");
  if (!same_floats(node, x, y)) return {};
  if (const auto f = factored(x, scene)) {
    if (f->all) return if_cheaper(node, mul(f->all, dot(f->matrix, y)), scene);
    const bool vector = y->type.ndim() == 1;
    const Var& factor = f->rows ? f->rows : f->columns;
    const Var beside = vector ? as_vector(factor) : f->rows ? factor : T(factor);
    if (!beside || y->type.sparse()) return {};
    return if_cheaper(node, f->rows ? mul(beside, dot(f->matrix, y)) : dot(f->matrix, mul(beside, y)), scene);
  }
  if (const auto f = factored(y, scene)) {
    if (f->all) return if_cheaper(node, mul(f->all, dot(x, f->matrix)), scene);
    const bool vector = x->type.ndim() == 1;
    const Var& factor = f->rows ? f->rows : f->columns;
    const Var beside = vector ? as_vector(factor) : f->columns ? factor : T(factor);
    if (!beside || x->type.sparse()) return {};
    return if_cheaper(node, f->columns ? mul(beside, dot(x, f->matrix)) : dot(mul(x, beside), f->matrix), scene);
  }
  return {};
}

}  // namespace

std::span<const Rewrite> order_rules() {
  static const std::vector<Rewrite> rules{
      {"products_in_order", "(x y) z <-> x (y z), the cheaper one", ops::dot("x", "y"), products_in_order},
      {"factors_outside", "(r A c) X -> r (A (c X)), factors of rows r and columns c, where that is cheaper",
       ops::dot("x", "y"), factors_outside},
  };
  return rules;
}

}  // namespace spgrad
