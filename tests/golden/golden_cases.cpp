// golden_cases: compares all cases of a file with its reference results, on the ranks it is launched on.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <csignal>
#include <filesystem>

#include "spgrad/session.hpp"
#include "tests/golden/verdict.hpp"

namespace spgrad::tests {
namespace {

struct Options {
  std::string file, only;
  bool verbose = false;
};

// A case that some rank does not end must not keep the others waiting: the launcher ends the job.
constexpr unsigned kPatience = 120;  // seconds
void give_up(int) {
  constexpr std::string_view message = "golden_cases: a case does not end\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, message.data(), message.size());
  _exit(1);
}

std::vector<GoldenCase> cases_of(World& world, const std::string& file) {
  std::vector<GoldenCase> cases;
  world.together([&] {
    if (!std::filesystem::exists(file)) fail(ErrorKind::io, file, " does not exist");
    cases = read_golden_cases(file);
  });
  return cases;
}

void report(const Session& session, const GoldenCase& c, const Verdict& verdict, bool verbose) {
  constexpr std::array words{"passed", "FAILED", "excluded"};
  if (verdict.kind == Verdict::passed && !verbose) return;
  session.print(words[verdict.kind], ' ', c.name, ' ', c.expression, verdict.why.empty() ? "" : ": ", verdict.why);
}

int compare_all(const Session& session, const Options& options) {
  std::array<int, 3> count{};
  std::signal(SIGALRM, give_up);
  for (const GoldenCase& c : cases_of(session.world(), options.file)) {
    if (text(c.name, ' ', c.expression).find(options.only) == std::string::npos) continue;
    alarm(kPatience);
    const Verdict verdict = judge(session.world(), c);
    alarm(0);
    report(session, c, verdict, options.verbose);
    ++count[verdict.kind];
  }
  const int failed = count[Verdict::failed];
  session.print(count[Verdict::passed], " passed, ", failed, " failed, ", count[Verdict::excluded], " excluded");
  return failed == 0 ? 0 : 1;
}

int run(const Session& session, int argc, char** argv) {
  Options options;
  CLI::App app("Compares outputs, gradients and directional derivatives with golden ones. Exit code 0: all agree.");
  app.add_option("FILE", options.file, "an HDF5 file of cases")->required();
  app.add_option("--only", options.only, "cases whose number or expression contains this");
  app.add_flag("--verbose", options.verbose, "name those that pass, too");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() != 0) fail(ErrorKind::usage, e.what());
    if (session.rank() == 0) app.exit(e);
    return 0;
  }
  return compare_all(session, options);
}

}  // namespace
}  // namespace spgrad::tests

int main(int argc, char** argv) {
  spgrad::Session session(argc, argv);
  return session.run([&] { return spgrad::tests::run(session, argc, argv); });
}
