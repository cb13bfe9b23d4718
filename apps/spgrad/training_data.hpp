// training_data.hpp: rows and labels, checked, and split into training and held-out rows.
#pragma once

#include "commands.hpp"
#include "softmax_model.hpp"

namespace spgrad::app {

struct TrainingData {
  Labelled train, test;  ///< test is empty (no rows) without a holdout
  Value test_rows;       ///< the row numbers of the held-out rows in the file: int64, cut like test.X
  Index classes = 0;
  std::vector<ReadValue> read;  ///< X and y as they stand in the file
};

/// Collective. Reads /X and /y of a file (of a group, if one is given). Throws Error of kind data if the matrix is no
/// real csr or csc, or a label is not an integer 0 .. classes - 1 (classes: the largest label + 1, at most a million),
/// naming it.
TrainingData read_training_data(World& world, const Location& location, Index holdout);

}  // namespace spgrad::app
