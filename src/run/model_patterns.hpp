// model_patterns.hpp: the given values of a model, cut for ranks that are not there, or as the ranks really have them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "spgrad/function.hpp"
#include "src/comm/world.hpp"
#include "src/run/model_memory.hpp"
#include "src/schedule/schedule.hpp"

namespace spgrad {

class ModelPatterns {
 public:
  virtual ~ModelPatterns() = default;

  /// The layout that an axis of a given value has.
  virtual Layout cut(const Var& x, int axis) const = 0;
  /// Of a given matrix or its transpose, with these layouts of its majors and minors in that form. Kept until asked for
  /// other ones.
  SharesPtr shares(const Var& x, bool turned, const Layout& major, const Layout& minor);
  /// Of a given value that has to be moved to its place before the call: the bytes that each rank has of it, which stay
  /// there beside the copy. Empty: it is there already.
  virtual std::vector<double> moved_from(const Given& given, const Layout& layout) = 0;

 protected:
  virtual Shares count(const Var& x, bool turned, const Layout& major, const Layout& minor) = 0;

 private:
  struct Known {
    Layout major, minor;
    SharesPtr shares;
  };
  std::map<std::tuple<std::string, const Node*, bool>, Known> known_;  // by name, or by node where there is none
};

/// Values that are whole on this rank, cut for any number of ranks: a matrix's majors as `balance` says, anything else
/// evenly. Refers to the bindings.
class VirtualPatterns : public ModelPatterns {
 public:
  VirtualPatterns(const Bindings& bindings, int ranks, Balance balance);

  Layout cut(const Var& x, int axis) const override;
  std::vector<double> moved_from(const Given&, const Layout&) override { return {}; }
  /// What a plan for these ranks is told.
  Offer offer(const Program& program, const Var& x);

 private:
  Shares count(const Var& x, bool turned, const Layout& major, const Layout& minor) override;

  const Bindings& bindings_;
  int ranks_;
  Balance balance_;
  std::unique_ptr<World> alone_;
};

/// Values as the ranks of a world have them. All but cut() is collective the first time. Refers to the bindings.
class WorldPatterns : public ModelPatterns {
 public:
  WorldPatterns(const Bindings& bindings, World& world) : bindings_(bindings), world_(world) {}

  Layout cut(const Var& x, int axis) const override;
  std::vector<double> moved_from(const Given& given, const Layout& layout) override;

 private:
  Shares count(const Var& x, bool turned, const Layout& major, const Layout& minor) override;

  const Bindings& bindings_;
  World& world_;
};

}  // namespace spgrad
