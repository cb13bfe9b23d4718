#include "spgrad/session.hpp"

#include <mpi.h>
#include <petscsys.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <new>
#include <thread>

#include "src/comm/world.hpp"

namespace spgrad {
namespace {

Session* the_session = nullptr;

constexpr auto kPatience = std::chrono::seconds(3);

// What a rank that has ended brings to the others: its exit code.
bool all_ended(World& world, int& code) {
  MPI_Request request;
  int worst = 0;
  MPI_Iallreduce(&code, &worst, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD, &request);
  const auto since = World::Clock::now();
  int done = 0;
  // A rank that ended well waits as long as it takes: one that failed alone aborts the job.
  while (!done && (code == 0 || World::Clock::now() < since + kPatience)) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done) break;
    if (code == 0) world.waiting("the end of the program", since);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  if (done) code = worst;
  return done != 0;
}

int code_of(std::string& message, const std::function<int()>& body) {
  try {
    return body();
  } catch (const Error& e) {
    message = e.what();
    return e.exit_code();
  } catch (const std::bad_alloc&) {
    message = "out of memory";
  } catch (const std::exception& e) {
    message = e.what();
  } catch (...) {
    message = "an exception of unknown type";
  }
  return static_cast<int>(ErrorKind::other);
}

// That of the environment, which a launcher may not have given to all.
double hang_timeout(World& world) {
  const char* const text = std::getenv("SPGRAD_HANG_TIMEOUT");
  return world.reduce(text == nullptr ? 0.0 : std::atof(text), comm::Combine::max);
}

}  // namespace

Session::Session(int& argc, char**& argv) {
  start(&argc, &argv);
  const MPI_Comm everybody = MPI_COMM_WORLD;
  world_ = comm::mpi_world(&everybody);
  set_hang_timeout(hang_timeout(*world_));
}

Session::Session(int fortran_communicator) {
  start(nullptr, nullptr);
  const MPI_Comm theirs = MPI_Comm_f2c(fortran_communicator);
  world_ = comm::mpi_world(&theirs);
  set_hang_timeout(hang_timeout(*world_));
}

void Session::start(int* argc, char*** argv) {
  if (the_session != nullptr) fail(ErrorKind::usage, "a Session lives already; there can be one at a time");
  int mpi = 0;
  MPI_Initialized(&mpi);
  if (!mpi) {
    int provided = 0;
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
    started_mpi_ = true;
  }
  PetscBool petsc = PETSC_FALSE;
  PetscInitialized(&petsc);
  if (!petsc) {
    // Signals are the program's, and errors come as exceptions: PETSc keeps its hands off both.
    PetscOptionsSetValue(nullptr, "-no_signal_handler", nullptr);
    if (PetscInitialize(argc, argv, nullptr, nullptr) != 0) fail(ErrorKind::other, "PETSc does not start");
    PetscPushErrorHandler(PetscReturnErrorHandler, nullptr);
    started_petsc_ = true;
  }
  the_session = this;
}

Session::~Session() {
  world_.reset();
  the_session = nullptr;
  if (started_petsc_) PetscFinalize();
  if (started_mpi_) MPI_Finalize();
}

std::vector<std::pair<std::string, std::string>> Session::libraries() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> mpi{};
  int length = 0, major = 0, minor = 0, patch = 0;
  MPI_Get_library_version(mpi.data(), &length);
  PetscGetVersionNumber(&major, &minor, &patch, nullptr);
  const std::string first(mpi.data(), std::strcspn(mpi.data(), ",\n"));  // "Open MPI v4.1.4", of a long line
  return {{"MPI", first}, {"PETSc", text(major, '.', minor, '.', patch)}};
}

void Session::set_hang_timeout(double seconds) const { world_->set_hang_timeout(seconds); }

int Session::rank() const { return world_->rank(); }
int Session::ranks() const { return world_->size(); }

void Session::print_line(const std::string& line) const {
  if (rank() == 0) std::cout << line << std::endl;
}

int Session::run(const std::function<int()>& body) const {
  std::string message;
  int code = code_of(message, body);
  const int own = code;
  const bool together = all_ended(*world_, code);
  if (!message.empty() && (!together || rank() == 0)) {
    std::cout.flush();
    const std::string who = together || ranks() == 1 ? "" : text("rank ", rank(), ": ");
    std::fprintf(stderr, "spgrad: %s%s\n", who.c_str(), message.c_str());
  }
  if (!together) MPI_Abort(MPI_COMM_WORLD, own);
  return code;
}

World& current_world() {
  if (the_session != nullptr) return the_session->world();
  static const std::unique_ptr<World> alone = comm::solo_world();
  return *alone;
}

}  // namespace spgrad
