// A product with a sparse operand, scaled, negated or transposed, and a dense value that is added to it: one pass.
#include "spgrad/ops.hpp"
#include "src/rewrites/rules.hpp"

namespace spgrad {
namespace {

// +- alpha x y, or its transpose y^T x^T; an empty alpha is 1.
struct Product {
  Var x, y, alpha{};
  bool negative = false;
  Var factor() const {
    const Var a = alpha ? alpha : Var(1);
    return negative ? neg(a) : a;
  }
};

bool is_sparse_product(const Var& x) {
  return x->op == &ops::dot && x->in[0]->type.sparse() != x->in[1]->type.sparse();
}

// Peels what stands around a product that nothing else reads; each layer in the dtype of the whole. One that is
// broadcast is none.
std::optional<Product> product_in(Var x, const Var& z, const Var& node, const Scene& scene) {
  if (!same_shape(x, node)) return {};
  const DType dtype = node->type.dtype;
  Product p;
  bool turned = false;
  while (x->type.dtype == dtype && !scene.read_elsewhere(x)) {
    if (is_sparse_product(x) && all_of_dtype(dtype, x->in[0], x->in[1])) {
      p.x = turned ? T(x->in[1]) : x->in[0];
      p.y = turned ? T(x->in[0]) : x->in[1];
      return p;
    }
    if (x->op == &ops::neg) {
      p.negative = !p.negative;
      x = Var(x->in[0]);
    } else if (x->op == &ops::conform && x->in[1] == z && same_shape(x->in[0], z)) {
      x = Var(x->in[0]);  // the sum lays it out as z by itself
    } else if (x->op == &ops::transpose) {
      turned = !turned;
      x = Var(x->in[0]);
    } else if (const auto s = scaled(x)) {
      p.alpha = p.alpha ? mul(p.alpha, s->s) : s->s;
      x = s->x;
    } else if (x->op == &ops::div && is_scalar(x->in[1])) {
      p.alpha = div(p.alpha ? p.alpha : Var(1), x->in[1]);
      x = Var(x->in[0]);
    } else {
      break;
    }
  }
  return {};
}

bool can_be_added(const Var& z, const Var& node) {
  return !z->type.sparse() && same_shape(z, node) && all_of_dtype(node->type.dtype, z) &&
         node->type.dtype != DType::bool_;
}

Var add_product(const Var& node, const Match&, const Scene& scene) {
  if (node->in[0] == node->in[1]) return {};
  for (const std::size_t k : {1u, 0u})
    if (const Var& z = node->in[1 - k]; can_be_added(z, node))
      if (const auto p = product_in(node->in[k], z, node, scene))
        return if_same_type(node, usmm(p->factor(), p->x, p->y, z));
  return {};
}

Var subtract_product(const Var& node, const Match&, const Scene& scene) {
  const Var &a = node->in[0], &b = node->in[1];
  if (a == b) return {};
  if (can_be_added(a, node))
    if (auto p = product_in(b, a, node, scene)) {
      p->negative = !p->negative;
      return if_same_type(node, usmm(p->factor(), p->x, p->y, a));
    }
  if (!can_be_added(b, node)) return {};
  const auto p = product_in(a, b, node, scene);
  return p ? if_same_type(node, usmm(p->factor(), p->x, p->y, neg(b))) : Var{};
}

}  // namespace

std::span<const Rewrite> usmm_rules() {
  static const std::vector<Rewrite> rules{
      {"usmm_of_sum", "z + alpha x y -> usmm(alpha, x, y, z), alpha scaled, divided, negated, or (x y)^T",
       ops::add("x", "y"), add_product},
      {"usmm_of_difference", "z - alpha x y -> usmm(-alpha, x, y, z); alpha x y - z -> usmm(alpha, x, y, -z)",
       ops::sub("x", "y"), subtract_product},
  };
  return rules;
}

}  // namespace spgrad
