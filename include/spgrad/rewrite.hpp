// rewrite.hpp: pattern -> replacement.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "spgrad/estimate.hpp"
#include "spgrad/op.hpp"

namespace spgrad {

/// What a rewrite looks for: a variable, which matches any Var (the same one wherever it stands), or an op applied to
/// patterns; a commutative op matches in either order.
class Pattern {
 public:
  Pattern(const char* variable) : variable_(variable) {}
  Pattern(const Op& op, std::vector<Pattern> in) : op_(&op), in_(std::move(in)) {}

  using Match = std::map<std::string, Var, std::less<>>;
  /// Adds what the variables stand for to `found`, and the nodes of the inner ops to `inner`; false if `x` is something
  /// else.
  bool match(const Var& x, Match& found, Vars& inner) const;

 private:
  std::string variable_;
  const Op* op_ = nullptr;
  std::vector<Pattern> in_;
};

template <class... In>
requires(!(std::convertible_to<In, Var> && ...) &&
         (std::convertible_to<In, Pattern> && ...)) Pattern Op::operator()(const In&... in) const {
  return Pattern(*this, {Pattern(in)...});
}

/// What a rewrite is decided by, besides what its pattern has found.
struct Scene {
  const Estimate& estimate;
  /// Whether anything but the node's own inputs' chain reads x: then a replacement would make it a second time.
  std::function<bool(const Var& x)> read_elsewhere;
};

/// If `pattern` matches a node and `when` (if any) holds, the node is replaced by what `then` makes (empty: leave it).
struct Rewrite {
  std::string_view name;
  std::string_view formula;  ///< at(P, X Y) -> sampling_dot(X, Y', 1_P)
  Pattern pattern;
  std::function<Var(const Var& node, const Pattern::Match&, const Scene&)> then;
  bool spares_shared = false;  ///< leave it where an inner op of the pattern has another reader, too
};

/// One application of a rule, and by how much the graph below the node became cheaper.
struct Fired {
  std::string_view rule;
  Cost saved;
};

/// The rewrites that every Function applies, from src/rewrites.
std::span<const Rewrite> default_rewrites();

/// The graph with the rules applied until none changes anything, and equal nodes merged. Types are kept. `fired`, if
/// given, collects what was done.
Vars rewrite(const Vars& outputs, std::span<const Rewrite> rules, const Estimate& estimate = Estimate(),
             std::vector<Fired>* fired = nullptr);

}  // namespace spgrad
