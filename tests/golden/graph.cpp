#include "tests/golden/graph.hpp"

#include "spgrad/grad.hpp"
#include "spgrad/parse.hpp"

namespace spgrad::tests {
namespace {

// x + step t, entry by entry
Whole moved(Whole x, const Whole& t, double step) {
  for (std::size_t p = 0; p < x.x.size(); ++p) x.x[p] += step * t.x[p];
  return x;
}

}  // namespace

GoldenGraph::GoldenGraph(const GoldenCase& c) {
  Names names;
  for (const auto& [name, x] : c.inputs) names[name] = given(name, x);
  out = parse(c.expression, names);
  for (const auto& [name, t] : c.tangents) tangents.emplace_back(names.at(name), given("t_" + name, t, name));
  for (const auto& [name, g] : c.gradients) wrt.push_back(names.at(name));
  if (!wrt.empty()) {
    require(c.weight.has_value(), "there are gradients but no weight");
    Whole w = *c.weight;
    w.type.dtype = out->type.dtype;
    gradients = vjp({out}, {given("weight", w)}, wrt, {{}, {}, Disconnected::zeros});
  }
  if (c.jvp) jvp = spgrad::jvp(out, tangents);
}

Var GoldenGraph::given(const std::string& name, const Whole& x, const std::string& like) {
  given_.push_back({name, x, x.sparse() ? like : ""});
  return inputs_.emplace_back(input(name, x.type));
}

std::vector<Whole> GoldenGraph::evaluate(World& world, const Vars& vars, unsigned seed, double step) const {
  Dealer dealer(world, seed == 0, seed);
  std::map<std::string, const Whole*> all;
  for (const Given& g : given_) all[g.name] = &g.x;
  Bindings bindings;
  const auto dealt = [&](const std::string& name) {
    for (const auto& [there, value] : bindings)
      if (there == name) return value;
    fail(ErrorKind::data, "no input is called ", name);
  };
  for (const Given& g : given_) {
    const auto t = step == 0 ? all.end() : all.find("t_" + g.name);
    const Whole x = t == all.end() ? g.x : moved(g.x, *t->second, step);
    bindings.emplace_back(g.name, g.like.empty() ? dealer.deal(x) : dealer.deal_on(dealt(g.like), x));
  }
  Collector collector(world);
  std::vector<Whole> results;
  for (const Value& v : compile({inputs_, vars, {}}, world)(bindings)) results.push_back(collector.collect(v));
  return results;
}

}  // namespace spgrad::tests
