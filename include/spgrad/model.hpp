// model.hpp: what a call would cost on many ranks, from the patterns of its matrices alone.
#pragma once

#include "spgrad/function.hpp"
#include "spgrad/machine.hpp"

namespace spgrad {

/// One step of the schedule: a kernel or a move.
struct ModelledStep {
  std::string what;        ///< "%3 = dot(X, W)", "gather W -> W@X"
  Cost kernel;             ///< of the rank that has most of it
  double bytes = 0;        ///< that all ranks send
  double messages = 0;     ///< of the rank with most of them
  double seconds = 0;      ///< of the slowest rank
  bool estimated = false;  ///< it follows a pattern that no call has made yet
  std::size_t step = 0;    ///< of the schedule: a kernel, or the Begin of a move
};

/// What the step is called that stands for ranks telling one another that all is well, before a call and behind it.
inline constexpr std::string_view kAgreements = "agreements";

/// A model, never a measurement: kernels take what they read, write and compute by the numbers of a Machine, moves what
/// they send; every step waits for its slowest rank, and nothing is hidden behind anything else.
struct RunModel {
  int ranks = 0;
  double seconds = 0, kernels = 0, moves = 0;  ///< of a warm call; the first is the sum of the others
  double halo_bytes = 0;                       ///< rows that patterns name, there and back; all ranks
  double collective_bytes = 0;                 ///< sums, values made whole, turned or cut anew; all ranks
  double messages = 0;                         ///< of the rank with most
  double imbalance = 1;                        ///< kernels of the slowest rank / mean over the ranks
  double memory = 0;       ///< bytes: the most that a rank holds at one time, patterns and what is given included
  double taken = 0;        ///< of these, arrays that the call takes: the most of a rank (Function::peak_memory)
  std::string machine{};   ///< the file that its numbers are of; empty: none in particular
  bool estimated = false;  ///< some patterns are estimated
  std::vector<ModelledStep> steps;
};

/// Time and memory in two lines that say of which machine and how many ranks.
std::string to_string(const RunModel& model);

/// A warm call of the program on so many ranks. `given` are values as a world of one rank has them; matrices are cut as
/// `balance` says. Not collective. Counted exactly: entries and rows that given patterns and their transposes name.
/// Estimated: patterns that operations make, and rows that they list. Throws Error as a call would.
RunModel model(const Program& program, const Bindings& given, int ranks, const Machine& machine,
               Balance balance = Balance::even);

/// Collective. Measures a Machine while all ranks are busy: the triad of STREAM, sparse-dense products in the cache and
/// beyond it, and messages between neighbours by number (on a cluster: place them so that these are on different
/// hosts). With one rank the numbers of messages stay those of no machine in particular.
Machine calibrate(World& world);

}  // namespace spgrad
