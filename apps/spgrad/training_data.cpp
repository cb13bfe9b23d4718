#include "training_data.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "spgrad/io.hpp"

namespace spgrad::app {
namespace {

constexpr double kMostClasses = 1e6;

// Labels as class numbers. Statistics are agreed by all ranks, so every rank throws the same complaint.
Value class_labels(World& world, const std::string& file, const Value& y) {
  require(y.format() == Format::dense && y.shape().ndim() == 1 && !is_complex(y.dtype()), file,
          ": the labels must be a vector of real numbers, not ", y);
  const Statistics s = statistics(world, y);
  require(s.nan == 0, file, ": ", s.nan, " labels are NaN; labels must be integers 0 .. classes-1");
  require(s.min >= 0, file, ": label ", s.min, " is out of range: labels must be integers 0 .. classes-1");
  require(s.max < kMostClasses, file, ": label ", s.max, " is out of range: at most ", kMostClasses,
          " classes are possible");
  const Value whole = cast(y, DType::int64);
  const Value back = cast(whole, y.dtype());
  const Value fractions = Value::dense(DType::float64, y.shape(), 0, y.layout(), y.rank());
  dispatch(y.dtype(), [&]<class T>() {
    if constexpr (!is_complex_v<T>)
      std::transform(y.data<T>().begin(), y.data<T>().end(), back.data<T>().begin(), fractions.data<double>().begin(),
                     [](T a, T b) { return static_cast<double>(a) - static_cast<double>(b); });
  });
  const double largest = statistics(world, fractions).max;
  require(largest == 0, file, ": a label is not an integer (", largest,
          " above one); labels must be integers 0 .. classes-1");
  return whole;
}

// Row i has a single 1, in the column of its label.
Value one_hot(World& world, const Value& labels, Index classes) {
  std::vector<Index> indptr(static_cast<std::size_t>(labels.local_size()) + 1);
  std::iota(indptr.begin(), indptr.end(), 0);
  const auto pattern = make_sparsity(world, labels.layout(), Layout::even(classes, labels.layout().ranks()),
                                     std::move(indptr), labels.data<Index>());
  const Value y = Value::sparse(DType::float64, Format::csr, pattern);
  std::ranges::fill(y.data<double>(), 1.0);
  return y;
}

Value row_numbers(const Layout& rows, int rank) {
  const Value numbers = Value::dense(DType::int64, {rows.size()}, 0, rows, rank);
  std::iota(numbers.data<Index>().begin(), numbers.data<Index>().end(), rows.begin(rank));
  return numbers;
}

}  // namespace

TrainingData read_training_data(World& world, const Location& location, Index holdout) {
  const std::string group = location.group == "/" ? "" : location.group;
  Value X = io::read(world, location.file, group + "/X", {.balance = Balance::nnz, .caution = location.caution});
  TrainingData data;
  data.read.push_back({"X", {location.file, group + "/X"}, X});
  require(X.is_sparse() && !is_complex(X.dtype()), location.file, ": ", group, "/X must be a real sparse matrix, not ",
          X);
  if (X.format() == Format::csc) X = convert(world, X, Format::csr);
  X = cast(X, DType::float64);
  const Value y = io::read(world, location.file, group + "/y", {.cut_like = X.rows(), .caution = location.caution});
  require(y.shape() == Shape{X.shape()[0]}, location.file, ": X has ", X.shape()[0], " rows but y is ", y);
  require(X.shape()[0] > 0, location.file, ": X has no rows to train on");
  if (holdout >= X.shape()[0])
    fail(ErrorKind::usage, "--holdout ", holdout, " leaves no row for training: ", location.file, " has ",
         X.shape()[0]);
  data.read.push_back({"y", {location.file, group + "/y"}, y});
  const Value labels = class_labels(world, location.file, y);

  data.classes = static_cast<Index>(statistics(world, labels).max) + 1;
  const Value test = sample_rows(world, X.rows(), holdout);
  const Value train = test.with_dtype(DType::bool_);
  std::ranges::transform(test.data<bool>(), train.data<bool>().begin(), std::logical_not<>());
  const auto part = [&](const Value& flags) -> Labelled {
    const std::span<const bool> keep = flags.data<bool>();
    return {take_rows(world, X, keep), one_hot(world, take_rows(world, labels, keep), data.classes)};
  };
  data.train = part(train);
  data.test = part(test);
  data.test_rows = take_rows(world, row_numbers(X.rows(), X.sparsity()->rank), test.data<bool>());
  return data;
}

}  // namespace spgrad::app
