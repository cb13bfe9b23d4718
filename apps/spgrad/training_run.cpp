#include "training_run.hpp"

#include <algorithm>

#include "resume.hpp"

namespace spgrad::app {
namespace {

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

std::vector<std::pair<std::string, Value>> values_of(const TrainingRun& run, const SoftmaxModel& model) {
  const Value losses = Value::whole(DType::float64, {static_cast<Index>(run.losses.size())});
  std::ranges::copy(run.losses, losses.data<double>().begin());
  std::vector<std::pair<std::string, Value>> values{{"/W", model.weights().value()}, {"/losses", losses}};
  // The last point of the history is W itself.
  for (std::size_t i = 0; i < run.state.x.size(); ++i) {
    if (i + 1 < run.state.x.size()) values.emplace_back(pair_path("x", i), run.state.x[i][0]);
    values.emplace_back(pair_path("g", i), run.state.g[i][0]);
  }
  return values;
}

TrainingRun run_of(Session& session, const io::Snapshot& snapshot, SoftmaxModel& model) {
  const Value& W = value_of(snapshot, "/W");
  TrainingRun run;
  run.state.iteration = snapshot.step;
  const Value curve = gather_all(session.world(), value_of(snapshot, "/losses"));
  run.losses.assign(curve.data<double>().begin(), curve.data<double>().end());
  model.weights().set(W);
  for (std::size_t i = 0; const Value* g = find_value(snapshot, pair_path("g", i)); ++i) {
    const Value* x = find_value(snapshot, pair_path("x", i));
    run.state.x.push_back({x != nullptr ? *x : W});
    run.state.g.push_back({*g});
  }
  return run;
}

}  // namespace spgrad::app
