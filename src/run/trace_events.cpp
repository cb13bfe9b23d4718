#include "src/run/trace_events.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace spgrad::trace {
namespace {

constexpr int kCompute = 1, kCommunication = 2;  // lanes; more of the second where more is under way at once

// Labels come from files, so they need not be UTF-8.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string number(double x) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.6g", x);
  return digits;
}

class Lines {
 public:
  Lines(int rank, const Clock& clock, const std::function<void(const std::string&)>& put)
      : pid_(rank + 1), clock_(clock), put_(put) {}  // viewers take process 0 for the system's

  void name_lane(int lane, const std::string& name) { meta("thread_name", lane, "\"name\":" + quoted(name)); }
  void name_process(const std::string& name) {
    meta("process_name", 0, "\"name\":" + quoted(name));
    meta("process_sort_index", 0, text("\"sort_index\":", pid_));
  }
  void mark(const Mark& m) {
    put_(text(R"({"ph":"i","s":"p","pid":)", pid_, R"(,"tid":)", kCompute, R"(,"ts":)", stamp(m.at), R"(,"name":)",
              quoted(m.label), "}"));
  }
  void interval(int lane, Nanoseconds from, Nanoseconds to, const std::string& name, std::string_view category,
                const std::string& args = "{}") {
    char duration[32];
    const double begin = clock_.microseconds(from), end = clock_.microseconds(to);
    std::snprintf(duration, sizeof duration, "%.3f", end - begin);
    put_(text(R"({"ph":"X","pid":)", pid_, R"(,"tid":)", lane, R"(,"ts":)", stamp(from), R"(,"dur":)", duration,
              R"(,"name":)", quoted(name), R"(,"cat":")", category, R"(","args":)", args, "}"));
  }

 private:
  void meta(const char* what, int lane, const std::string& args) {
    put_(text(R"({"ph":"M","pid":)", pid_, R"(,"tid":)", lane, R"(,"name":")", what, R"(","args":{)", args, "}}"));
  }
  std::string stamp(Nanoseconds t) const {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.3f", clock_.microseconds(t));
    return digits;
  }

  int pid_;
  const Clock& clock_;
  const std::function<void(const std::string&)>& put_;
};

std::string args_of(const Activity& a, const Work& w) {
  std::string args = "{\"step\":" + quoted(a.label);
  if (!a.type.empty()) args += ",\"result\":" + quoted(a.type);
  for (const auto& [name, x] :
       {std::pair("here", w.stored), std::pair("flop", w.cost.flops), std::pair("memory bytes", w.cost.bytes),
        std::pair("bytes sent", double(w.bytes_sent)), std::pair("messages", double(w.messages))})
    if (x > 0) args += text(",\"", name, "\":", number(x));
  return args + "}";
}

// "%3 = dot(X, W)" -> "dot(X, W)"; a chain with several results keeps their names.
std::string formula(const std::string& label) {
  const std::size_t at = label.find(" = ");
  const bool one = at != std::string::npos && label.find(" = ", at + 3) == std::string::npos;
  return one ? label.substr(at + 3) : label;
}

std::string title(const Activity& a, const Event& e, Index& calls) {
  if (e.kind == Activity::kCall) return text("call ", ++calls);
  if (e.kind == Activity::kBegin) return "begin " + a.label;
  return e.kind == Activity::kEnd && e.begun > 0 ? "wait " + a.label : formula(a.label);
}

Nanoseconds begin_of(const Event& move) { return move.begun > 0 ? move.begun : move.from; }

// Moves overlap as they like, and what overlaps in one lane must be nested: each goes into the first lane that is free.
void write_moves(const Recorded& recorded, Lines& lines) {
  std::vector<const Event*> moves;
  for (const Event& e : recorded.events)
    if (e.kind == Activity::kEnd) moves.push_back(&e);
  std::ranges::stable_sort(moves, {}, [](const Event* e) { return begin_of(*e); });
  std::vector<Nanoseconds> free_from{0};
  for (const Event* e : moves) {
    auto lane = std::ranges::find_if(free_from, [&](Nanoseconds t) { return t <= begin_of(*e); });
    if (lane == free_from.end()) lane = free_from.insert(lane, 0);
    *lane = e->to;
    const Activity& a = recorded.activities[e->activity];
    const int at = kCommunication + static_cast<int>(lane - free_from.begin());
    lines.interval(at, begin_of(*e), e->to, a.label, "move", args_of(a, e->work));
    if (e->begun == 0) continue;
    lines.interval(at, e->begun, e->posted, "begin", "move");
    lines.interval(at, e->from, e->to, "wait", "move");
  }
  for (std::size_t k = 0; k < free_from.size(); ++k)
    lines.name_lane(kCommunication + static_cast<int>(k), k == 0 ? "communication" : text("communication ", k + 1));
}

}  // namespace

double Clock::microseconds(Nanoseconds t) const {
  const double part = last > first ? static_cast<double>(t - first) / static_cast<double>(last - first) : 0;
  const double offset = part * static_cast<double>(last_offset - first_offset);
  return (static_cast<double>(t + first_offset - origin) + offset) / 1000;
}

void write(const Recorded& recorded, int rank, const Clock& clock, const std::function<void(const std::string&)>& put) {
  Lines lines(rank, clock, put);
  lines.name_process(text("rank ", rank));
  lines.name_lane(kCompute, "compute");
  Index calls = 0;
  for (const Event& e : recorded.events) {
    const Activity& a = recorded.activities[e.activity];
    lines.interval(kCompute, e.from, e.to, title(a, e, calls), name(e.kind), args_of(a, e.work));
  }
  write_moves(recorded, lines);
  for (const Mark& m : recorded.marks) lines.mark(m);
}

}  // namespace spgrad::trace
