// Factors on every element: scalars beside arrays, and arrays that hold one number.
#include <cmath>
#include <functional>

#include "spgrad/ops.hpp"
#include "src/graph/input_ops.hpp"
#include "src/graph/walk.hpp"
#include "src/rewrites/rules.hpp"

namespace spgrad {
namespace {

std::optional<double> number(const Var& x) {
  if (!x->value || !is_scalar(x) || is_complex(x->type.dtype)) return {};
  return x->value.scalar();
}

// What a sum's gradient is made of: a scalar on every element. It need not be an array to scale one.
Var scale_directly(const Var& node, const Match& m, const Scene&) {
  const Var &s = m.at("s"), &y = m.at("y");
  const bool full = is_scalar(s) && !y->type.sparse() && y->type.shape == node->type.shape && y->type.shape.known();
  return full ? if_same_type(node, mul(s, y)) : Var{};
}
Var scale_before(const Var& node, const Match& m, const Scene&) {
  const Var &s = m.at("s"), &t = m.at("t");
  if (!is_scalar(s) || !is_scalar(t)) return {};
  return if_same_type(node, broadcast_like(mul(s, t), m.at("x")));
}

// The other operand where one is that number; the second one only, unless the op is commutative.
Var beside(const Var& node, double neutral) {
  for (const std::size_t k : {1u, 0u})
    if ((k == 1 || node->op->commutative) && number(node->in[k]) == neutral) return if_same_type(node, node->in[1 - k]);
  return {};
}
Var without_one(const Var& node, const Match&, const Scene&) { return beside(node, 1); }
Var without_zero(const Var& node, const Match&, const Scene&) { return beside(node, 0); }

Var scale_entries(const Var& node, const Match& m, const Scene&) {
  const Var &A = m.at("A"), &s = m.at("s");
  const bool alike = is_scalar(s) && pattern_root(A) == pattern_root(m.at("P"));
  return alike ? if_same_type(node, mul(A, s)) : Var{};
}

Var simple_power(const Var& node, const Match& m, const Scene&) {
  const Var& x = m.at("x");
  const auto power = number(m.at("s"));
  if (power == 1.0) return if_same_type(node, x);
  return power == 2.0 && x->type.dtype == node->type.dtype ? if_same_type(node, sqr(x)) : Var{};
}

// Of known numbers only, whose product is one that can be multiplied by as well.
Var scale_once(const Var& node, const Match&, const Scene& scene) {
  const auto outer = scaled(node);
  if (!outer || scene.read_elsewhere(outer->x)) return {};
  const auto inner = scaled(outer->x);
  if (!inner || inner->x->type.dtype != node->type.dtype) return {};
  const auto s = number(outer->s), t = number(inner->s);
  return s && t && std::isnormal(*s * *t) ? if_same_type(node, mul(mul(outer->s, inner->s), inner->x)) : Var{};
}

// Of real constants in double precision: what the operation itself would compute.
template <const Op& op, class F>
Rewrite folded(std::string_view name, std::string_view formula, F f) {
  return {name, formula, op("s", "t"), [f](const Var& node, const Match& m, const Scene&) -> Var {
            const auto s = number(m.at("s")), t = number(m.at("t"));
            if (!s || !t || node->type.dtype != DType::float64) return {};
            const Value value = Value::scalar_of(f(*s, *t));
            return node->type.weak ? literal(value) : constant(value);
          }};
}

}  // namespace

std::optional<Scaled> scaled(const Var& x) {
  if (x->op != &ops::mul || is_scalar(x)) return {};
  for (const std::size_t k : {0u, 1u})
    if (is_scalar(x->in[k])) return Scaled{x->in[k], x->in[1 - k]};
  return {};
}

std::span<const Rewrite> scalar_rules() {
  static const std::vector<Rewrite> rules{
      {"scale_by_broadcast", "(s 1_x) o y -> s y", ops::mul(ops::broadcast_like("s", "x"), "y"), scale_directly},
      {"scale_of_broadcast", "(s 1_x) t -> (s t) 1_x", ops::mul(ops::broadcast_like("s", "x"), "t"), scale_before},
      {"mul_by_one", "x 1 -> x", ops::mul("x", "s"), without_one},
      {"entries_by_one", "A 1 -> A, A sparse", ops::mul_s_d("A", "s"), without_one},
      {"entries_by_scalar", "A o at(P, s) -> s A, s a scalar, A on P's Sparsity", ops::mul_e("A", ops::at("P", "s")),
       scale_entries},
      {"div_by_one", "x / 1 -> x", ops::div("x", "s"), without_one},
      {"add_zero", "x + 0 -> x", ops::add("x", "s"), without_zero},
      {"sub_zero", "x - 0 -> x", ops::sub("x", "s"), without_zero},
      folded<ops::add>("sum_of_constants", "s + t of two constants", std::plus<double>()),
      folded<ops::sub>("difference_of_constants", "s - t of two constants", std::minus<double>()),
      folded<ops::mul>("product_of_constants", "s t of two constants", std::multiplies<double>()),
      folded<ops::div>("quotient_of_constants", "s / t of two constants", std::divides<double>()),
      {"simple_power", "x^2 -> sqr(x), x^1 -> x", ops::pow("x", "s"), simple_power},
      {"scale_once", "s (t x) -> (s t) x, s and t constants", ops::mul("x", "y"), scale_once},
  };
  return rules;
}

}  // namespace spgrad
