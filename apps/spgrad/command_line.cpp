#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "checkpoints.hpp"
#include "commands.hpp"
#include "place.hpp"

namespace spgrad::app {
namespace {

constexpr const char* kConvertExample =
    "\nIN is svmlight, Matrix Market (both also .gz), or HDF5. The matrix becomes GROUP (by default /X), labels the "
    "dataset "
    "y beside it.\n\nExample:\n  spgrad convert train.svm.gz train.h5";
constexpr const char* kInfoExample =
    "\nShape, entries, dtype, statistics of values and row lengths, balance over ranks; checks all that a reader would "
    "check.\nFILE is what convert reads. Without a group every matrix in the file is reported.\n\nExample:\n  spgrad "
    "info "
    "train.h5:/X";
constexpr const char* kTrainExample =
    "\nL2-regularised softmax regression on FILE's /X (csr) and /y (labels 0 .. classes-1).\nThe loss is the mean "
    "cross-entropy + l2/2 |W|^2.\n\nExample:\n  mpirun -n 4 spgrad train softmax --data train.h5 --l2 1e-5 --holdout "
    "6000 "
    "\\\n      --checkpoint run.ckpt --checkpoint-every 20 --resume auto";
constexpr const char* kRunExample =
    "\nThe language: docs/LANGUAGE.md. FILE.spg has one statement a line: `in A = FILE:/PATH`, `let`, `out`, `grad`, "
    "`jvp`, `hvp`, `update` and what the option of that name takes.\n\nExamples:\n  mpirun -n 4 spgrad run --in "
    "A=ratings.h5:/matrix --in U=factors.h5:/U --in V=factors.h5:/V \\\n      --let 'E = sampling_dot(U, V, "
    "sp_ones_like(A)) - A' --out 'loss = sp_sum(sqr(E))' --grad loss:U,V \\\n      --out-file step.h5\n  mpirun -n 4 "
    "spgrad run --file model.spg --in lr=0.1 --iterate 100 --update 'W = W - lr * grad(loss, W)'";
constexpr const char* kCheckGradExample =
    "\nFor every variable of --grad: the gradient and the forward derivative along a random direction beside "
    "fourth-order differences, in double precision. Exit code 1 if one of them is wrong.\n\nExample:\n  spgrad "
    "check-grad --in A=random:50x20,csr,density=0.2 --in x=random:20 --let 'loss = sum(tanh(A @ x))' --grad loss:A,x";
constexpr const char* kCheckpointsExample =
    "\nStep, time, size, number of values and of ranks, whether it is whole, and which one `latest` names; in the "
    "order "
    "in which --resume would try them.\n\nExample:\n  spgrad checkpoints run.ckpt";
constexpr const char* kVerifyExample =
    "\nPATH is a folder of checkpoints, one of its checkpoints, or an HDF5 file. Every byte is read: manifest, sizes, "
    "checksums of blocks and of elements, HDF5's structure, offsets and indices. A line for each that is whole and for "
    "each fault; exit code 65 if there is one.\n\nExample:\n  mpirun -n 4 spgrad verify run.ckpt";
constexpr const char* kPlanExample =
    "\nFrom the patterns of what is given, on one process: bytes, messages, imbalance, memory and time of one step on "
    "any "
    "number of ranks. Nothing runs: it is a model, which hides no message behind a kernel. --calibrate measures the "
    "machine, under mpirun with its messages.\n\nExamples:\n  mpirun -n 2 spgrad plan --calibrate machine.txt\n  "
    "spgrad "
    "plan --in A=a.h5 --in W=random:1000x64 --let 'loss = sum(sqr(A @ W))' --out loss --grad loss:W \\\n      --ranks "
    "64,1024,4096 --machine machine.txt";
constexpr const char* kOpsExample = "\nThe operations, or all facts about one.\n\nExample:\n  spgrad ops sampling_dot";

void add_explain(CLI::App& app, Explain& explain, const char* step) {
  app.add_flag_callback(
      "--explain", [&explain] { explain.schedule = true; },
      text("print the schedule of ", step,
           ": flops, bytes and time of each kernel, bytes "
           "and time of each move, by a model; its time "
           "and memory first, before anything runs"));
  app.add_flag_callback(
      "--explain-rewrites", [&explain] { explain.rewrites = true; },
      "print which rewrites were applied to the graph, and what each is estimated to save");
}

void add_place(CLI::App& app, Placements& places) {
  app.add_option_function<std::vector<std::string>>(
         "--place", [&places](const std::vector<std::string>& words) { places = parse_places(words); },
         "NAME=all|rows|cols[,..]: a dense value is whole on every rank, or cut by its rows or columns; else it is cut "
         "along what it shares with a sparse matrix, or whole where that costs less (--explain shows which)")
      ->delimiter(',')
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_overlap(CLI::App& app, Overlap& overlap) {
  const std::map<std::string, Overlap> words{
      {"between-hosts", Overlap::between_hosts}, {"always", Overlap::always}, {"never", Overlap::never}};
  app.add_option_function<std::string>(
         "--overlap", [&overlap, words](const std::string& word) { overlap = words.at(word); },
         "when sparse products work on own rows while those of others travel: where messages travel by themselves, "
         "always or never; the sums of a product are rounded otherwise then")
      ->check(CLI::IsMember({"between-hosts", "always", "never"}))
      ->default_str("between-hosts");
}

void add_watch(CLI::App& app, WatchOptions& o, const char* step) {
  app.add_option("--graph", o.graph,
                 text("picture of ", step, ": FILE.svg, .png or .pdf by Graphviz's dot, .dot the text"));
  app.add_option("--trace", o.trace,
                 "FILE.json: when each rank did what, for ui.perfetto.dev and chrome://tracing; a lane for what it "
                 "computes, one for what is under way");
  app.add_option("--trace-limit", o.trace_limit, "activities kept for the trace, of all ranks together")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--profile", o.profile, "print what operations and moves took, beside what a model predicts");
  app.add_option("--machine", o.machine,
                 "FILE with the numbers of the model of --profile and --explain, for one rank: alpha, beta (seconds a "
                 "message, a byte), bandwidth (bytes a second of memory), flops (a second)");
}

void add_checkpoints(CLI::App& app, CheckpointOptions& o) {
  app.add_option("--checkpoint", o.directory, "folder for checkpoints");
  app.add_option("--checkpoint-every", o.every, "steps between checkpoints")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option_function<std::vector<std::string>>(
         "--checkpoint-with",
         [&o](const std::vector<std::string>& words) {
           o.with_inputs = std::ranges::count(words, "inputs") > 0;
           o.with_gradients = std::ranges::count(words, "gradients") > 0;
         },
         "inputs: what was read (without it a file, its size and time, and a fingerprint); gradients: those of the "
         "step")
      ->delimiter(',')
      ->check(CLI::IsMember({"inputs", "gradients"}))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_flag("--checkpoint-async", o.async,
               "write checkpoints beside the next steps; what is saved stays in memory meanwhile");
  app.add_option("--keep", o.keep, "checkpoints kept")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--resume", o.resume,
                 "auto: the newest whole checkpoint of the --checkpoint folder, a fresh start if "
                 "there is none; or a folder of checkpoints");
  app.add_option_function<std::string>(
      "--time-limit", [&o](const std::string& limit) { o.time_limit = parse_time_limit(limit); },
      "SECONDS or H:MM:SS: stop in time, as SIGUSR1, SIGUSR2, SIGTERM, SIGINT and the end of a Slurm job do: after a "
      "whole step, with a checkpoint, exit code 75");
}

// How far files are believed; what `caution` is at first is the default.
void add_caution(CLI::App& app, io::Caution& caution) {
  app.add_option_function<std::string>(
         "--nan", [&caution](const std::string& word) { caution.nan = word == "allow"; },
         "allow NaN in what is read, or refuse it: an error names the place of the first one")
      ->check(CLI::IsMember({"allow", "refuse"}))
      ->default_str(caution.nan ? "allow" : "refuse");
  app.add_option(
         "--expansion", caution.expansion,
         "what is read may take this many times the size of its file in memory, but at least 256 MiB; 0: no limit")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
}

void add_guard(CLI::App& app, GuardOptions& o) {
  app.add_option("--hang-timeout", o.hang_timeout,
                 "seconds, more than the longest step or file access takes: when a rank waits so long for others, the "
                 "job ends with exit code 70, naming the ranks that do not come and what each does (default: never, or "
                 "SPGRAD_HANG_TIMEOUT)")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--check-nan", o.check_nan,
               "stop where an operation makes the first NaN or infinity, and name it (slower)");
}

void add_train(CLI::App& app, TrainOptions& o, std::string& data) {
  app.add_option("--data", data, "HDF5 file, FILE[:/GROUP]; /X and /y of the group")->required();
  app.add_option("--l2", o.l2, "weight of the L2 term")->check(CLI::NonNegativeNumber)->capture_default_str();
  app.add_option("--holdout", o.holdout, "rows kept for testing; the same for any number of ranks")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--optimizer", o.optimizer, "lmvm (L-BFGS) or gd (gradient descent)")
      ->check(CLI::IsMember({"lmvm", "gd"}))
      ->capture_default_str();
  app.add_option("--iterations", o.iterations, "last iteration, counted from the start of training")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--tolerance", o.tolerance, "stop when the 2-norm of the gradient is below")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  add_checkpoints(app, o.checkpoints);
  app.add_flag("--json", o.json, "last line of output: one JSON object");
  app.add_option("--predictions", o.predictions,
                 "write the held-out rows: row, true class, predicted class (tab separated)");
  app.add_option("--plot", o.plot, "write the loss curve as an SVG picture");
  add_place(app, o.place);
  add_overlap(app, o.overlap);
  add_explain(app, o.explain, "one step");
  add_watch(app, o.watch, "one step");
  add_guard(app, o.guard);
}

// Options and the lines of files, in the order in which they are given.
void add_statements(CLI::App& app, Statements& all) {
  const auto add = [&](const char* kind, const char* what) {
    app.add_option_function<std::string>(
           text("--", kind),
           [&all, kind](const std::string& words) {
             all.push_back({kind, words, text("--", kind)});
           },
           what)
        ->trigger_on_parse()
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  };
  add("in",
      "NAME=FILE[:/PATH], NAME=NUMBER, NAME=[list] or NAME=random:SHAPE[,csr|csc][,density=D][,dtype=T][,seed=S]");
  add("let", "'NAME = EXPR': a definition");
  add("out", "'NAME = EXPR': a definition that is asked for");
  add("grad", "COST:VAR[,VAR..]: gradients");
  add("jvp", "OUT:VAR=FILE: the derivative of OUT where VAR moves along what is in the file");
  add("hvp", "COST:VAR=FILE: the Hessian times what is in the file");
  add("update", "'NAME = EXPR': assigned to the input NAME after every step");
  app.add_option_function<std::string>(
         "--file",
         [&all](const std::string& file) {
           for (Statement& s : read_statements(file)) all.push_back(std::move(s));
         },
         "statements, one a line")
      ->trigger_on_parse()
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void add_plan(CLI::App& app, PlanOptions& o) {
  add_statements(app, o.statements);
  add_place(app, o.place);
  app.add_option("--ranks", o.ranks, "how many, separated by commas")
      ->delimiter(',')
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  app.add_option("--machine", o.machine, "file with its numbers");
  app.add_option("--calibrate", o.calibrate, "measure this machine and write its numbers into a file");
  app.add_flag_callback(
      "--balance", [&o] { o.balance = Balance::nnz; }, "cut matrices by stored entries, not by rows");
  app.add_flag("--explain", o.explain, "the model of every step of the schedule");
  app.add_flag("--json", o.json, "one line of JSON");
}

void add_run(CLI::App& app, RunOptions& o) {
  add_statements(app, o.statements);
  app.add_option("--out-file", o.out_file, "HDF5 file for the results: /NAME, /grad/VAR, updated values");
  app.add_option("--iterate", o.iterate, "the last step, counted from the start")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--print-every", o.print_every, "steps between lines with the scalar outputs; else ten in a run")
      ->check(CLI::PositiveNumber);
  add_checkpoints(app, o.checkpoints);
  add_place(app, o.place);
  add_overlap(app, o.overlap);
  add_explain(app, o.explain, "the last step");
  add_watch(app, o.watch, "the last step");
  app.add_flag("!--no-rewrites", o.rewrites, "run the graph as it is written");
  app.add_flag("--json", o.json, "last line of output: one JSON object");
  add_guard(app, o.guard);
}

void require_machine_is_used(const WatchOptions& watch, const Explain& explain) {
  if (!watch.machine.empty() && !watch.profile && !explain.schedule)
    fail(ErrorKind::usage, "--machine gives --profile and --explain their numbers: ask for one of them");
}

// The words of the command, those in quotes that need them.
std::string command_of(int argc, char** argv) {
  std::string line;
  for (int k = 0; k < argc; ++k) {
    const std::string word = argv[k];
    const bool plain = word.find_first_of(" \t\n'\"\\$`*?[](){}<>|&;#~!") == std::string::npos && !word.empty();
    std::string quoted = plain ? word : "'";
    for (std::size_t i = 0; !plain && i < word.size(); ++i)
      quoted += word[i] == '\'' ? "'\\''" : std::string(1, word[i]);
    line += (k > 0 ? " " : "") + quoted + (plain ? "" : "'");
  }
  return line;
}

// One clear line of CLI11's complaint.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

bool known(const CLI::App& app, const std::string& command) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  return std::ranges::any_of(commands, [&](const CLI::App* c) { return c->get_name() == command; });
}

}  // namespace

int run_command_line(Session& session, int argc, char** argv) {
  CLI::App app("spgrad: sparse linear algebra with gradients for MPI clusters");
  app.require_subcommand(1);
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);  // as GNU programs do
  app.set_version_flag("--version", std::string(SPGRAD_VERSION));

  ConvertOptions convert_options;
  std::string in, out, file, data;
  io::Caution caution, training_caution{.nan = false};  // a loss of NaN has no minimum
  CLI::App* convert_app = app.add_subcommand("convert", "text or HDF5 to HDF5")->footer(kConvertExample);
  convert_app->add_option("IN", in, "what to read: FILE[:/GROUP]")->required();
  convert_app->add_option("OUT", out, "what to write: FILE.h5[:/GROUP]")->required();
  add_caution(*convert_app, caution);

  InfoOptions info_options;
  CLI::App* info_app = app.add_subcommand("info", "what a file holds")->footer(kInfoExample);
  info_app->add_option("FILE", file, "FILE[:/GROUP]")->required();
  add_caution(*info_app, caution);
  info_app->add_option("--ranks", info_options.ranks, "show the balance for this number of ranks")
      ->check(CLI::PositiveNumber);

  TrainOptions train_options;
  CLI::App* train_app = app.add_subcommand("train", "fit a model")->require_subcommand(1);
  CLI::App* softmax_app = train_app->add_subcommand("softmax", "softmax regression")->footer(kTrainExample);
  add_train(*softmax_app, train_options, data);
  add_caution(*softmax_app, training_caution);

  RunOptions run_options;
  CLI::App* run_app = app.add_subcommand("run", "evaluate expressions over files")->footer(kRunExample);
  add_run(*run_app, run_options);
  add_caution(*run_app, run_options.caution);

  CheckGradOptions check_options;
  CLI::App* check_app =
      app.add_subcommand("check-grad", "compare gradients with differences")->footer(kCheckGradExample);
  add_statements(*check_app, check_options.statements);
  add_place(*check_app, check_options.place);
  add_caution(*check_app, check_options.caution);
  check_app->add_option("--seed", check_options.seed, "of the random directions")->capture_default_str();

  CheckpointsOptions checkpoints_options;
  CLI::App* checkpoints_app = app.add_subcommand("checkpoints", "what a folder of checkpoints holds");
  checkpoints_app->footer(kCheckpointsExample);
  checkpoints_app->add_option("DIR", checkpoints_options.directory, "folder of checkpoints")->required();
  checkpoints_app->add_flag("--json", checkpoints_options.json, "one JSON array");

  VerifyOptions verify_options;
  CLI::App* verify_app = app.add_subcommand("verify", "check all that lies on disk")->footer(kVerifyExample);
  verify_app->add_option("PATH", verify_options.path, "folder of checkpoints, or HDF5 file")->required();

  PlanOptions plan_options;
  CLI::App* plan_app = app.add_subcommand("plan", "model a step on any number of ranks")->footer(kPlanExample);
  add_plan(*plan_app, plan_options);
  add_caution(*plan_app, plan_options.caution);

  OpsOptions ops_options;
  CLI::App* ops_app = app.add_subcommand("ops", "the operations")->footer(kOpsExample);
  ops_app->add_option("NAME", ops_options.name, "one of them");
  ops_app->add_flag("--rewrites", ops_options.rewrites, "the rules that are applied to a graph before it runs");

  if (argc > 1 && argv[1][0] != '-' && !known(app, argv[1]))
    fail(ErrorKind::usage, "there is no command '", argv[1],
         "'; the commands are convert, info, train, run, plan, check-grad, checkpoints, verify, ops (spgrad --help)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() != 0) fail(ErrorKind::usage, first_line(e.what()), " (spgrad --help shows what there is)");
    if (session.rank() == 0) app.exit(e);
    return 0;
  }
  if (convert_app->parsed()) {
    convert_options = {parse_location(in), parse_location(out)};
    convert_options.in.caution = caution;
    return convert(session, convert_options);
  }
  if (info_app->parsed()) {
    info_options.in = parse_location(file);
    info_options.in.caution = caution;
    return info(session, info_options);
  }
  require_machine_is_used(train_options.watch, train_options.explain);
  require_machine_is_used(run_options.watch, run_options.explain);
  for (const GuardOptions* guard : {&train_options.guard, &run_options.guard})
    if (guard->hang_timeout > 0) session.set_hang_timeout(guard->hang_timeout);
  if (softmax_app->parsed()) {
    train_options.data = parse_location(data);
    train_options.checkpoints.command = command_of(argc, argv);
    train_options.data.caution = training_caution;
    return train_softmax(session, train_options);
  }
  run_options.checkpoints.command = command_of(argc, argv);
  if (run_app->parsed()) return run(session, run_options);
  if (checkpoints_app->parsed()) return checkpoints(session, checkpoints_options);
  if (verify_app->parsed()) return verify(session, verify_options);
  if (plan_app->parsed()) return plan(session, plan_options);
  if (check_app->parsed()) return check_grad(session, check_options);
  return ops(session, ops_options);
}

}  // namespace spgrad::app
