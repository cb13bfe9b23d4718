#include "tests/bench/figures/clock.hpp"
#include "tests/bench/figures/parts.hpp"

namespace spgrad::figures {

void time_steps(Session& session, const Workload& w, int rounds) {
  if (!w.loss) return;
  World& world = session.world();
  Function forward = compiled(world, w, StepKind::forward), gradient = compiled(world, w, StepKind::gradient);
  Function hvp = compiled(world, w, StepKind::hvp);
  std::vector<double> f, g, h, first, building;
  for (int round = -2; round < rounds; ++round) {
    std::optional<Function> fresh;
    const double built = seconds(world, [&] { fresh = compiled(world, w, StepKind::gradient); });
    const double new_plan = seconds(world, [&] { (*fresh)(w.given); });
    const double one = seconds(world, [&] { forward(w.given); }), two = seconds(world, [&] { gradient(w.given); });
    const double three = seconds(world, [&] { hvp(w.given); });
    if (round < 0) continue;
    building.push_back(built);
    first.push_back(std::max(0.0, new_plan - two));
    f.push_back(one);
    g.push_back(two);
    h.push_back(three);
  }
  session.print("{\"model\": \"", w.name, "\", \"ranks\": ", session.ranks(), ", \"rounds\": ", rounds,
                ", \"gradient / forward\": ", ratio(g, f), ", \"hvp / gradient\": ", ratio(h, g),
                ", \"planning / gradient\": ", ratio(first, g),
                ", \"differentiation / gradient\": ", ratio(building, g), ", \"forward_s\": ", median(f),
                ", \"gradient_s\": ", median(g), ", \"planning_s\": ", median(first), "}");
}

}  // namespace spgrad::figures
