// rules.hpp: the families of rewrites, one file each. Every rule keeps types and, up to rounding, values, for every
// dtype; stored patterns stay as they are.
#pragma once

#include <optional>
#include <span>

#include "spgrad/rewrite.hpp"

namespace spgrad {

using Match = Pattern::Match;

std::span<const Rewrite> identity_rules();  ///< what is there already need not be made
std::span<const Rewrite> clean_rules();     ///< duplicates and order that a pattern is known not to have
std::span<const Rewrite> scalar_rules();    ///< factors on every element
std::span<const Rewrite> sample_rules();    ///< dense values that are only read at a pattern
std::span<const Rewrite> usmm_rules();      ///< a sparse product that is added to something
std::span<const Rewrite> sum_rules();       ///< sums of products
std::span<const Rewrite> order_rules();     ///< which of several products is made first

/// The replacement if it is of the node's type; shapes that are partly unknown may differ until data is there.
inline Var if_same_type(const Var& node, const Var& better) { return better->type == node->type ? better : Var{}; }

/// A rule whose replacement is one of the variables.
inline Var the_x(const Var& node, const Match& m, const Scene&) { return if_same_type(node, m.at("x")); }

inline bool is_scalar(const Var& x) { return x->type.ndim() == 0; }

/// s x with a scalar s and a dense x that is none; nothing if it is something else.
struct Scaled {
  Var s, x;
};
std::optional<Scaled> scaled(const Var& product);

/// Whether a value has one shape, known, and the other the same one: nothing is broadcast.
inline bool same_shape(const Var& x, const Var& y) { return x->type.shape.known() && x->type.shape == y->type.shape; }

/// Whether all are of that dtype already: a product then wraps and rounds as it did.
template <class... Vs>
bool all_of_dtype(DType t, const Vs&... xs) {
  return ((xs->type.dtype == t) && ...);
}

}  // namespace spgrad
