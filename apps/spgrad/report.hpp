// report.hpp: what a training run tells at its end.
#pragma once

#include "commands.hpp"
#include "training_data.hpp"

namespace spgrad::app {

struct Report {
  double loss = 0, accuracy = 0, majority = 0;
  Index iterations = 0;
  int ranks = 0;
  double seconds = 0, seconds_per_step = 0;
  int saves = 0;             ///< checkpoints saved
  double save_seconds = 0;   ///< for all of them
  Index bytes_per_step = 0;  ///< payload that all ranks together send for one loss and gradient
};

/// One JSON object on one line.
std::string to_json(const Report& report);

/// Collective. The fraction of `rows` that belong to the class most frequent in `train`.
double majority_fraction(World& world, SoftmaxModel& model, const Labelled& train, const Labelled& rows);

/// Collective. A line for every held-out row, in the order of the file: row, true class, class with the largest score.
void write_predictions(World& world, int rank, SoftmaxModel& model, const TrainingData& data, const std::string& file);

/// Writes a text file; throws Error of kind io.
void write_file(const std::string& file, const std::string& content);

}  // namespace spgrad::app
