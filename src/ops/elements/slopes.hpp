// slopes.hpp: derivatives of functions of every element of a dense operand, or of every stored entry of a sparse one.
// They are written in dense ops only; the entries of a sparse operand are a vector that lies where the entries do.
#pragma once

#include "src/ops/elements/elementwise.hpp"

namespace spgrad {

/// Letters of a form of one operand.
inline constexpr std::string_view kOneOperand = ". -> | i -> i | ij -> ij";
inline constexpr DTypes kOrdered = static_cast<DTypes>(kBool | kInteger | kReal);

/// f(x); of a sparse x: f of its stored entries, on its Sparsity.
template <class F>
Var on_elements(const Var& x, F f) {
  return x->type.sparse() ? with_data(x, f(csm_data(x))) : f(x);
}

/// t o slope; where the slope is sparse, on its Sparsity.
inline Var times(const Var& t, const Var& slope) {
  return slope->type.sparse() ? mul_e(slope, at(slope, t)) : mul(t, slope);
}

/// What a slope is made of: x, or f(x) itself.
enum class Of : std::uint8_t { operand, result };

template <Of kOf, Var (*kSlope)(const Var&)>
Var slope(const Var& out) {
  return on_elements(kOf == Of::operand ? out->in[0] : out, kSlope);
}
template <Of kOf, Var (*kSlope)(const Var&)>
Var vjp_by_slope(const Var& out, const Var& g, int) {
  return times(g, conj(slope<kOf, kSlope>(out)));
}
template <Of kOf, Var (*kSlope)(const Var&)>
Var jvp_by_slope(const Var& out, const Vars& t) {
  return times(t[0], slope<kOf, kSlope>(out));
}

/// The operand's type in its dtype float_of, of functions that take
Type float_type(const Node& n);         ///< dense and sparse operands: f(0) = 0
Type dense_float_type(const Node& n);   ///< dense ones; the Error for a sparse one says which name is for those
Type stored_float_type(const Node& n);  ///< sparse ones

inline constexpr std::string_view kOfEntries = "Of a sparse operand: of its stored entries, duplicates each.";

}  // namespace spgrad
