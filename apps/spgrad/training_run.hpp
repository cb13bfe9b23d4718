// training_run.hpp: what of a training run goes into a checkpoint and comes back from it.
#pragma once

#include <vector>

#include "commands.hpp"
#include "softmax_model.hpp"
#include "spgrad/io.hpp"
#include "spgrad/optimize.hpp"

namespace spgrad::app {

/// A run so far: the optimiser's state and the loss after every iteration from the start of training.
struct TrainingRun {
  OptimizerState state;
  std::vector<double> losses;
};

/// What a checkpoint must agree on with the run that resumes it.
io::Facts model_facts(const TrainOptions& options, const Labelled& train, Index classes);

/// What a checkpoint of the run holds, with the model's weights.
std::vector<std::pair<std::string, Value>> values_of(const TrainingRun& run, const SoftmaxModel& model);

/// Collective. The run that a checkpoint holds; sets the weights.
TrainingRun run_of(Session& session, const io::Snapshot& snapshot, SoftmaxModel& model);

}  // namespace spgrad::app
