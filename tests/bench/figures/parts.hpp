// parts.hpp: what step_figures measures, a function a subject. All collective; each prints JSON lines.
#pragma once

#include "spgrad/session.hpp"
#include "tests/bench/figures/workloads.hpp"

namespace spgrad::figures {

/// Bytes (counted from outside between MPI_Pcontrol(1) and (0)), allocations and peak memory of one warm step of each
/// kind. With a `folder`, each rank leaves the columns that its rows name there, for tests/bench/figures.py.
void count_steps(Session& session, const Workload& w, const Sizes& sizes, const std::string& folder);

/// Gradient against forward, second derivative against gradient, planning against a step, in `rounds` turns.
void time_steps(Session& session, const Workload& w, int rounds);

/// Chains of element-by-element operations in strips against one pass for each operation, in `rounds` turns.
void time_chains(Session& session, const Sizes& sizes, Index elements, Index strip, int rounds);

/// `batches` different row blocks through one Function, each `turns` times: plans, inspection, memory.
void run_batches(Session& session, const Sizes& sizes, Index rows, Index batches, int turns);

/// How much of the messages' time a gradient hides: 1 - (T - T_compute) / T_messages, over a network so slow that they
/// take `share` of its compute. Needs libdelay_messages.so preloaded.
struct Network {
  double latency = 0, seconds_per_byte = 0;
};
void time_overlap(Session& session, const Workload& w, double share, int rounds);

}  // namespace spgrad::figures
