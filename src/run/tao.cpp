// tao.cpp: PETSc TAO's L-BFGS on our gradient.
#include <petsctao.h>

#include <deque>

#include "spgrad/optimize.hpp"
#include "src/run/packing.hpp"

namespace spgrad {
namespace {

void check(PetscErrorCode code, const char* call) {
  if (code == 0) return;
  const char* message = nullptr;
  PetscErrorMessage(code, &message, nullptr);
  fail(ErrorKind::other, call, ": PETSc error ", static_cast<int>(code), ", ",
       message != nullptr ? message : "unknown");
}
#define CHECK(call) check(call, #call)

// A vector's local values, for a scope.
class Read {
 public:
  explicit Read(Vec v) : v_(v) {
    CHECK(VecGetLocalSize(v, &n_));
    CHECK(VecGetArrayRead(v, &p_));
  }
  ~Read() { VecRestoreArrayRead(v_, &p_); }
  Read(const Read&) = delete;
  Read& operator=(const Read&) = delete;
  std::span<const double> values() const { return {p_, static_cast<std::size_t>(n_)}; }
  /// TAO lends its vectors for reading only; nothing writes through a Value that a Function was given.
  std::span<double> lent() const { return {const_cast<double*>(p_), static_cast<std::size_t>(n_)}; }

 private:
  Vec v_;
  PetscInt n_ = 0;
  const double* p_ = nullptr;
};

void write(Vec v, const std::function<void(std::span<double>)>& fill) {
  PetscInt n = 0;
  double* p = nullptr;
  CHECK(VecGetLocalSize(v, &n));
  CHECK(VecGetArrayWrite(v, &p));
  fill({p, static_cast<std::size_t>(n)});
  CHECK(VecRestoreArrayWrite(v, &p));
}

class Lbfgs {
 public:
  Lbfgs(World& world, Function& function, const Bindings& inputs, const std::vector<Shared>& parameters,
        OptimizerState& state, const OptimizeOptions& options)
      : function_(function),
        inputs_(inputs),
        parameters_(parameters),
        state_(state),
        options_(options),
        packing_(world, parameters) {
    const auto* comm = static_cast<const MPI_Comm*>(world.communicator());
    const MPI_Comm self = MPI_COMM_SELF;
    const MPI_Comm c = comm != nullptr ? *comm : self;
    CHECK(VecCreateMPI(c, static_cast<PetscInt>(packing_.local_size()), PETSC_DETERMINE, &x_));
    CHECK(VecDuplicate(x_, &g_));
    CHECK(TaoCreate(c, &tao_));
    CHECK(TaoSetType(tao_, TAOBQNLS));  // without bounds: L-BFGS, and unlike TAOLMVM it shows its matrix
    CHECK(TaoSetSolution(tao_, x_));
    CHECK(TaoSetObjectiveAndGradient(tao_, g_, evaluate, this));
    CHECK(TaoSetMonitor(tao_, monitor, this, nullptr));
    CHECK(TaoSetTolerances(tao_, options.gradient_tolerance, 0, 0));
    CHECK(
        TaoSetMaximumIterations(tao_, static_cast<PetscInt>(std::max<Index>(options.iterations - state.iteration, 0))));
    CHECK(TaoSetMaximumFunctionEvaluations(tao_, PETSC_MAX_INT));
    CHECK(TaoSetFromOptions(tao_));
    replay();
  }

  ~Lbfgs() {
    TaoDestroy(&tao_);
    VecDestroy(&x_);
    VecDestroy(&g_);
  }
  Lbfgs(const Lbfgs&) = delete;
  Lbfgs& operator=(const Lbfgs&) = delete;

  void solve() {
    const PetscErrorCode code = TaoSolve(tao_);
    set_parameters(x_);
    if (error_) std::rethrow_exception(error_);
    check(code, "TaoSolve");
    state_ = state();
  }

 private:
  // The quasi-Newton matrix is a function of its last updates (with a scalar J0): replayed from (x, g) pairs, it is
  // what it was, bit by bit.
  void replay() {
    Mat m = nullptr;
    CHECK(TaoSetUp(tao_));
    CHECK(TaoGetLMVMMatrix(tao_, &m));
    CHECK(MatLMVMSymBroydenSetScaleType(m, MAT_LMVM_SYMBROYDEN_SCALE_SCALAR));
    CHECK(MatLMVMSetHistorySize(m, static_cast<PetscInt>(options_.history)));
    CHECK(TaoSetRecycleHistory(tao_, PETSC_TRUE));
    for (std::size_t i = 0; i + 1 < state_.x.size(); ++i) {
      const auto x = packing_.placed(state_.x[i]), g = packing_.placed(state_.g[i]);
      write(x_, [&](std::span<double> out) { packing_.pack(x, out); });
      write(g_, [&](std::span<double> out) { packing_.pack(g, out); });
      CHECK(MatLMVMUpdate(m, x_, g_));
      keep();
    }
    std::vector<Value> now;
    for (const Shared& s : parameters_) now.push_back(s.value());
    write(x_, [&](std::span<double> out) { packing_.pack(now, out); });
  }

  void keep() {
    std::pair<std::vector<double>, std::vector<double>> oldest;  // its memory is used again
    if (history_.size() > static_cast<std::size_t>(options_.history)) {
      oldest = std::move(history_.front());
      history_.pop_front();
    }
    const Read x(x_), g(g_);
    oldest.first.assign(x.values().begin(), x.values().end());
    oldest.second.assign(g.values().begin(), g.values().end());
    history_.push_back(std::move(oldest));
  }

  OptimizerState state() const {
    OptimizerState s;
    PetscInt iteration = 0;
    TaoGetIterationNumber(tao_, &iteration);
    s.iteration = first_ + iteration;
    for (const auto& [x, g] : history_) {
      s.x.push_back(packing_.unpack(x));
      s.g.push_back(packing_.unpack(g));
    }
    return s;
  }

  void set_parameters(Vec x) const {
    const Read now(x);
    const auto values = packing_.unpack(now.values());
    for (std::size_t p = 0; p < parameters_.size(); ++p) parameters_[p].set(values[p]);
  }

  // Callbacks under C: an exception is kept, the error code ends TaoSolve on every rank alike, and solve() rethrows.
  template <class F>
  PetscErrorCode guarded(F&& f) {
    try {
      f();
      return 0;
    } catch (...) {
      error_ = std::current_exception();
      return PETSC_ERR_USER;
    }
  }

  static PetscErrorCode evaluate(Tao, Vec x, PetscReal* loss, Vec g, void* context) {
    auto& self = *static_cast<Lbfgs*>(context);
    return self.guarded([&] {
      const Read now(x);
      const auto values = self.packing_.view(now.lent());
      for (std::size_t p = 0; p < values.size(); ++p) self.parameters_[p].set(values[p]);
      const std::vector<Value> results = self.function_(self.inputs_);
      *loss = results[0].scalar();
      const std::vector<Value> gradients = self.packing_.placed({results.begin() + 1, results.end()});
      write(g, [&](std::span<double> out) { self.packing_.pack(gradients, out); });
    });
  }

  static PetscErrorCode monitor(Tao tao, void* context) {
    auto& self = *static_cast<Lbfgs*>(context);
    return self.guarded([&] {
      PetscInt iteration = 0;
      PetscReal loss = 0, norm = 0;
      CHECK(TaoGetSolutionStatus(tao, &iteration, &loss, &norm, nullptr, nullptr, nullptr));
      self.keep();
      if (!self.options_.monitor) return;
      const Progress progress{self.first_ + iteration, loss, norm, [&] {
                                self.set_parameters(self.x_);
                                return self.state();
                              }};
      if (!self.options_.monitor(progress)) CHECK(TaoSetConvergedReason(tao, TAO_CONVERGED_USER));
    });
  }

  Function& function_;
  const Bindings& inputs_;
  const std::vector<Shared>& parameters_;
  OptimizerState& state_;
  const OptimizeOptions& options_;
  Packing packing_;
  const Index first_ = state_.iteration;
  Tao tao_ = nullptr;
  Vec x_ = nullptr, g_ = nullptr;
  std::deque<std::pair<std::vector<double>, std::vector<double>>> history_;
  std::exception_ptr error_;
};

}  // namespace

void minimize_lbfgs(World& world, Function& function, const Bindings& inputs, const std::vector<Shared>& parameters,
                    OptimizerState& state, const OptimizeOptions& options) {
  function(inputs);  // brings the parameters to where the schedule wants them
  Lbfgs(world, function, inputs, parameters, state, options).solve();
}

}  // namespace spgrad
