#include "src/schedule/placing.hpp"

#include <algorithm>
#include <map>

#include "spgrad/machine.hpp"
#include "src/graph/input_ops.hpp"
#include "src/graph/walk.hpp"

namespace spgrad {
namespace {

// What is in each slot, wherever it has been moved to.
Vars nodes_of(const Schedule& s) {
  Vars nodes(static_cast<std::size_t>(s.slots()));
  for (const Given& g : s.given) nodes[static_cast<std::size_t>(g.slot)] = g.node;
  for (const Step& step : s.steps) {
    if (const auto* b = std::get_if<Begin>(&step))
      nodes[static_cast<std::size_t>(b->to)] = nodes[static_cast<std::size_t>(b->from)];
    for (const Run& run : runs_of(step)) nodes[static_cast<std::size_t>(run.out)] = run.node;
  }
  return nodes;
}

bool is_cut_dense(const Given& g) {
  return !g.node->type.sparse() && g.place.kind == Place::kCut && g.chosen != Given::asked;
}

// --- what a schedule costs, as far as places change it ---------------------------------------------------------------

class Costs {
 public:
  Costs(const Schedule& s, const Offers& offers) : schedule_(s), offers_(offers), nodes_(nodes_of(s)) {}

  double seconds() const {
    double all = 0;
    for (const Given& g : schedule_.given) all += arrival(g);
    for (const Step& step : schedule_.steps) {
      if (const auto* b = std::get_if<Begin>(&step)) all += move(*b);
      if (const auto* e = std::get_if<End>(&step)) all += message(*e);
      for (const Run& run : runs_of(step)) all += replicated(run);
    }
    return all;
  }

 private:
  // An input comes anew with each call; a shared value stays where it has been brought.
  double arrival(const Given& g) const {
    if (g.node->op != &ops::input || g.node->type.sparse()) return 0;
    const int cut = offers_(g.node).cut;
    const bool there = cut == kWhole || (g.place.kind == Place::kCut && g.place.axis == cut);
    return there ? 0 : machine_.seconds(1, bytes(g.node->type));
  }

  double move(const Begin& b) const {
    if (sends_nothing(b.move)) return 0;
    const Type& type = schedule_.types[static_cast<std::size_t>(b.from)];
    const double all = (type.sparse() ? 0.1 : 1) * bytes(type);  // few positions of a sparse matrix are stored
    if (b.move == Move::reduce_all) return machine_.seconds(0, 2 * all);
    if (b.move == Move::carry || b.move == Move::carry_back) return machine_.seconds(1, 0);
    return machine_.seconds(1, b.by < 0 ? all : all * std::min(named_by(b.by), 1.0));
  }

  // Several reductions may travel in one message.
  double message(const End& e) const {
    const bool reduces = std::ranges::any_of(schedule_.steps, [&](const Step& step) {
      const auto* b = std::get_if<Begin>(&step);
      return b != nullptr && b->to == e.to && b->move == Move::reduce_all;
    });
    return reduces ? machine_.seconds(2, 0) : 0;
  }

  double named_by(Slot slot) const {
    const Node* root = pattern_root(nodes_[static_cast<std::size_t>(slot)]).node;
    const auto found = std::ranges::find(schedule_.given, root, [](const Given& g) { return g.node.get(); });
    return found == schedule_.given.end() ? 1 : offers_(found->node).ghost_fraction;
  }

  double replicated(const Run& r) const {
    if (r.place.kind != Place::kWhole) return 0;
    double passed = bytes(r.node->type);
    for (const Var& x : r.node->in) passed += x->type.sparse() ? 0 : bytes(x->type);
    return machine_.seconds(Cost{0, passed});
  }

  const Schedule& schedule_;
  const Offers& offers_;
  const Vars nodes_;
  const Machine machine_;
};

// --- what to try whole -----------------------------------------------------------------------------------------------

// The given values of which x is made element by element, or by turning.
void find_sources(const Var& x, WholeValues& seen) {
  if (x->type.sparse() || !seen.insert(x.get()).second) return;
  for (const Var& in : x->in)
    if (bytes(in->type) == bytes(x->type)) find_sources(in, seen);
}

// Those that are gathered whole, and with each of them all that have its dimensions.
std::vector<WholeValues> candidates(const Schedule& s, const DimensionClasses& classes) {
  const Vars nodes = nodes_of(s);
  WholeValues gathered;
  for (const Step& step : s.steps)
    if (const auto* b = std::get_if<Begin>(&step); b != nullptr && b->move == Move::gather_all)
      find_sources(nodes[static_cast<std::size_t>(b->from)], gathered);
  std::map<DimensionSet, WholeValues> groups;
  for (const Given& g : s.given)
    if (is_cut_dense(g) && gathered.contains(g.node.get())) groups[classes.set_of(g.node.get())];
  for (const Given& g : s.given)
    if (const auto group = groups.find(classes.set_of(g.node.get())); group != groups.end() && is_cut_dense(g))
      group->second.insert(g.node.get());
  std::vector<WholeValues> all;
  for (auto& [dimensions, values] : groups) all.push_back(std::move(values));
  return all;
}

}  // namespace

double bytes(const Type& type) {
  double n = static_cast<double>(size_of(type.dtype));
  for (int axis = 0; axis < type.ndim(); ++axis)
    n *= type.shape[axis] == kUnknown ? 1e4 : static_cast<double>(type.shape[axis]);
  return n;
}

Places::Places(const Vars& order, const DimensionClasses& classes, const Offers& offers, const WholeValues& whole)
    : classes_(classes), offers_(offers), whole_(whole) {
  std::set<DimensionSet> cut;
  for (const Var& x : order) {
    if (!x->in.empty() || x->type.sparse() || x->op == &ops::constant) continue;
    Given::Chosen chosen = Given::by_dimensions;
    if (axis_of(x, chosen) != kWhole)
      cut.insert(classes.set_of(x.get()));
    else if (chosen != Given::by_dimensions)
      kept_.insert(classes.set_of(x.get()));
  }
  for (const DimensionSet& dimensions : cut) kept_.erase(dimensions);
}

int Places::axis_of(const Var& x, Given::Chosen& chosen) const {
  if (const std::optional<int> asked = offers_(x).asked) {
    chosen = Given::asked;
    require(*asked == kWhole || classes_.is_cut(x.get(), *asked), "place: ", x->name, ", a ", x->type,
            ", cannot be cut along an axis of one element: ask for another axis, or for all");
    return *asked;
  }
  if (!whole_.contains(x.get())) return classes_.cut_axis(x.get());
  chosen = Given::by_cost;
  return kWhole;
}

void Places::choose(Given& given) const {
  if (const int axis = axis_of(given.node, given.chosen); axis != kWhole)
    given.place = {Place::kCut, axis, {.dimension = classes_.of(given.node.get(), axis)}};
}

Schedule cheapest_places(const DimensionClasses& classes, const Offers& offers,
                         const std::function<Schedule(const WholeValues&)>& plan) {
  WholeValues whole;
  Schedule best = plan(whole);
  const std::vector<WholeValues> groups = candidates(best, classes);
  double least = groups.empty() ? 0 : Costs(best, offers).seconds();
  for (const WholeValues& group : groups) {
    WholeValues tried = whole;
    tried.insert(group.begin(), group.end());
    Schedule schedule = plan(tried);
    const double seconds = Costs(schedule, offers).seconds();
    if (seconds >= least) continue;
    least = seconds;
    best = std::move(schedule);
    whole = std::move(tried);
  }
  return best;
}

}  // namespace spgrad
