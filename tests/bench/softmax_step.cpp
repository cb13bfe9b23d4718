// softmax_step: times one loss + gradient of softmax regression, and counts what it sends, for tests/bench/softmax.sh.
//   mpirun -n P softmax_step DATA.h5 HOLDOUT L2 [SECONDS]
// One JSON object on standard output: medians, the loss, and the layouts, for a count of the fewest possible bytes.
#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "apps/spgrad/softmax_model.hpp"
#include "apps/spgrad/training_data.hpp"

namespace {

using namespace spgrad;
using Clock = std::chrono::steady_clock;

std::string list(const Layout& layout) {
  std::string s = "[";
  for (const Index i : layout.starts()) s += text(s.size() > 1 ? ", " : "", i);
  return s + "]";
}

int measure(Session& session, int argc, char** argv) {
  if (argc < 4) fail(ErrorKind::usage, "usage: softmax_step DATA.h5 HOLDOUT L2 [SECONDS]");
  World& world = session.world();
  const app::TrainingData data = app::read_training_data(world, app::parse_location(argv[1]), std::stoll(argv[2]));
  app::SoftmaxModel model(world, type_of(data.train.X), type_of(data.train.Y), std::stod(argv[3]));
  const double budget = argc > 4 ? std::stod(argv[4]) : 3;
  model.weights().set(full(model.weights().value().shape(), 0.01));
  const Bindings rows = app::SoftmaxModel::bind(data.train);
  Function& step = model.loss_and_gradient();
  step(rows);  // plans, inspects
  step(rows);  // buffers are there

  MPI_Pcontrol(1);  // a counter that is preloaded listens between 1 and 0
  step(rows);
  MPI_Pcontrol(0);

  std::vector<double> times;
  double loss = 0, spent = 0;
  while (spent < budget || times.size() < 5) {
    const auto start = Clock::now();
    loss = step(rows)[0].scalar();
    double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    MPI_Bcast(&seconds, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);  // all stop together
    times.push_back(seconds);
    spent += seconds;
  }
  std::ranges::sort(times);
  const Index bytes = step.bytes_sent();
  char loss_digits[32];
  std::snprintf(loss_digits, sizeof loss_digits, "%.17g", loss);
  session.print("{\"median_s\": ", times[times.size() / 2], ", \"min_s\": ", times[0], ", \"runs\": ", times.size(),
                ", \"ranks\": ", session.ranks(), ", \"loss\": ", loss_digits, ", \"bytes_per_step\": ", bytes,
                ", \"train_rows\": ", list(data.train.X.rows()), ", \"features\": ", list(data.train.X.columns()), "}");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Session session(argc, argv);
  return session.run([&] { return measure(session, argc, argv); });
}
