// session.hpp: MPI and PETSc for a scope, and what a program does with an error.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spgrad/error.hpp"

namespace spgrad {

namespace comm {
class World;
}
using World = comm::World;

/// Starts MPI and PETSc unless somebody has (then it leaves them running); ends them when it goes. One at a time.
class Session {
 public:
  /// Collective over all processes. PETSc takes its options (-log_view, -info ...) from the command line.
  Session(int& argc, char**& argv);
  /// Collective over a communicator of a host application, given as Fortran's handle (MPI_Comm_c2f). Copied.
  explicit Session(int fortran_communicator);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  World& world() const { return *world_; }
  /// Collective. From now on, when a rank has waited so long for others (0: as long as it takes), the job is ended with
  /// exit code 70 and one message that names the ranks that did not come and the step that each is in. Until then the
  /// environment variable SPGRAD_HANG_TIMEOUT holds.
  void set_hang_timeout(double seconds) const;
  int rank() const;
  int ranks() const;

  /// One line on standard output, by rank 0 only.
  template <class... Parts>
  void print(const Parts&... parts) const {
    print_line(text(parts...));
  }

  /// The libraries below and their versions: MPI's and PETSc's.
  static std::vector<std::pair<std::string, std::string>> libraries();

  /// Collective. Runs a program's body and returns its exit code. An Error that all ranks throw is printed once, and
  /// its exit code returned on every rank. If only some ranks throw while others wait for them, the job is aborted with
  /// that code after some seconds: nothing hangs.
  int run(const std::function<int()>& body) const;

 private:
  void print_line(const std::string& line) const;
  void start(int* argc, char*** argv);

  bool started_mpi_ = false, started_petsc_ = false;
  std::unique_ptr<World> world_;
};

/// The world of the Session that lives, or this process alone if there is none.
World& current_world();

}  // namespace spgrad
