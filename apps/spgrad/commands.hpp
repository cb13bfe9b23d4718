// commands.hpp: what the `spgrad` command can be asked to do. The command line is read in command_line.cpp only.
#pragma once

#include <limits>
#include <optional>
#include <string>

#include "spgrad/function.hpp"
#include "spgrad/io.hpp"
#include "spgrad/model.hpp"
#include "spgrad/session.hpp"
#include "spgrad/trace.hpp"
#include "spgrad/value.hpp"
#include "statements.hpp"

namespace spgrad::app {

/// FILE[:/GROUP]
struct Location {
  std::string file;
  std::string group;      ///< empty if none was given
  io::Caution caution{};  ///< in reading it
};
Location parse_location(const std::string& argument);

/// A value that was read, and from where.
struct ReadValue {
  std::string name;
  Location from;
  Value value;
};

struct ConvertOptions {
  Location in, out;
};
struct InfoOptions {
  Location in;
  int ranks = 0;  ///< for which to show the balance; 0: for a few
};
/// What is printed of a function that has run.
struct Explain {
  bool schedule = false, rewrites = false;
};
/// Collective. Time and memory of a call, before it runs, if the schedule is to be explained.
std::optional<RunModel> predict(const Session& session, const Explain& explain, Function& function,
                                const Bindings& given, const Machine& machine);
void print(const Session& session, const Explain& explain, const Function& function,
           const std::optional<RunModel>& predicted);
/// How a function is watched while it runs.
struct WatchOptions {
  std::string graph, trace;  ///< files; empty: none
  Index trace_limit = Trace::kActivities;
  bool profile = false;
  std::string machine;  ///< a file; empty: no particular one
};

/// Of commands that run a loop.
struct CheckpointOptions {
  std::string directory;  ///< empty: none are saved
  Index every = 20;
  bool async = false;  ///< saves beside the next steps
  int keep = 3;
  bool with_inputs = false, with_gradients = false;             ///< also what was read; also the gradients of the step
  std::string resume;                                           ///< empty, "auto" or a folder
  double time_limit = std::numeric_limits<double>::infinity();  ///< seconds
  std::string command;                                          ///< as it was given, for the record
};
/// What a long job can be asked to look out for.
struct GuardOptions {
  double hang_timeout = 0;  ///< seconds; 0: none
  bool check_nan = false;
};
struct TrainOptions {
  Location data;
  double l2 = 1e-5;
  Index holdout = 0;
  std::string optimizer = "lmvm";
  Index iterations = 100;
  double tolerance = 1e-6;
  CheckpointOptions checkpoints;
  bool json = false;
  std::string predictions, plot;
  Explain explain;
  WatchOptions watch;
  GuardOptions guard;
  Placements place;
  Overlap overlap = Overlap::between_hosts;
};
struct RunOptions {
  Statements statements;
  Placements place;
  Overlap overlap = Overlap::between_hosts;
  io::Caution caution;  ///< in reading what --in names
  std::string out_file;
  Index iterate = 1, print_every = 0;
  CheckpointOptions checkpoints;
  Explain explain;
  WatchOptions watch;
  bool rewrites = true, json = false;
  GuardOptions guard;
};
struct CheckGradOptions {
  Statements statements;
  Placements place;
  io::Caution caution;
  std::uint64_t seed = 0;
};
struct CheckpointsOptions {
  std::string directory;
  bool json = false;
};
struct VerifyOptions {
  std::string path;  ///< a folder of checkpoints, one of them, or an HDF5 file
};
struct PlanOptions {
  Statements statements;
  Placements place;
  io::Caution caution;
  std::vector<int> ranks{1, 2, 4, 8, 16, 32, 64};
  std::string machine, calibrate;  ///< files; empty: none
  Balance balance = Balance::even;
  bool explain = false, json = false;
};
struct OpsOptions {
  std::string name;  ///< empty: all
  bool rewrites = false;
};

// Each returns the exit code; failures are Errors. All are Collective.
int convert(Session& session, const ConvertOptions& options);
int info(Session& session, const InfoOptions& options);
int train_softmax(Session& session, const TrainOptions& options);
int run(Session& session, const RunOptions& options);
int check_grad(Session& session, const CheckGradOptions& options);
int checkpoints(Session& session, const CheckpointsOptions& options);
int verify(Session& session, const VerifyOptions& options);
int plan(Session& session, const PlanOptions& options);
int ops(Session& session, const OpsOptions& options);

/// Reads the command line and runs what it asks for. Throws Error of kind usage for unknown options and bad values.
int run_command_line(Session& session, int argc, char** argv);

}  // namespace spgrad::app
