// trace.hpp: when each rank did what, as a file for Perfetto (ui.perfetto.dev) and chrome://tracing.
#pragma once

#include <exception>
#include <memory>
#include <string>

#include "spgrad/probe.hpp"
#include "spgrad/session.hpp"

namespace spgrad {

/// Function::observe() it; after the calls, write() them. One process for each rank: in the lane "compute" all that it
/// does, one after the other, waits too; in "communication" each move from its begin to its end, as many lanes as are
/// under way at once. Clocks are those of rank 0: offsets are measured by ping-pong at the beginning and when the file
/// is written, and what lies between them is on a straight line.
class Trace : public Probe {
 public:
  /// Of all ranks together; about 300 bytes each in the file.
  static constexpr Index kActivities = 1'000'000;

  /// Collective. Makes the file, so that one that cannot be written is an Error of kind io now and not when all is
  /// over. What comes after `limit` activities is not kept, on all ranks alike.
  Trace(World& world, std::string file, Index limit = kActivities);
  /// Where nobody has written it, rank 0 writes what it has recorded itself.
  ~Trace() override;

  /// Marks a moment on this rank: the begin of a step of a loop.
  void mark(const std::string& label);
  /// Collective. Writes the file by rank 0, what the others have piece by piece; throws Error of kind io on all ranks.
  void write();
  /// Collective if all ranks throw this error, as they do when a call fails: the file gets what was recorded until
  /// then, with the error as a last mark. Otherwise, or if there is a file already, nothing is sent. An error of this
  /// is swallowed: the one that is under way says more.
  void rescue(const std::exception_ptr& error) noexcept;
  /// How many of this rank's activities were not kept.
  Index lost() const;

  void begin(const Activity& activity, Time now) override;
  void end(const Activity& activity, Time now, const Work& work) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spgrad
