// step_figures: bytes, times and memory of the steps of some models, on matrices that it makes itself.
//   mpirun -n P step_figures [--part count|time|chains|batches|overlap] [--bits 10] [--degree 16] [--kind rmat|uniform]
//   ...
// JSON lines on standard output. tests/bench/figures.py runs it with libcount_bytes.so and puts the bytes beside the
// fewest possible.
#include <CLI/CLI.hpp>

#include "tests/bench/figures/parts.hpp"

namespace spgrad::figures {
namespace {

struct Options {
  Sizes sizes;
  std::string part = "count", folder, only;
  int rounds = 11, turns = 3;
  double share = 1;
  Index batches = 20, batch_rows = 64, elements = 10'000'000, strip = 65536;
};

void add_options(CLI::App& app, Options& o) {
  app.add_option("--part", o.part, "what is measured")
      ->check(CLI::IsMember({"count", "time", "chains", "batches", "overlap"}));
  app.add_option("--only", o.only, "the models whose names hold this");
  app.add_option("--kind", o.sizes.kind, "how entries lie")
      ->transform(
          CLI::CheckedTransformer(std::map<std::string, Kind>{{"uniform", Kind::uniform}, {"rmat", Kind::rmat}}));
  app.add_option("--bits", o.sizes.bits, "2^bits rows")->check(CLI::Range(2, 26));
  app.add_option("--degree", o.sizes.degree, "entries a row");
  app.add_option("--width", o.sizes.width, "columns of dense operands")->check(CLI::PositiveNumber);
  app.add_option("--hidden", o.sizes.hidden, "columns of inner layers")->check(CLI::PositiveNumber);
  app.add_option("--classes", o.sizes.classes, "classes")->check(CLI::PositiveNumber);
  app.add_option("--folder", o.folder, "where each rank leaves the columns that its rows name");
  app.add_option("--rounds", o.rounds, "how often each time is taken")->check(CLI::PositiveNumber);
  app.add_option("--elements", o.elements, "of the dense chains")->check(CLI::PositiveNumber);
  app.add_option("--strip", o.strip, "elements of a strip of them")->check(CLI::PositiveNumber);
  app.add_option("--batches", o.batches, "how many different ones")->check(CLI::PositiveNumber);
  app.add_option("--batch-rows", o.batch_rows, "rows of each, a power of two")->check(CLI::PositiveNumber);
  app.add_option("--turns", o.turns, "how often each batch comes, one after the other")->check(CLI::PositiveNumber);
  app.add_option("--share", o.share, "of the compute that messages take where overlap is measured");
}

void measure(Session& session, const Options& o) {
  if (o.part == "batches") return run_batches(session, o.sizes, o.batch_rows, o.batches, o.turns);
  if (o.part == "chains") return time_chains(session, o.sizes, o.elements, o.strip, o.rounds);
  for (const Workload& w : workloads(session.world(), o.sizes)) {
    if (w.name.find(o.only) == std::string::npos) continue;
    if (o.part == "count") count_steps(session, w, o.sizes, o.folder);
    if (o.part == "time") time_steps(session, w, o.rounds);
    if (o.part == "overlap") time_overlap(session, w, o.share, o.rounds);
  }
}

int run(Session& session, int argc, char** argv) {
  Options options;
  CLI::App app("Measures bytes, times and memory of the steps of some models. JSON lines on standard output.");
  add_options(app, options);
  try {
    app.parse(argc, argv);
    if (options.batch_rows > Index{1} << options.sizes.bits) throw CLI::ValidationError("--batch-rows", "above 2^bits");
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() != 0) fail(ErrorKind::usage, e.what());
    if (session.rank() == 0) app.exit(e);
    return 0;
  }
  measure(session, options);
  return 0;
}

}  // namespace
}  // namespace spgrad::figures

int main(int argc, char** argv) {
  spgrad::Session session(argc, argv);
  return session.run([&] { return spgrad::figures::run(session, argc, argv); });
}
