// A trace is JSON that viewers read: a process for each rank, lanes in which intervals nest, every step of every call.
#include "spgrad/trace.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "src/graph/run_context.hpp"
#include "src/run/trace_events.hpp"
#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/run/regression.hpp"

namespace spgrad::tests {
namespace {

using nlohmann::json;

std::string trace_file() { return std::filesystem::temp_directory_path() / text("spgrad_trace_", getpid(), ".json"); }

// The events of a file that rank 0 has written; only rank 0 has them.
json taken(World& world, const std::string& file) {
  if (world.rank() != 0) return {};
  json all = json::parse(std::ifstream(file), nullptr, false);
  EXPECT_FALSE(all.is_discarded()) << file << " is not JSON";
  std::filesystem::remove(file);
  return all;
}

struct Interval {
  double begin, end;
};
std::map<std::pair<int, int>, std::vector<Interval>> lanes_of(const json& events) {
  std::map<std::pair<int, int>, std::vector<Interval>> lanes;
  for (const json& e : events)
    if (e["ph"] == "X")
      lanes[{e["pid"], e["tid"]}].push_back({e["ts"], e["ts"].get<double>() + e["dur"].get<double>()});
  return lanes;
}

// Whether of any two intervals one holds the other, or they do not meet; times are written to the nanosecond.
bool nest(std::vector<Interval> intervals) {
  constexpr double kRounding = 0.0015;
  std::ranges::sort(intervals, [](const Interval& a, const Interval& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::vector<double> open;
  for (const Interval& i : intervals) {
    while (!open.empty() && open.back() <= i.begin + kRounding) open.pop_back();
    if (!open.empty() && i.end > open.back() + kRounding) return false;
    open.push_back(i.end);
  }
  return true;
}

std::size_t count(const json& events, const std::function<bool(const json&)>& wanted) {
  return static_cast<std::size_t>(std::ranges::count_if(events, wanted));
}

// The fields that the description of the format asks for, and nothing that it does not know.
void expect_valid(const json& e) {
  static const std::map<std::string, std::set<std::string>> kFields{
      {"X", {"ph", "pid", "tid", "ts", "dur", "name", "cat", "args"}},
      {"i", {"ph", "pid", "tid", "ts", "name", "s"}},
      {"M", {"ph", "pid", "tid", "name", "args"}}};
  static const std::map<std::string, std::string> kMetadata{{"process_name", "name"},
                                                            {"process_labels", "labels"},
                                                            {"process_sort_index", "sort_index"},
                                                            {"thread_name", "name"}};
  const auto fields = kFields.find(e.value("ph", ""));
  if (fields == kFields.end()) {
    ADD_FAILURE() << "no such phase: " << e;
    return;
  }
  std::set<std::string> found;
  for (const auto& [key, value] : e.items()) found.insert(key);
  EXPECT_EQ(found, fields->second) << e;
  EXPECT_TRUE(e["pid"].is_number_integer() && e["tid"].is_number_integer() && e["name"].is_string()) << e;
  if (e["ph"] == "M") {
    const auto argument = kMetadata.find(e["name"]);
    const bool known = argument != kMetadata.end() && e["args"].size() == 1 && e["args"].contains(argument->second);
    EXPECT_TRUE(known) << e;
    if (known) {
      EXPECT_EQ(e["args"][argument->second].is_number_integer(), argument->second == "sort_index") << e;
    }
    return;
  }
  EXPECT_TRUE(e["ts"].is_number()) << e;
  if (e["ph"] == "i") {
    EXPECT_TRUE(e["s"] == "g" || e["s"] == "p" || e["s"] == "t") << e;
  } else {
    EXPECT_TRUE(e["dur"].is_number() && e["dur"].get<double>() >= 0) << e;
    EXPECT_TRUE(e["cat"].is_string() && e["args"].is_object()) << e;
  }
}

TEST(Trace, HasAProcessForEachRankAndLanesThatNest) {
  for_ranks([](World& world) {
    const Regression model;
    Function step = model.step(world);
    const std::string file = trace_file();
    Trace trace(world, file);
    step.observe(trace);
    const Layout rows = Layout::even(kRows, world.size()), columns = random_layout(kFeatures, world.size(), 3);
    const Bindings data{{"X", features(world, rows, columns)}, {"Y", labels(world, rows)}};
    for (int k = 1; k <= 3; ++k) {
      trace.mark(text("step ", k));
      step(data);
    }
    trace.write();
    EXPECT_EQ(trace.lost(), 0);
    const json all = taken(world, file);
    if (world.rank() != 0) return;

    const json& events = all["traceEvents"];
    for (const json& e : events) expect_valid(e);
    std::map<std::string, std::size_t> lanes;
    for (const json& e : events)
      if (e["name"] == "thread_name") ++lanes[e["args"]["name"]];
    const auto ranks = static_cast<std::size_t>(world.size());
    EXPECT_EQ(lanes["compute"], ranks);
    EXPECT_EQ(lanes["communication"], ranks);
    for (const auto& [lane, intervals] : lanes_of(events))
      EXPECT_TRUE(nest(intervals)) << lane.first << ' ' << lane.second;
    EXPECT_EQ(count(events, [](const json& e) { return e["ph"] == "i"; }), 3 * ranks);
    // What --explain lists, each rank has done three times.
    std::size_t kernels = 0, moves = 0;
    std::istringstream lines(step.explain());
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("begin slice") || line.starts_with("begin pick") || line.starts_with("run ")) ++kernels;
      if (line.starts_with("begin ") && !line.starts_with("begin slice") && !line.starts_with("begin pick")) ++moves;
    }
    const auto of = [](const char* category) { return [=](const json& e) { return e.value("cat", "") == category; }; };
    EXPECT_EQ(count(events, of("call")), 3 * ranks);
    EXPECT_EQ(count(events, of("kernel")), 3 * ranks * kernels);
    EXPECT_EQ(count(events, of("end")), 3 * ranks * moves);
    EXPECT_EQ(count(events, of("plan")), ranks);
  });
}

TEST(Trace, TellsWhatEachMoveHasSent) {
  for_ranks([](World& world) {
    const Regression model;
    Function step = model.step(world);
    const std::string file = trace_file();
    Trace trace(world, file);
    step.observe(trace);
    const Layout rows = Layout::even(kRows, world.size()), columns = Layout::even(kFeatures, world.size());
    const Value X = features(world, rows, columns);
    step({{"X", X}, {"Y", labels(world, rows)}});
    trace.write();
    const json all = taken(world, file);
    if (world.rank() != 0) return;
    Index gathered = 0;
    for (const json& e : all["traceEvents"])
      if (e.value("cat", "") == "move" && e["name"].get<std::string>().starts_with("gather W"))
        gathered += e["args"].value("bytes sent", 0);
    EXPECT_EQ(gathered, X.sparsity()->ghost_rows * kClasses * 8);
  });
}

TEST(Trace, KeepsItsLimitAndSaysWhatIsLost) {
  for_ranks([](World& world) {
    const Regression model;
    Function step = model.step(world);
    const std::string file = trace_file();
    Trace trace(world, file, Index{10} * world.size());
    step.observe(trace);
    const Layout rows = Layout::even(kRows, world.size());
    const Bindings data{{"X", features(world, rows, Layout::even(kFeatures, world.size()))},
                        {"Y", labels(world, rows)}};
    for (int k = 0; k < 4; ++k) step(data);
    trace.write();
    EXPECT_GT(trace.lost(), 20);
    const json all = taken(world, file);
    if (world.rank() != 0) return;
    EXPECT_EQ(all["otherData"]["activities lost by each rank"], trace.lost());
    EXPECT_EQ(count(all["traceEvents"], [](const json& e) { return e["ph"] == "X" && e["tid"] == 1; }),
              std::size_t{10} * static_cast<std::size_t>(world.size()));
  });
}

constinit const Op fails_on_last{
    .name = "fails_on_last",
    .inputs = "x",
    .formula = "x",
    .letters = "* -> *",
    .infer = [](const Node& n) { return n.in[0]->type; },
    .run = [](RunContext& c) { require(c.in(0).rank() + 1 != c.in(0).layout().ranks(), "this rank fails"); },
    .spread = [](const Node&) -> Spreads {
      return {{{own(0)}, own(0)}};
    }};

TEST(Trace, KeepsWhatWasRecordedUntilACallFailed) {
  for_ranks([](World& world) {
    const Regression model;
    Function good = model.step(world);
    Function bad = compile({{model.X}, {fails_on_last(dot(model.X, model.W))}, {}}, world);
    const std::string file = trace_file();
    const Layout rows = Layout::even(kRows, world.size());
    const Value X = features(world, rows, Layout::even(kFeatures, world.size()));
    {
      Trace trace(world, file);
      good.observe(trace);
      bad.observe(trace);
      good({{"X", X}, {"Y", labels(world, rows)}});
      try {
        bad({{"X", X}});
        ADD_FAILURE() << "no error";
      } catch (const Error&) {
        trace.rescue(std::current_exception());
      }
    }
    const json all = taken(world, file);
    if (world.rank() != 0) return;
    const auto ranks = static_cast<std::size_t>(world.size());
    const auto logsumexp = [](const json& e) {
      return e.value("cat", "") == "kernel" && e["name"].get<std::string>().starts_with("logsumexp");
    };
    EXPECT_EQ(count(all["traceEvents"], logsumexp), ranks);
    EXPECT_EQ(count(all["traceEvents"],
                    [](const json& e) {
                      return e["ph"] == "i" &&
                             e["name"].get<std::string>().find("this rank fails") != std::string::npos;
                    }),
              ranks);
    for (const json& e : all["traceEvents"]) expect_valid(e);
  });
}

// An error that one rank alone throws: the others are not waited for.
TEST(Trace, HasWhatRankZeroRecordedWhereNobodyWritesIt) {
  for_ranks([](World& world) {
    const Regression model;
    Function step = model.step(world);
    const std::string file = trace_file();
    const Layout rows = Layout::even(kRows, world.size());
    {
      Trace trace(world, file);
      step.observe(trace);
      step({{"X", features(world, rows, Layout::even(kFeatures, world.size()))}, {"Y", labels(world, rows)}});
      trace.rescue(std::make_exception_ptr(Error("rank alone")));
    }
    const json all = taken(world, file);
    if (world.rank() != 0) return;
    EXPECT_EQ(count(all["traceEvents"], [](const json& e) { return e.value("cat", "") == "call"; }), 1U);
    for (const json& e : all["traceEvents"]) expect_valid(e);
  });
}

TEST(Trace, AFileThatCannotBeMadeIsAnErrorOnAllRanksAtOnce) {
  for_ranks([](World& world) {
    try {
      const Trace trace(world, "/nowhere/trace.json");
      ADD_FAILURE() << "no error";
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::io);
      EXPECT_NE(std::string(e.what()).find("/nowhere/trace.json"), std::string::npos);
    }
  });
}

// Two gathers under way at once, which end in the order in which they were begun, are no intervals of one lane.
TEST(Trace, PutsMovesThatOverlapIntoLanesOfTheirOwn) {
  const auto end_of = [](std::uint32_t activity, trace::Nanoseconds begun, trace::Nanoseconds from,
                         trace::Nanoseconds to) {
    return trace::Event{activity, Activity::kEnd, from, to, begun, begun + 5, {}};
  };
  trace::Recorded recorded;
  recorded.activities = {{Activity::kBegin, 1, "gather", "gather A -> A'", ""},
                         {Activity::kBegin, 2, "gather", "gather \"B\\\xff -> B'", ""}};
  recorded.events = {end_of(0, 100, 400, 500), end_of(1, 200, 500, 700), end_of(0, 800, 900, 950)};
  json events = json::array();
  trace::write(recorded, 0, {}, [&](const std::string& line) { events.push_back(json::parse(line)); });
  for (const auto& [lane, intervals] : lanes_of(events)) EXPECT_TRUE(nest(intervals)) << lane.second;
  EXPECT_EQ(count(events, [](const json& e) { return e["name"] == "thread_name"; }), 3U);
  EXPECT_EQ(count(events, [](const json& e) { return e["tid"] == 2 && e["name"] == "wait"; }), 2U);
}

TEST(Trace, ReadsAClockBetweenItsTwoOffsetsOnAStraightLine) {
  const trace::Clock clock{.first = 1000, .first_offset = 500, .last = 3000, .last_offset = 700, .origin = 1500};
  EXPECT_DOUBLE_EQ(clock.microseconds(1000), 0);
  EXPECT_DOUBLE_EQ(clock.microseconds(2000), 1.1);
  EXPECT_DOUBLE_EQ(clock.microseconds(3000), 2.2);
}

}  // namespace
}  // namespace spgrad::tests
