// train.cpp: `spgrad train softmax`.
#include <chrono>

#include "at_step.hpp"
#include "checkpoints.hpp"
#include "commands.hpp"
#include "plot.hpp"
#include "progress.hpp"
#include "report.hpp"
#include "training_run.hpp"
#include "watch.hpp"

namespace spgrad::app {
namespace {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point t) { return std::chrono::duration<double>(Clock::now() - t).count(); }

// 1 / L: the gradient of the mean cross-entropy changes by at most max |row|^2 / 2 times the change of W (Boehning
// 1992).
double safe_step(World& world, const Value& X, double l2) {
  const Value squares = Value::dense(DType::float64, {X.rows().size()}, 0, X.rows(), X.sparsity()->rank);
  const auto& indptr = X.sparsity()->indptr;
  for (std::size_t i = 0; i + 1 < indptr.size(); ++i) {
    double sum = 0;
    for (Index p = indptr[i]; p < indptr[i + 1]; ++p)
      sum += X.data<double>()[static_cast<std::size_t>(p)] * X.data<double>()[static_cast<std::size_t>(p)];
    squares.data<double>()[i] = sum;
  }
  return 1 / (statistics(world, squares).max / 2 + l2);
}

Program way_to_run(const TrainOptions& options) {
  Program p;
  p.check_nan = options.guard.check_nan;
  p.place = options.place;
  p.overlap = options.overlap;
  return p;
}

class Training {
 public:
  Training(Session& session, const TrainOptions& options)
      : session_(session),
        options_(options),
        checkpoints_(session, options.checkpoints, true),
        watch_(session, options.watch),
        data_(read_training_data(session.world(), options.data, options.holdout)),
        model_(session.world(), type_of(data_.train.X), type_of(data_.train.Y), options.l2, way_to_run(options)) {
    watch_.observe(model_.loss_and_gradient());
  }

  void run() {
    announce();
    start();
    predicted_ = predict(session_, options_.explain, model_.loss_and_gradient(), SoftmaxModel::bind(data_.train),
                         watch_.machine());
    ProgressBar bar(session_, run_.state.iteration, options_.iterations);
    const auto began = Clock::now();
    const Index first = run_.state.iteration;
    Index now = first;
    at_step(now, true, [&] {
      watch_.during([&] {
        optimize([&](const Progress& p) {
          now = p.iteration + 1;
          bar.update(p.iteration, text("loss ", p.loss, "  |gradient| ", p.gradient_norm));
          return after_iteration(p);
        });
      });
    });
    bar.finish();
    report_.seconds = seconds_since(began);
    report_.iterations = run_.state.iteration;
    report_.seconds_per_step = report_.seconds / static_cast<double>(std::max<Index>(report_.iterations - first, 1));
    report_.bytes_per_step = model_.loss_and_gradient().bytes_sent();
    checkpoint();
    checkpoints_.finish();
    report_.saves = checkpoints_.saves();
    report_.save_seconds = checkpoints_.save_seconds();
    if (report_.saves > 0) session_.print(report_.saves, " checkpoints in ", report_.save_seconds, " s");
    watch_.finish(model_.loss_and_gradient(), {{"loss"}, {"gradient for W", true}});
    checkpoints_.leave_if_stopped(run_.state.iteration);
    conclude();
  }

 private:
  void announce() {
    session_.print(data_.train.X.shape()[0], " rows to train on, ", data_.test.X.shape()[0], " held out; ",
                   data_.train.X.shape()[1], " features, ", data_.classes, " classes, ",
                   data_.train.X.sparsity()->nnz(), " entries; ", session_.ranks(),
                   session_.ranks() == 1 ? " rank" : " ranks");
  }

  void start() {
    const auto found = checkpoints_.start(model_facts(options_, data_.train, data_.classes), std::move(data_.read));
    if (found) run_ = run_of(session_, *found, model_);
  }

  void optimize(const Monitor& monitor) {
    World& world = session_.world();
    OptimizeOptions o{.iterations = options_.iterations, .gradient_tolerance = options_.tolerance, .monitor = monitor};
    const Bindings rows = SoftmaxModel::bind(data_.train);
    if (options_.optimizer == "gd") {
      o.step = safe_step(world, data_.train.X, options_.l2);
      minimize_gd(world, model_.loss_and_gradient(), rows, {model_.weights()}, run_.state, o);
    } else {
      minimize_lbfgs(world, model_.loss_and_gradient(), rows, {model_.weights()}, run_.state, o);
    }
  }

  bool after_iteration(const Progress& p) {
    watch_.step(p.iteration + 1);
    if (static_cast<std::size_t>(p.iteration) == run_.losses.size()) run_.losses.push_back(p.loss);
    report_.loss = p.loss;
    const bool stops = p.iteration < options_.iterations && checkpoints_.stops();
    if (!stops && checkpoints_.due(p.iteration)) {
      run_.state = p.state();
      checkpoint();
    }
    return !stops;
  }

  void checkpoint() {
    auto values = values_of(run_, model_);
    if (options_.checkpoints.with_gradients) values.emplace_back("/gradients/W", gradient());
    checkpoints_.save(run_.state.iteration, std::move(values));
  }

  // L-BFGS has it in its state.
  Value gradient() {
    if (!run_.state.g.empty()) return run_.state.g.back()[0];
    return model_.loss_and_gradient()(SoftmaxModel::bind(data_.train))[1];
  }

  void conclude() {
    World& world = session_.world();
    const bool held_out = data_.test.X.shape()[0] > 0;
    const Labelled& judged = held_out ? data_.test : data_.train;
    report_.ranks = session_.ranks();
    report_.accuracy = model_.accuracy(judged);
    report_.majority = majority_fraction(world, model_, data_.train, judged);
    session_.print(report_.iterations, " iterations in ", report_.seconds, " s, loss ", report_.loss);
    session_.print(held_out ? "held-out" : "training", " accuracy: ", rounded(report_.accuracy),
                   " (majority class: ", rounded(report_.majority), ")");
    if (!options_.predictions.empty()) write_predictions(world, session_.rank(), model_, data_, options_.predictions);
    if (!options_.plot.empty() && session_.rank() == 0)
      write_file(options_.plot, svg({"training loss", "iteration", "loss", run_.losses}));
    print(session_, options_.explain, model_.loss_and_gradient(), predicted_);
    if (options_.json) session_.print(to_json(report_));
  }

  static std::string rounded(double x) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%.3f", x);
    return digits;
  }

  Session& session_;
  const TrainOptions& options_;
  Checkpoints checkpoints_;
  Watch watch_;
  TrainingData data_;
  SoftmaxModel model_;
  TrainingRun run_;
  Report report_;
  std::optional<RunModel> predicted_;
};

}  // namespace

int train_softmax(Session& session, const TrainOptions& options) {
  Training(session, options).run();
  return 0;
}

}  // namespace spgrad::app
