// placing.hpp: where dense given values live, and which of them every rank has whole though a dimension of theirs is
// cut.
#pragma once

#include <set>

#include "src/schedule/classes.hpp"

namespace spgrad {

using WholeValues = std::set<const Node*>;

/// Of a value of this type, all ranks together; a size that only the data tell counts as 10,000.
double bytes(const Type& type);

/// The places of one plan, in which `whole` are kept whole. Refers to its arguments.
class Places {
 public:
  /// `order`: all nodes. Throws Error if something cannot be where it is asked to be.
  Places(const Vars& order, const DimensionClasses& classes, const Offers& offers, const WholeValues& whole);

  /// Where a dense input or shared value is asked to be, or where it costs less; else cut along the first of its
  /// dimensions that is cut.
  void choose(Given& given) const;
  /// Whether this has the dimensions, in any order, of given values that are all whole by choice: what is made of them,
  /// and their gradient, are wanted whole, too.
  bool kept_whole(const Node* n) const { return !kept_.empty() && kept_.contains(classes_.set_of(n)); }

 private:
  int axis_of(const Var& x, Given::Chosen& chosen) const;

  const DimensionClasses& classes_;
  const Offers& offers_;
  const WholeValues& whole_;
  std::set<DimensionSet> kept_;
};

/// The cheapest of the schedules that `plan` makes. At first all given values are cut that can be. Where some of them,
/// or what is made of them element by element, are gathered whole again, they are tried whole from the start, with all
/// that have the same dimensions (a momentum goes with its weights): no gather then, but a gradient that is reduced for
/// all ranks and an update that each of them computes. Moves are compared by the messages and bytes of a rank,
/// replicated work by the bytes it passes over, on a machine that is none in particular: nothing depends on local data
/// or on the number of ranks.
Schedule cheapest_places(const DimensionClasses& classes, const Offers& offers,
                         const std::function<Schedule(const WholeValues&)>& plan);

}  // namespace spgrad
