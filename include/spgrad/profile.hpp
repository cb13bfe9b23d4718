// profile.hpp: what the operations and moves of a function took, beside what a model of the machine says.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "spgrad/machine.hpp"
#include "spgrad/probe.hpp"
#include "spgrad/session.hpp"

namespace spgrad {

/// Function::observe() it; after some calls, report() them.
class Profile : public Probe {
 public:
  explicit Profile(World& world, Machine machine = {});
  ~Profile() override;

  /// A kernel, a move (its begin and its end), or a stage of calls. Numbers are of all `count` times together.
  struct Row {
    Activity::Kind kind;
    std::string name, label, type;
    Index count = 0;
    double flops = 0, bytes = 0;             ///< of kernels, by cost_of, of all ranks
    double bytes_sent = 0, messages = 0;     ///< of all ranks
    double predicted = 0;                    ///< seconds, of the rank for which the model has most
    double measured = 0, measured_mean = 0;  ///< seconds without what is nested: the rank that has most; over all ranks
    double under_way_mean = 0;               ///< of moves: from begin to end, over all ranks
  };
  /// Collective. In the order of the first time; the whole call first, with all that is in it.
  std::vector<Row> rows();
  /// Collective. The rows as a table for people.
  std::string report();

  void begin(const Activity& activity, Time now) override;
  void end(const Activity& activity, Time now, const Work& work) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spgrad
