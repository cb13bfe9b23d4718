// model_patterns.hpp: the given matrices of a model, cut for ranks that are not there.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "spgrad/function.hpp"
#include "src/comm/world.hpp"
#include "src/schedule/schedule.hpp"
#include "src/schedule/shares.hpp"

namespace spgrad {

using SharesPtr = std::shared_ptr<const Shares>;

/// Given values, whole on this rank; matrices as they are and turned. Refers to the bindings.
class ModelPatterns {
 public:
  ModelPatterns(const Bindings& bindings, int ranks, Balance balance);

  /// The layout that an axis of a given value has: a matrix's majors as `balance` says, anything else evenly.
  Layout cut(const Var& x, int axis) const;
  /// Of a given matrix, with these layouts of its majors and minors in that form. Kept until asked for other ones.
  SharesPtr shares(const Var& x, bool turned, const Layout& major, const Layout& minor);
  /// What a plan for these ranks is told.
  Offer offer(const Program& program, const Var& x);

 private:
  struct Known {
    Layout major, minor;
    SharesPtr shares;
  };
  Value whole(const Var& x, bool turned) const;

  const Bindings& bindings_;
  int ranks_;
  Balance balance_;
  std::unique_ptr<World> alone_;
  std::map<std::pair<std::string, bool>, Known> known_;
};

}  // namespace spgrad
