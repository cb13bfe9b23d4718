#include "spgrad/function.hpp"

#include <algorithm>
#include <array>
#include <list>

#include "spgrad/rewrite.hpp"
#include "spgrad/session.hpp"
#include "src/graph/input_ops.hpp"
#include "src/graph/walk.hpp"
#include "src/run/executor.hpp"
#include "src/run/explained.hpp"
#include "src/run/model_walk.hpp"
#include "src/run/petsc_log.hpp"
#include "src/run/planned.hpp"
#include "src/schedule/draw.hpp"
#include "src/value/pool.hpp"

namespace spgrad {
namespace {

constexpr std::size_t kPlansKept = 16;

Offer offer_of(const Program& program, const Var& x, const Value& value) {
  Offer offer{value.cut(), x->op == &ops::input, 1, asked_axis(program, x)};
  if (value.is_sparse()) {
    const double rows = static_cast<double>(std::max<Index>(value.sparsity()->minor.size(), 1));
    offer.ghost_fraction = static_cast<double>(value.sparsity()->ghost_rows) / rows;
  }
  return offer;
}

}  // namespace

struct Function::Impl {
  struct Plan {
    std::string key;
    Planned made;
    std::unique_ptr<Executor> executor;
  };

  Impl(Program p, World& w) : program(std::move(p)), world(w), probes(w), roots(roots_of(program)) {
    if (Probe* log = petsc_log(world)) probes.add(*log);
    std::ranges::copy_if(topological(roots), std::back_inserter(cells),
                         [](const Var& x) { return x->op == &ops::shared; });
  }

  std::string key_of(const Bindings& bindings) const {
    for (const auto& binding : bindings)
      require(std::ranges::any_of(program.inputs, [&](const Var& x) { return x->name == binding.first; }),
              "call: there is no input ", binding.first);
    std::ostringstream key;
    const auto add = [&](const Var& x) {
      const Value value = value_of(x, bindings);
      key << x->name << ' ' << type_of(value);
      if (x->op == &ops::input) key << ' ' << value.cut();
      if (value.is_sparse())
        key << (value.sparsity()->unique ? " unique" : "") << (value.sparsity()->sorted ? " sorted" : "");
      key << '\n';
    };
    for (const Var& x : program.inputs) add(x);
    for (const Var& x : cells) add(x);
    for (const auto& [name, place] : program.place) key << "place " << name << ' ' << static_cast<int>(place) << '\n';
    return key.str();
  }

  // All ranks must have come to the same call: a rank that was given something else would send other messages.
  std::string agreed_key(const Bindings& bindings) {
    std::string key;
    std::exception_ptr error;
    try {
      key = key_of(bindings);
    } catch (...) {
      error = std::current_exception();
    }
    if (world.size() == 1 && error == nullptr) return key;
    const Stage stage(probes, Activity::kAgree);
    const auto hash = static_cast<Index>(std::hash<std::string>{}(key) >> 2);
    std::array<Index, 3> votes{error ? Index{-1} : Index{0}, hash, -hash};
    world.all_reduce(DType::int64, comm::Combine::min, std::as_writable_bytes(std::span(votes)));
    if (votes[0] < 0) world.agree(error);
    require(votes[1] == -votes[2],
            "call: the ranks were given values of different types, shapes or cuts, or want them in different places; "
            "this one has\n",
            key);
    return key;
  }

  Plan& plan_for(const std::string& key, const Bindings& bindings) {
    const auto found = std::ranges::find(plans, key, &Plan::key);
    if (found != plans.end()) {
      plans.splice(plans.begin(), plans, found);
      return plans.front();
    }
    const Stage stage(probes, Activity::kPlan);
    const Offers offers = [&](const Var& x) { return offer_of(program, x, value_of(x, bindings)); };
    plans.push_front({key, planned(program, roots, bindings, offers, world.spans_hosts()), nullptr});
    plans.front().executor =
        std::make_unique<Executor>(world, plans.front().made.schedule, probes, program.check_nan, program.strip);
    if (plans.size() > kPlansKept) plans.pop_back();
    return plans.front();
  }

  std::vector<Value> call(const Bindings& bindings) {
    const Stage stage(probes, Activity::kCall);
    const Index before = world.traffic().bytes;
    Plan& p = plan_for(agreed_key(bindings), bindings);
    std::vector<Value> given;
    for (const Given& g : p.made.schedule.given) given.push_back(value_of(g.node, bindings));
    PoolUse& use = pool_use();
    const std::int64_t there = use.most = use.live;
    std::vector<Value> results = p.executor->run(given);
    peak = std::max<Index>(peak, use.most - there);
    // Shared values stay where the schedule wants them: the next call moves nothing.
    for (std::size_t k = 0; k < given.size(); ++k)
      if (p.made.schedule.given[k].node->op == &ops::shared) *p.made.schedule.given[k].node->cell = given[k];
    for (std::size_t k = 0; k < program.updates.size(); ++k)
      program.updates[k].target.set(results[program.outputs.size() + k]);
    results.resize(program.outputs.size());
    sent = world.traffic().bytes - before;
    last = &p;
    return results;
  }

  // Bytes that this rank sent in a step of the last call.
  auto sent_in_steps() const {
    return [this](std::size_t step) { return last->executor->bytes_sent(step); };
  }

  Program program;
  World& world;
  Probes probes;
  Vars roots;             // outputs, then the values of updates
  Vars cells;             // the shared values that they read
  std::list<Plan> plans;  // the most recent first
  const Plan* last = nullptr;
  Index sent = 0, peak = 0;
};

Function::Function(Program program, World& world) : impl_(std::make_unique<Impl>(std::move(program), world)) {}
Function::~Function() = default;
Function::Function(Function&&) noexcept = default;
Function& Function::operator=(Function&&) noexcept = default;

std::vector<Value> Function::operator()(const Bindings& inputs) { return impl_->call(inputs); }

RunModel Function::predict(const Bindings& inputs, const Machine& machine) {
  const Impl::Plan& plan = impl_->plan_for(impl_->agreed_key(inputs), inputs);
  impl_->last = &plan;
  WorldPatterns patterns(inputs, impl_->world);
  return modelled(walk_of(plan.made.schedule, impl_->world.size(), impl_->program), patterns, estimate_of(inputs),
                  machine);
}

void Function::observe(Probe& probe) { impl_->probes.add(probe); }

std::string Function::explain() const {
  if (impl_->last == nullptr) return "not called yet: the schedule depends on what a call is given\n";
  return explained(impl_->last->made.schedule, impl_->sent_in_steps());
}

std::string Function::explain(const RunModel& predicted) const {
  require(impl_->last != nullptr && predicted.ranks == impl_->world.size(), "explain: what is predicted is a call on ",
          predicted.ranks, " ranks, not the last one, which is on ", impl_->world.size());
  return explained(impl_->last->made.schedule, impl_->sent_in_steps(), predicted, peak_memory());
}

std::string Function::draw(const std::vector<OutputName>& names) const {
  if (impl_->last == nullptr) return "digraph spgrad {\n  graph [label=\"not called yet\"];\n}\n";
  const Schedule& schedule = impl_->last->made.schedule;
  std::vector<Index> bytes(schedule.steps.size());
  for (std::size_t p = 0; p < bytes.size(); ++p) bytes[p] = impl_->last->executor->bytes_sent(p);
  impl_->world.all_reduce(DType::int64, comm::Combine::sum, std::as_writable_bytes(std::span(bytes)));

  std::vector<Drawn> outputs(impl_->program.outputs.size());
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const OutputName named = k < names.size() ? names[k] : OutputName{text("output ", k)};
    outputs[k] = {named.gradient ? Drawn::kGradient : Drawn::kOutput, named.name};
  }
  for (const Update& u : impl_->program.updates) outputs.push_back({Drawn::kUpdate, u.target.name()});
  const int ranks = impl_->world.size();
  return graphviz(schedule, outputs, text("one call on ", ranks, ranks == 1 ? " rank" : " ranks"),
                  [&](std::size_t step) { return bytes[step]; });
}

std::string Function::explain_rewrites() const {
  if (impl_->last == nullptr) return "not called yet: sizes are not known\n";
  std::map<std::string_view, std::pair<int, Cost>> applied;
  for (const Fired& f : impl_->last->made.fired) {
    auto& [times, saved] = applied[f.rule];
    ++times;
    saved += f.saved;
  }
  std::string lines = text(impl_->last->made.fired.size(), " rewrites\n");
  for (const Rewrite& rule : impl_->program.rewrites)
    if (const auto found = applied.find(rule.name); found != applied.end())
      lines += text("  ", rule.name, " x ", found->second.first, ": ", rule.formula, "; saves ",
                    found->second.second.flops, " flops, ", found->second.second.bytes, " bytes\n");
  return lines;
}

Index Function::peak_memory() const { return impl_->world.reduce(impl_->peak, comm::Combine::max); }
Index Function::bytes_sent() const { return impl_->world.reduce(impl_->sent); }

Function compile(Program program) { return compile(std::move(program), current_world()); }
Function compile(Program program, World& world) { return {std::move(program), world}; }

}  // namespace spgrad
