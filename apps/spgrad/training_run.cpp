#include "training_run.hpp"

#include <algorithm>
#include <iostream>

namespace spgrad::app {
namespace {

const Value* find(const io::Snapshot& snapshot, const std::string& path) {
  const auto found = std::ranges::find(snapshot.values, path, &std::pair<std::string, Value>::first);
  return found == snapshot.values.end() ? nullptr : &found->second;
}

std::string differences(const io::Facts& saved, const io::Facts& wanted) {
  std::string list;
  for (const auto& [name, value] : wanted) {
    const auto found = std::ranges::find(saved, name, &io::Facts::value_type::first);
    const std::string theirs = found == saved.end() ? "nothing" : found->second;
    if (theirs != value) list += text("\n    ", name, ": the checkpoint has ", theirs, ", this run ", value);
  }
  return list;
}

std::string pair_path(const char* what, std::size_t i) { return text("/lbfgs/", what, i); }

}  // namespace

io::Facts model_facts(const TrainOptions& options, const Labelled& train, Index classes) {
  return {{"model", "softmax"},
          {"rows", text(train.X.shape()[0])},
          {"features", text(train.X.shape()[1])},
          {"entries", text(train.X.sparsity()->nnz())},
          {"classes", text(classes)},
          {"l2", text(options.l2)},
          {"holdout", text(options.holdout)},
          {"optimizer", options.optimizer}};
}

void save(World& world, const std::string& directory, const TrainingRun& run, const SoftmaxModel& model,
          const io::Facts& facts, int keep) {
  const Value losses = Value::whole(DType::float64, {static_cast<Index>(run.losses.size())});
  std::ranges::copy(run.losses, losses.data<double>().begin());
  io::Snapshot snapshot{run.state.iteration, facts, {{"/W", model.weights().value()}, {"/losses", losses}}};
  // The last point of the history is W itself.
  for (std::size_t i = 0; i < run.state.x.size(); ++i) {
    if (i + 1 < run.state.x.size()) snapshot.values.emplace_back(pair_path("x", i), run.state.x[i][0]);
    snapshot.values.emplace_back(pair_path("g", i), run.state.g[i][0]);
  }
  io::save_checkpoint(world, directory, snapshot, keep);
}

TrainingRun resume(Session& session, const std::string& directory, SoftmaxModel& model, const io::Facts& facts) {
  const auto note = [&](const std::string& line) {
    if (session.rank() == 0) std::cerr << line << '\n';
  };
  const auto snapshot = io::load_checkpoint(session.world(), directory, note);
  if (!snapshot) return {};
  const std::string differ = differences(snapshot->facts, facts);
  require(differ.empty(), directory, ": the checkpoint of step ", snapshot->step, " is of another model:", differ);
  const Value *W = find(*snapshot, "/W"), *losses = find(*snapshot, "/losses");
  require(W != nullptr && losses != nullptr, directory, ": the checkpoint of step ", snapshot->step,
          " lacks W or losses");

  TrainingRun run;
  run.state.iteration = snapshot->step;
  const Value curve = gather_all(session.world(), *losses);
  run.losses.assign(curve.data<double>().begin(), curve.data<double>().end());
  model.weights().set(*W);
  for (std::size_t i = 0; const Value* g = find(*snapshot, pair_path("g", i)); ++i) {
    const Value* x = find(*snapshot, pair_path("x", i));
    run.state.x.push_back({x != nullptr ? *x : *W});
    run.state.g.push_back({*g});
  }
  session.print("resumed from step ", snapshot->step, " of ", directory);
  return run;
}

}  // namespace spgrad::app
