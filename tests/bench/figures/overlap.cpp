#include <dlfcn.h>

#include "tests/bench/figures/clock.hpp"
#include "tests/bench/figures/parts.hpp"

namespace spgrad::figures {
namespace {

template <class F>
F* preloaded(const char* name) {
  auto* const f = reinterpret_cast<F*>(dlsym(RTLD_DEFAULT, name));
  require(f != nullptr, "step_figures --part overlap: there is no ", name, "(); preload libdelay_messages.so");
  return f;
}

struct Took {
  double step, messages;
};

// On the clock of tests/bench/delay_messages.c.
class SlowNetwork {
 public:
  explicit SlowNetwork(World& world) : world_(world) {}

  template <class F>
  Took time(const Network& network, bool answer, bool poll, F&& f) const {
    set_(network.latency, network.seconds_per_byte, answer, poll);
    world_.barrier();
    const double start = now_();
    f();
    const double end = now_(), messages = messages_();
    set_(-1, 0, 0, 0);
    return {world_.reduce(end - start, comm::Combine::max), world_.reduce(messages, comm::Combine::max)};
  }

 private:
  World& world_;
  void (*set_)(double latency, double seconds_per_byte, int answer,
               int poll) = preloaded<void(double, double, int, int)>("delay_messages");
  double (*now_)() = preloaded<double()>("delayed_now");
  double (*messages_)() = preloaded<double()>("delayed_by");
};

}  // namespace

void time_overlap(Session& session, const Workload& w, double share, int rounds) {
  World& world = session.world();
  const StepKind kind = w.loss ? StepKind::gradient : StepKind::forward;
  Function plain = compiled(world, w, kind, default_rewrites(), Overlap::never);
  Function halves = compiled(world, w, kind, default_rewrites(), Overlap::always);
  const SlowNetwork network(world);
  const auto timed = [&](Function& step, const Network& n, bool answer, bool poll) {
    return network.time(n, answer, poll, [&] { step(w.given); });
  };
  for (Function* step : {&plain, &halves})
    for (int warm = 0; warm < 3; ++warm) (*step)(w.given);
  std::vector<double> fast, fast_halves;
  for (int round = 0; round < rounds; ++round) fast.push_back(timed(plain, {0, 0}, false, false).step);
  // So slow that the messages of a step take `share` of its compute.
  const Network slow{0, share * median(fast) / timed(plain, {0, 1}, false, false).messages};

  struct {
    const char* name;
    Function& step;
    bool answer, poll;
    std::vector<double> times;
  } cases[] = {{"plain", plain, false, false, {}},
               {"plain, polled", plain, true, true, {}},
               {"halves", halves, false, false, {}},
               {"halves, polled", halves, true, true, {}},
               {"halves, not polled", halves, true, false, {}}};
  double messages = 0;
  for (int round = 0; round < rounds; ++round) {
    fast.push_back(timed(plain, {0, 0}, false, false).step);
    fast_halves.push_back(timed(halves, {0, 0}, false, false).step);
    for (auto& c : cases) {
      const Took took = timed(c.step, slow, c.answer, c.poll);
      c.times.push_back(took.step);
      messages = took.messages;
    }
  }
  std::string line =
      text("{\"model\": \"", w.name, "\", \"ranks\": ", session.ranks(), ", \"share\": ", share,
           ", \"compute_s\": ", median(fast), ", \"halves / plain, no messages\": ", median(fast_halves) / median(fast),
           ", \"halves / plain\": ", median(cases[2].times) / median(cases[0].times));
  for (const auto& c : cases) line += text(", \"", c.name, "\": ", 1 - (median(c.times) - median(fast)) / messages);
  session.print(line, "}");
}

}  // namespace spgrad::figures
