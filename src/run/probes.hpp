// probes.hpp: the probes of a Function, and how an executor talks to them.
#pragma once

#include <vector>

#include "spgrad/probe.hpp"
#include "src/comm/world.hpp"
#include "src/schedule/schedule.hpp"

namespace spgrad {

/// Counts what is sent, and sees to it that whatever begins ends: what an exception has left open, before what is
/// around it.
class Probes {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Probes(const World& world) : world_(world) {}
  void add(Probe& probe) { all_.push_back(&probe); }
  bool none() const { return all_.empty(); }
  void begin(const Activity& activity);
  /// `work`: what was sent is added, without what activities inside of this one have sent.
  void end(const Activity& activity, Clock::time_point now, Work work);

 private:
  struct Open {
    const Activity* activity;
    comm::Traffic before, nested;
  };

  const World& world_;
  std::vector<Probe*> all_;
  std::vector<Open> open_;
};

/// Part of a call, for a scope.
class Stage {
 public:
  Stage(Probes& probes, Activity::Kind kind);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

 private:
  Probes& probes_;
  const Activity* activity_;  // null: nobody listens
};

/// By step; those that do nothing worth telling (drops, begins of moves that are made in their End) have id 0.
std::vector<Activity> activities(const Schedule& schedule);

}  // namespace spgrad
