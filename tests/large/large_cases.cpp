// large_cases: every public operation and its gradient on generated matrices of 10^5 rows and 10^6 entries, of which
// no rank makes more than its own part. One line a case; see CONTRIBUTING.md.
//   mpirun -n 3 large_cases [--rows N] [--only NAME] [--record FILE]
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "tests/large/check.hpp"
#include "tests/large/memory_ceilings.hpp"
#include "tests/large/peak_memory.hpp"

namespace spgrad::large {
namespace {

constexpr double kMegabyte = 1 << 20, kUnlimited = 1e6;
// Scalars: the agreements of a call, a loss.
constexpr Index kScalarBytes = 400;
constexpr Index kRows = 100'000, kRanks = 3;  // for which memory was measured

struct Options {
  Index rows = kRows;
  std::string only, record;
};

struct Measured {
  double megabytes = 0, megabytes_allowed = 0;
  Index bytes = 0, bytes_allowed = 0;

  bool within() const { return megabytes <= megabytes_allowed && bytes <= bytes_allowed; }
};

class Runner {
 public:
  Runner(Session& session, Options options) : session_(session), options_(std::move(options)) {
    if (options_.record.empty() || !options_.only.empty())
      ceilings_ = MemoryCeilings(SPGRAD_SOURCE_DIR "/tests/large/memory.txt");
  }

  void run(const Case& row, Format format) {
    const std::string name = row.formats ? text(row.name, " ", format) : row.name;
    if (name.find(options_.only) == std::string::npos) return;
    const auto start = std::chrono::steady_clock::now();
    World& world = session_.world();
    std::string wrong;
    Measured forward, backward;
    try {
      Make make(world, options_.rows, format);
      const Expected expected = row.make(make);
      wrong = run_forward(make, expected, forward);
      if (wrong.empty() && expected.differentiable) wrong = run_backward(make, expected, backward);
      if (options_.record.empty()) {
        const double share = static_cast<double>(options_.rows) / kRows * kRanks / session_.ranks();
        const Megabytes allowed = ceilings_.of(name, share);
        forward.megabytes_allowed = allowed.forward;
        backward.megabytes_allowed = allowed.gradient;
      } else {
        forward.megabytes_allowed = backward.megabytes_allowed = kUnlimited;
        ceilings_.set(name, {forward.megabytes, backward.megabytes});
      }
    } catch (const Error& error) {  // thrown by all ranks
      wrong = error.what();
    }
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    report(name, seconds.count(), forward, backward, wrong);
  }

  int finish() const {
    if (!options_.record.empty() && session_.rank() == 0) ceilings_.write(options_.record);
    session_.print(passed_, " passed, ", failed_, " failed");
    return failed_ == 0 && passed_ > 0 ? 0 : 1;
  }

 private:
  std::string run_forward(const Make& make, const Expected& expected, Measured& m) {
    Function f = compile({variables(make.inputs()), {expected.out}, {}}, session_.world());
    const Bindings given = bindings(make.inputs());
    const PeakMemory peak;
    std::vector<Value> out = f(given);
    m.megabytes = most(peak);
    f(given);  // warm: patterns are known
    m.bytes = f.bytes_sent();
    m.bytes_allowed = allowed(expected.bytes);
    return compare(session_.world(), out[0], expected);
  }

  std::string run_backward(const Make& make, const Expected& expected, Measured& m) {
    Loss loss(session_.world(), make.inputs(), expected.out);
    const PeakMemory peak;
    loss.gradient();
    m.megabytes = most(peak);
    loss.gradient();
    m.bytes = loss.bytes_sent();
    m.bytes_allowed = allowed(expected.gradient_bytes);
    return compare(loss.slopes());
  }

  Index allowed(Index bytes) const {
    const Index ranks = session_.ranks();
    return ranks == 1 ? 0 : bytes + bytes / 10 + kScalarBytes * ranks;
  }

  // Of the rank that needs most.
  double most(const PeakMemory& peak) {
    return session_.world().reduce(static_cast<double>(peak.bytes()) / kMegabyte, comm::Combine::max);
  }

  void report(const std::string& name, double seconds, const Measured& forward, const Measured& backward,
              std::string wrong) {
    if (wrong.empty() && !forward.within()) wrong = "the operation is above a ceiling";
    if (wrong.empty() && !backward.within()) wrong = "the gradient is above a ceiling";
    ++(wrong.empty() ? passed_ : failed_);
    char line[256];
    std::snprintf(line, sizeof line,
                  "%-44s %6.2f s  %6.1f of %6.1f MB %10ld of %10ld B   gradient %6.1f of %6.1f MB %10ld of %10ld B",
                  name.c_str(), seconds, forward.megabytes, forward.megabytes_allowed, forward.bytes,
                  forward.bytes_allowed, backward.megabytes, backward.megabytes_allowed, backward.bytes,
                  backward.bytes_allowed);
    session_.print(line, wrong.empty() ? "" : "  FAILED: ", wrong);
  }

  Session& session_;
  Options options_;
  MemoryCeilings ceilings_;
  int passed_ = 0, failed_ = 0;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int k = 1; k < argc; k += 2) {
    const std::string_view name = argv[k];
    if (k + 1 == argc || (name != "--rows" && name != "--only" && name != "--record"))
      fail(ErrorKind::usage, "usage: large_cases [--rows N] [--only NAME] [--record FILE]");
    if (name == "--rows")
      options.rows = std::stoll(argv[k + 1]);
    else
      (name == "--only" ? options.only : options.record) = argv[k + 1];
  }
  return options;
}

int run(Session& session, int argc, char** argv) {
  Runner runner(session, parse(argc, argv));
  for (const auto& family :
       {product_cases(), part_cases(), structure_cases(), dense_cases(), dense_part_cases(), elementwise_cases()})
    for (const Case& row : family) {
      runner.run(row, Format::csr);
      if (row.formats) runner.run(row, Format::csc);
    }
  return runner.finish();
}

}  // namespace
}  // namespace spgrad::large

int main(int argc, char** argv) {
  spgrad::Session session(argc, argv);
  return session.run([&] { return spgrad::large::run(session, argc, argv); });
}
