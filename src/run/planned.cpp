#include "src/run/planned.hpp"

#include <algorithm>
#include <set>

#include "src/graph/input_ops.hpp"
#include "src/graph/walk.hpp"

namespace spgrad {
namespace {

bool fits(const Type& declared, const Type& actual) {
  bool same = declared.dtype == actual.dtype && declared.format == actual.format && declared.ndim() == actual.ndim();
  for (int axis = 0; same && axis < declared.ndim(); ++axis)
    same = declared.shape[axis] == kUnknown || declared.shape[axis] == actual.shape[axis];
  return same;
}

bool is_given(const Var& x) { return x->op == &ops::input || x->op == &ops::shared; }

std::string_view name(Placement p) { return p == Placement::all ? "all" : p == Placement::rows ? "rows" : "cols"; }

void check_places(const Program& program, const Vars& graph) {
  Vars given = program.inputs;
  std::ranges::copy_if(graph, std::back_inserter(given), [](const Var& x) { return x->op == &ops::shared; });
  for (const Update& u : program.updates) given.push_back(u.target);
  for (const auto& [wanted, place] : program.place) {
    const auto found = std::ranges::find(given, wanted, [](const Var& x) { return x->name; });
    if (found == given.end()) {
      std::set<std::string> known;
      for (const Var& x : given) known.insert(x->name);
      std::string names;
      for (const std::string& name : known) names += (names.empty() ? "" : ", ") + name;
      fail(ErrorKind::usage, "place: no input or shared value is called ", wanted, "; there are ", names);
    }
    const Type& type = (*found)->type;
    if (type.sparse())
      fail(ErrorKind::usage, "place: ", wanted, ", a ", type,
           ", is cut as its format says (csr by rows, csc by columns); only dense values can be placed");
    if (place != Placement::all && type.ndim() <= (place == Placement::rows ? 0 : 1))
      fail(ErrorKind::usage, "place: ", wanted, ", a ", type, ", has no ", name(place), " to be cut by; ask for ",
           type.ndim() == 0 ? "all" : "rows or all");
  }
}

// The same graph with the sizes that the data has.
Vars specialised(const Vars& outputs, const std::function<Value(const Var&)>& value_of) {
  return rebuild(outputs, [&](const Var& x, const Vars&) -> Var {
    if (!is_given(x) || x->type.shape.known()) return {};
    auto node = std::make_shared<Node>();
    node->op = x->op;
    node->type = type_of(value_of(x));
    node->name = x->name;
    node->cell = x->cell;
    return Var(std::move(node));
  });
}

}  // namespace

Vars roots_of(const Program& program) {
  Vars roots = program.outputs;
  for (const Update& u : program.updates) {
    require(u.value && u.value->type == u.target.var()->type, "update: ", u.target.name(), " is a ",
            u.target.var()->type, " and cannot become a ", u.value ? text(u.value->type) : "nothing");
    roots.push_back(u.value);
  }
  for (const Var& x : roots) require(static_cast<bool>(x), "compile: an output is empty");
  std::set<std::string> names;
  for (const Var& x : program.inputs) {
    require(x && x->op == &ops::input, "compile: only an input() can be given at a call");
    require(names.insert(x->name).second, "compile: two inputs have the name ", x->name);
  }
  const Vars graph = topological(roots);
  for (const Var& x : graph)
    require(x->op != &ops::input || names.contains(x->name), "compile: ", x->name,
            " is used but stands not in .inputs");
  check_places(program, graph);
  return roots;
}

std::optional<int> asked_axis(const Program& program, const Var& x) {
  const auto found = program.place.find(x->name);
  if (!is_given(x) || found == program.place.end()) return std::nullopt;
  return found->second == Placement::all ? kWhole : found->second == Placement::rows ? 0 : 1;
}

Value value_of(const Var& x, const Bindings& bindings) {
  if (x->op == &ops::constant) return x->value;
  if (x->op == &ops::shared) return *x->cell;
  const auto found = std::ranges::find(bindings, x->name, &Bindings::value_type::first);
  require(found != bindings.end(), "call: no value is given for the input ", x->name, ", a ", x->type);
  require(fits(x->type, type_of(found->second)), "call: ", x->name, " must be ", x->type, " but is ",
          type_of(found->second));
  return found->second;
}

Estimate estimate_of(const Bindings& bindings) {
  return Estimate(
      [&](const Var& x) {
        const Value v = value_of(x, bindings);
        return v.is_sparse() ? static_cast<double>(v.sparsity()->nnz()) : -1;
      },
      [&](const Var& x) {
        const Sparsity& s = *value_of(x, bindings).sparsity();
        return PatternFacts{.unique = s.unique, .sorted = s.sorted};
      });
}

Planned planned(const Program& program, const Vars& roots, const Bindings& bindings, const Offers& offers,
                bool spans_hosts) {
  const auto value = [&](const Var& x) { return value_of(x, bindings); };
  Vars targets(program.outputs.size());
  for (const Update& u : program.updates) targets.push_back(u.target.var());
  Vars all = roots;
  std::ranges::copy_if(targets, std::back_inserter(all), [](const Var& x) { return static_cast<bool>(x); });
  const Estimate estimate = estimate_of(bindings);
  std::vector<Fired> fired;
  all = lowered(rewrite(specialised(all, value), program.rewrites, estimate, &fired), offers);
  std::size_t next = roots.size();
  for (Var& target : targets)
    if (target) target = all[next++];
  const Vars graph(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(roots.size()));
  const bool overlap = program.overlap == Overlap::always || (program.overlap == Overlap::between_hosts && spans_hosts);
  Schedule schedule = plan(graph, targets, offers, overlap, program.strip);
  return {std::move(all), std::move(fired), std::move(schedule)};
}

}  // namespace spgrad
