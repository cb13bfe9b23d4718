// mpi_watch.hpp: finds out who does not come when a rank has waited too long, without a thread of its own.
//
// Ranks that wait do so in a loop and look around there. The first whose patience ends calls the roll: every rank that
// waits, too, answers, and whoever does not answer is missing. What the missing do they cannot say themselves; the
// ranks of a host keep it in shared memory, where a neighbour reads it.
#pragma once

#include <mpi.h>

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "src/comm/world.hpp"

namespace spgrad::comm {

class MpiWatch {
 public:
  /// Exit code of a job that has been ended because a rank did not come.
  static constexpr int kExitCode = 70;

  /// Collective, and so is the end. `seconds` above 0.
  MpiWatch(MPI_Comm comm, double seconds);
  ~MpiWatch();
  MpiWatch(const MpiWatch&) = delete;
  MpiWatch& operator=(const MpiWatch&) = delete;

  /// What this rank does from now on.
  void doing(std::string_view what);
  /// Collective. Waits until all ranks have come to a collective that cannot be watched itself.
  void meet(std::string_view collective);
  /// One look around of a rank that waits since then; ends the job if it has waited too long, or if another one has.
  void waiting(std::string_view in, World::Clock::time_point since);

 private:
  struct Note;
  [[noreturn]] void call_roll(std::string_view in);
  std::vector<std::string> answers(double seconds);
  static std::map<int, Note> known(const std::vector<std::string>& answers);
  std::string report(const std::vector<std::string>& answers) const;
  Note& my_note() const;

  MPI_Comm comm_ = MPI_COMM_NULL, host_ = MPI_COMM_NULL;
  MPI_Win window_ = MPI_WIN_NULL;
  std::span<Note> notes_;  // of the ranks of this host
  int rank_ = 0, size_ = 1, place_ = 0;
  double seconds_;
};

}  // namespace spgrad::comm
