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
  Function step = compiled(world, w, w.loss ? StepKind::gradient : StepKind::forward);
  for (int warm = 0; warm < 3; ++warm) step(w.given);
  const SlowNetwork network(world);
  const auto timed = [&](const Network& n, bool answer, bool poll) {
    return network.time(n, answer, poll, [&] { step(w.given); });
  };
  std::vector<double> fast;
  for (int round = 0; round < rounds; ++round) fast.push_back(timed({0, 0}, false, false).step);
  // So slow that the messages of a step take `share` of its compute.
  const Network slow{0, share * median(fast) / timed({0, 1}, false, false).messages};

  struct {
    bool answer, poll;
    std::vector<double> times;
  } cases[] = {{false, false, {}}, {true, true, {}}, {true, false, {}}};
  double messages = 0;
  for (int round = 0; round < rounds; ++round) {
    fast.push_back(timed({0, 0}, false, false).step);
    for (auto& c : cases) {
      const Took took = timed(slow, c.answer, c.poll);
      c.times.push_back(took.step);
      messages = took.messages;
    }
  }
  const auto hidden = [&](const std::vector<double>& times) { return 1 - (median(times) - median(fast)) / messages; };
  session.print("{\"model\": \"", w.name, "\", \"ranks\": ", session.ranks(), ", \"share\": ", share,
                ", \"compute_s\": ", median(fast), ", \"overlap\": ", hidden(cases[0].times),
                ", \"overlap, polled\": ", hidden(cases[1].times),
                ", \"overlap, not polled\": ", hidden(cases[2].times), "}");
}

}  // namespace spgrad::figures
