#include "spgrad/distribute.hpp"
#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "tests/bench/figures/clock.hpp"
#include "tests/bench/figures/parts.hpp"

namespace spgrad::figures {
namespace {

void compare(Session& session, const std::string& name, Program program, const Bindings& given, int rounds) {
  World& world = session.world();
  const Index strip = program.strip;
  Function fused(program, world);
  program.strip = 0;
  Function alone(program, world);
  std::vector<double> f, a;
  for (int round = -2; round < rounds; ++round) {
    const double one = seconds(world, [&] { fused(given); }), other = seconds(world, [&] { alone(given); });
    if (round < 0) continue;
    f.push_back(one);
    a.push_back(other);
  }
  session.print("{\"chain\": \"", name, "\", \"ranks\": ", session.ranks(), ", \"strip\": ", strip,
                ", \"rounds\": ", rounds, ", \"fused / alone\": ", ratio(f, a), ", \"fused_s\": ", median(f),
                ", \"alone_s\": ", median(a), "}");
}

}  // namespace

void time_chains(Session& session, const Sizes& sizes, Index elements, Index strip, int rounds) {
  World& world = session.world();
  const Value x = dense(world, {elements}, 1, 1), y = dense(world, {elements}, 2, 1),
              z = dense(world, {elements}, 3, 1);
  const Var a = input("x", type_of(x)), b = input("y", type_of(y)), c = input("z", type_of(z));
  const auto time = [&](const std::string& name, const Vars& inputs, const Vars& outputs, const Bindings& given) {
    compare(session, name, {.inputs = inputs, .outputs = outputs, .updates = {}, .strip = strip}, given, rounds);
  };
  const std::string of = text(", ", elements, " elements");
  time("x y + z - x / 2, 4 operations" + of, {a, b, c}, {a * b + c - a / 2}, {{"x", x}, {"y", y}, {"z", z}});
  time("sigmoid(0.3 x + 0.1) y, 4 operations" + of, {a, b}, {sigmoid(0.3 * a + 0.1) * b}, {{"x", x}, {"y", y}});
  const Var loss = sum(log(1 + exp(neg(a * b))));
  time("sum(log(1 + exp(-y x))), 6 operations" + of, {a, b}, {loss}, {{"x", x}, {"y", y}});
  time("the same and its gradient" + of, {a, b}, {loss, grad(loss, a)}, {{"x", x}, {"y", y}});
  for (const Workload& w : workloads(world, sizes)) {
    if (!w.loss) continue;
    if (w.name == "sparse attention" || w.name == "softmax regression") {
      const Value& A = w.given[0].second;
      const std::string entries = text(", ", A.sparsity()->nnz(), " entries");
      Vars outputs{w.result};
      for (const Shared& weight : w.weights) outputs.push_back(grad(w.loss, weight));
      time(w.name + ", gradient" + entries, w.inputs, outputs, w.given);
      if (w.name != "sparse attention") continue;
      const Var S = structured_sigmoid(mul(w.inputs[0], 2)), cost = sp_sum(S);
      time("structured_sigmoid(2 A) and its gradient" + entries, {w.inputs[0]}, {S, grad(cost, w.inputs[0])},
           {w.given[0]});
    }
  }
}

}  // namespace spgrad::figures
