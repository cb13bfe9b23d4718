// Logistic regression by gradient descent on a file of rows and labels 0 / 1: the whole program.
//   mpirun -n 2 logistic_regression data.h5 checkpoints
#include "spgrad/spgrad.hpp"

using namespace spgrad;

namespace {

int fit(Session& session, const std::string& file, const std::string& directory) {
  World& world = session.world();
  const Value X_data = io::read(world, file, "/X", {.balance = Balance::nnz});  // each rank reads its own rows
  const Value y_data = io::read(world, file, "/y", {.cut_like = X_data.rows()});

  Var X = input("X", type_of(X_data)), y = input("y", type_of(y_data));
  Shared w("w", zeros(X_data.shape()[1]));

  Var score = dot(X, w);  // a graph; nothing runs yet
  Var loss = mean(softplus(score) - y * score) + 1e-4 * sum(w * w);
  Function step = compile({.inputs = {X, y}, .outputs = {loss}, .updates = {{w, w - 0.5 * grad(loss, w)}}}, world);

  Index first = 0;
  if (const auto checkpoint = io::load_checkpoint(world, directory)) {
    w.set(checkpoint->values[0].second);
    first = checkpoint->step;
  }
  for (Index it = first; it < 200; ++it) {
    const double now = step({{"X", X_data}, {"y", y_data}})[0].scalar();
    if (it % 50 != 49) continue;
    session.print("step ", it + 1, "  loss ", now);
    io::save_checkpoint(world, directory, {it + 1, {}, {{"/w", w.value()}}}, 3);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Session session(argc, argv);
  return session.run([&] {
    if (argc != 3) fail(ErrorKind::usage, "usage: logistic_regression DATA.h5 CHECKPOINTS");
    return fit(session, argv[1], argv[2]);
  });
}
