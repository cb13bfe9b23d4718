// rad2deg, deg2rad.
#include <numbers>

#include "src/ops/elements/slopes.hpp"

namespace spgrad {
namespace {

template <int kFrom, int kTo>  // half a turn in both units; 0: pi
struct Converted {
  template <class T>
  requires std::is_floating_point_v<T> T operator()(T x) const { return x * static_cast<T>(kRatio); }
  static constexpr double half_turn(int units) { return units == 0 ? std::numbers::pi : units; }
  static constexpr double kRatio = half_turn(kTo) / half_turn(kFrom);
};

template <int kFrom, int kTo>
constexpr Op conversion(std::string_view name, std::string_view formula, Aliases aliases) {
  return {.name = name,
          .inputs = "x",
          .formula = formula,
          .doc = kOfEntries,
          .letters = kOneOperand,
          .infer = float_type,
          .run = run_map<Converted<kFrom, kTo>>,
          .elementwise = true,
          .spread = elementwise_spread,
          .vjp =
              [](const Var& out, const Var& g, int) {
                const Var& x = out->in[0];
                return apply(*out->op, {x->type.sparse() ? spgrad::at(x, g) : g});
              },
          .pattern = same(0),
          .grad_kind = GradKind::structured,
          .linear = Linear::each,
          .accepts = kOrdered,
          .overwrites = inputs_mask({0}),
          .compute = float_of,
          .aliases = aliases};
}

}  // namespace

constinit const Op ops::rad2deg =
    conversion<0, 180>("rad2deg", "180 x / pi", {"x.rad2deg()", "torch.rad2deg", "jax.numpy.rad2deg"});
constinit const Op ops::deg2rad =
    conversion<180, 0>("deg2rad", "pi x / 180", {"x.deg2rad()", "torch.deg2rad", "jax.numpy.deg2rad"});

Var rad2deg(const Var& x) { return ops::rad2deg(x); }
Var deg2rad(const Var& x) { return ops::deg2rad(x); }

}  // namespace spgrad
