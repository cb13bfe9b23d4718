// misbehave.cpp: a program one rank of which does what it must not, in the middle of its work.
//   misbehave WHAT RANK [SECONDS]
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "spgrad/function.hpp"
#include "spgrad/ops.hpp"
#include "spgrad/session.hpp"
#include "src/graph/run_context.hpp"

namespace {

using namespace spgrad;

constexpr int kCalls = 5, kFaultyCall = 3;

double seconds = 0;
std::function<void()> in_kernel, behind_call;

void run_kernel(RunContext& c) {
  if (in_kernel) in_kernel();
  std::ranges::copy(c.in(0).bytes(), c.out().bytes().begin());
}

constinit const Op kernel{.name = "misbehaving_kernel",
                          .inputs = "x",
                          .formula = "x",
                          .letters = "* -> *",
                          .infer = [](const Node& n) { return n.in[0]->type; },
                          .run = run_kernel,
                          .spread = [](const Node&) -> Spreads {
                            return {{{own(0)}, own(0)}};
                          }};

void sleep_for(double time) { std::this_thread::sleep_for(std::chrono::duration<double>(time)); }
void take_memory() { std::vector<char>(std::size_t{1} << 46).front() = 1; }
void complain() { throw Error("thrown where nothing may be"); }
void break_promise() noexcept { complain(); }
struct Left {};

const std::map<std::string, std::function<void()>> faults{
    {"throw", [] { throw Error("a kernel that fails"); }},
    {"foreign", [] { throw 42; }},
    {"memory", take_memory},
    {"noexcept", break_promise},
    {"exit", [] { std::exit(3); }},
    {"abort", [] { std::abort(); }},
    {"segv", [] { std::raise(SIGSEGV); }},
    {"kill", [] { std::raise(SIGKILL); }},
    {"sleep", [] { sleep_for(3600); }},
    {"stop", [] { std::raise(SIGSTOP); }},
    {"slow", [] { sleep_for(seconds); }},
    {"leave", [] { throw Left(); }},
};

int work(const Session& session, const std::string& what, int rank) {
  // A fault "outside-..." is one of the program around the calls.
  const bool outside = what.starts_with("outside-") || what == "leave";
  const auto& fault = faults.at(what.starts_with("outside-") ? what.substr(8) : what);
  const Var x = input("x", {DType::float64, Format::dense, {100}});
  Function f = compile({.inputs = {x}, .outputs = {sum(kernel(x))}, .updates = {}}, session.world());
  const Value ones = Value::dense(DType::float64, {100}, 0, Layout::even(100, session.ranks()), session.rank());
  std::ranges::fill(ones.data<double>(), 1.0);
  for (int call = 1; call <= kCalls; ++call) {
    if (call == kFaultyCall && session.rank() == rank) (outside ? behind_call : in_kernel) = fault;
    if (behind_call) behind_call();
    if (f({{"x", ones}})[0].scalar() != 100) fail(ErrorKind::other, "a wrong sum");
    in_kernel = nullptr;
  }
  session.print("done");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Session session(argc, argv);
  return session.run([&] {
    if (argc > 3) seconds = std::atof(argv[3]);
    try {
      return work(session, argv[1], std::atoi(argv[2]));
    } catch (const Left&) {
      return 0;
    }
  });
}
