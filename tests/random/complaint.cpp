#include "tests/random/composition.hpp"
#include "tests/random/cost.hpp"

namespace spgrad::tests {
namespace {

// Empty if all is well. Where inputs store positions twice, gradients are at stored positions, or perhaps refused.
std::string wrong(unsigned seed, const std::vector<std::size_t>& terms, const Ranks& ranks) {
  Composition all(seed);
  const bool structured = all.duplicates() && seed % 3 != 0;
  std::string why, graph;
  try {
    std::vector<Make::Input> wrt;
    for (const Make::Input& x : all.made().inputs())
      if (x.var->name.starts_with("x")) wrt.push_back(x);
    const Cost cost(all.made(), all.cost_of(terms), wrt, structured);
    graph = cost.print();
    why = said_on(ranks, [&](World& world) { return cost.on(world, seed % 4); });
  } catch (const std::exception& e) {
    const bool may_refuse = all.duplicates() && !structured;
    why = may_refuse && is_refusal_of_duplicates(e.what()) ? "" : e.what();
  }
  return why.empty() ? "" : text(why, "\n", graph);
}

}  // namespace

std::string complaint(unsigned seed, const Ranks& ranks) {
  const Composition all(seed);
  std::vector<std::size_t> made, ends;
  for (std::size_t k = 0; k < all.terms().size(); ++k) {
    if (all.terms()[k].made) made.push_back(k);
    if (all.terms()[k].made && !all.terms()[k].used) ends.push_back(k);
  }
  if (ends.empty()) return "";
  const std::string why = wrong(seed, ends, ranks);
  if (why.empty()) return "";
  for (const std::size_t k : made)
    if (const std::string less = wrong(seed, {k}, ranks); !less.empty())
      return text("seed ", seed, ", a part of ", all.steps_taken(), ": ", less);
  return text("seed ", seed, ": ", why);
}

}  // namespace spgrad::tests
