// trace_events.hpp: what one rank has recorded, as lines of the Chrome trace event format
// (https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU).
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "spgrad/probe.hpp"

namespace spgrad::trace {

using Nanoseconds = std::int64_t;  // of this rank's clock

struct Event {
  std::uint32_t activity = 0;  // which of the activities
  Activity::Kind kind = Activity::kCall;
  Nanoseconds from = 0, to = 0;
  Nanoseconds begun = 0, posted = 0;  // of the end of a move: from when to when it was begun; 0: it does all by itself
  Work work;                          // with what was sent when it was begun
};

struct Mark {
  Nanoseconds at;
  std::string label;
};

/// A rank's clock against that of rank 0, known at two moments.
struct Clock {
  Nanoseconds first = 0, first_offset = 0, last = 0, last_offset = 0;
  Nanoseconds origin = 0;  // where the trace begins, in the clock of rank 0
  double microseconds(Nanoseconds t) const;
};

struct Recorded {
  std::vector<Activity> activities;
  std::vector<Event> events;
  std::vector<Mark> marks;
};

/// Calls put(line) for each JSON object.
void write(const Recorded& recorded, int rank, const Clock& clock, const std::function<void(const std::string&)>& put);

}  // namespace spgrad::trace
