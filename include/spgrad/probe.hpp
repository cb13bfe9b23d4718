// probe.hpp: what a call of a Function does, told while it does it. Profile and Trace are probes; so can be what a
// program brings of its own (markers of another tool).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "spgrad/estimate.hpp"

namespace spgrad {

/// Something that a rank does for a while. Activities nest: a call holds all others, a kernel or a move holds the
/// inspections that it needs.
struct Activity {
  enum Kind : std::uint8_t {
    kCall,
    kAgree,    ///< that all ranks are in the same call, and later that none has failed
    kPlan,     ///< rewrites and the schedule, at the first call with values of new types
    kBind,     ///< what is given, brought to where the schedule wants it
    kInspect,  ///< patterns, and who needs what of whom: at the first call with new ones
    kKernel,   ///< an op, or a local copy (pick, slice)
    kBegin,    ///< of a move: rows packed, messages posted
    kEnd       ///< of a move: messages waited for, rows put where they belong
  } kind = kCall;
  std::uint64_t id = 0;  ///< of the kernel or move, in this process; the begin and the end of a move have one
  std::string name;      ///< of the op or move: dot, gather; else of the kind
  std::string label;     ///< the step, as --explain has it: "%3 = dot(X, W)", "gather W -> W@X"
  std::string type;      ///< of the result, for the whole matrix
};
std::string_view name(Activity::Kind kind);

/// What this rank did in an activity.
struct Work {
  Cost cost;                           ///< of a kernel: cost_of (estimate.hpp) with what is here
  double stored = 0;                   ///< elements or stored entries of the result that are here
  Index bytes_sent = 0, messages = 0;  ///< without what activities inside of it have sent
};

class Probe {
 public:
  using Time = std::chrono::steady_clock::time_point;
  virtual ~Probe() = default;
  /// Not collective, but told on every rank in the same order. Whatever begins ends, even where a call throws.
  virtual void begin(const Activity& activity, Time now) = 0;
  virtual void end(const Activity& activity, Time now, const Work& work) = 0;
};

}  // namespace spgrad
