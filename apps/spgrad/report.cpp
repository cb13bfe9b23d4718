#include "report.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

namespace spgrad::app {

std::string to_json(const Report& r) {
  return nlohmann::ordered_json{{"loss", r.loss},
                                {"accuracy", r.accuracy},
                                {"majority", r.majority},
                                {"iterations", r.iterations},
                                {"ranks", r.ranks},
                                {"seconds", r.seconds},
                                {"seconds_per_step", r.seconds_per_step},
                                {"saves", r.saves},
                                {"save_seconds", r.save_seconds},
                                {"bytes_per_step", r.bytes_per_step}}
      .dump();
}

double majority_fraction(World& world, SoftmaxModel& model, const Labelled& train, const Labelled& rows) {
  const Value in_training = model.class_counts(world, train), here = model.class_counts(world, rows);
  const auto counts = in_training.data<double>();
  const auto best = std::ranges::max_element(counts) - counts.begin();
  return here.data<double>()[static_cast<std::size_t>(best)] / static_cast<double>(rows.X.shape()[0]);
}

void write_predictions(World& world, int rank, SoftmaxModel& model, const TrainingData& data, const std::string& file) {
  const Value scores = model.scores(data.test);
  const Value predicted = data.test_rows.with_dtype(DType::int64), label = data.test_rows.with_dtype(DType::int64);
  const auto classes = static_cast<std::size_t>(scores.row_length());
  for (std::size_t i = 0; i < static_cast<std::size_t>(scores.local_rows()); ++i) {
    const auto row = scores.data<double>().subspan(i * classes, classes);
    predicted.data<Index>()[i] = std::ranges::max_element(row) - row.begin();
    label.data<Index>()[i] = data.test.Y.sparsity()->global_minor(data.test.Y.sparsity()->indices[i]);
  }
  const Value rows = gather_all(world, data.test_rows), truth = gather_all(world, label),
              guess = gather_all(world, predicted);
  if (rank != 0) return;
  std::string lines;
  for (std::size_t i = 0; i < rows.data<Index>().size(); ++i)
    lines += text(rows.data<Index>()[i], '\t', truth.data<Index>()[i], '\t', guess.data<Index>()[i], '\n');
  write_file(file, lines);
}

void write_file(const std::string& file, const std::string& content) {
  std::ofstream out(file, std::ios::binary);
  out << content;
  out.close();
  if (!out) fail(ErrorKind::io, file, " cannot be written: ", std::strerror(errno));
}

}  // namespace spgrad::app
