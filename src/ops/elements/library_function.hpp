// library_function.hpp: the form of a function that kernels::map computes.
#pragma once

#include "src/kernels/elementwise.hpp"
#include "src/ops/elements/slopes.hpp"

namespace spgrad {

template <kernels::Unary kFunction>
void run_library_function(RunContext& c) {
  const Value out = out_beside(c, 1);
  dispatch_floating(c.compute_dtype(), [&]<class T>() {
    kernels::map(kFunction, c.in(0).data<T>().data(), out.data<T>().data(), out.local_size());
  });
}

enum class Takes : std::uint8_t {
  both,
  dense,
  stored
};  ///< operands: dense and sparse ones, dense or sparse ones only

template <kernels::Unary kFunction, Of kOf, Var (*kSlope)(const Var&)>
constexpr Op library_function(std::string_view name, std::string_view formula, Takes takes, Aliases aliases,
                              DTypes accepts = kAnyDType) {
  const bool dense = takes == Takes::dense, stored = takes == Takes::stored;
  return {.name = name,
          .inputs = stored ? "A" : "x",
          .formula = formula,
          .doc = dense    ? ""
                 : stored ? "Of the stored entries, duplicates each; zeros that are not stored stay."
                          : kOfEntries,
          .letters = stored ? "ij -> ij" : kOneOperand,
          .infer = dense    ? dense_float_type
                   : stored ? stored_float_type
                            : float_type,
          .run = run_library_function<kFunction>,
          .elementwise = true,
          .spread = elementwise_spread,
          .vjp = vjp_by_slope<kOf, kSlope>,
          .jvp = jvp_by_slope<kOf, kSlope>,
          .pattern = dense ? PatternOf{} : same(0),
          .grad_kind = dense ? GradKind::dense : GradKind::structured,
          .accepts = accepts,
          .overwrites = inputs_mask({0}),
          .compute = float_of,
          .aliases = aliases};
}

}  // namespace spgrad
