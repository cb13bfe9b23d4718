#include <mpi.h>

#include <fstream>

#include "src/comm/world.hpp"
#include "tests/bench/figures/parts.hpp"
#include "tests/large/peak_memory.hpp"

namespace spgrad::figures {
namespace {

std::string_view name(StepKind kind) {
  return kind == StepKind::forward ? "forward" : kind == StepKind::gradient ? "forward + gradient" : "hvp";
}

// What the planner must not be asked for: which columns this rank's rows name, as they were made.
void leave_columns(World& world, const Workload& w, const std::string& folder) {
  const Layout rows = Layout::even(Index{1} << w.positions.row_bits, world.size());
  const Layout columns = Layout::even(Index{1} << w.positions.column_bits, world.size());
  const Rows mine = rows_of(w.positions, rows.begin(world.rank()), rows.end(world.rank()));
  std::ofstream out(text(folder, "/", w.name, ".", world.rank()));
  out << columns.begin(world.rank()) << ' ' << columns.end(world.rank()) << '\n';
  for (const Index c : mine.columns) out << c << '\n';
  require(out.flush().good(), "cannot write to ", folder);
}

struct Counted {
  large::Allocations before = large::allocations(), after;
  void stop() { after = large::allocations(); }
  std::size_t calls() const { return after.calls - before.calls; }
  std::size_t large() const { return after.large - before.large; }
  std::size_t misses() const { return after.pool_misses - before.pool_misses; }
};

}  // namespace

void count_steps(Session& session, const Workload& w, const Sizes& sizes, const std::string& folder) {
  World& world = session.world();
  if (!folder.empty()) leave_columns(world, w, folder);
  const auto most = [&](std::size_t x) { return world.reduce(static_cast<Index>(x), comm::Combine::max); };
  for (const StepKind kind : {StepKind::forward, StepKind::gradient, StepKind::hvp}) {
    if (kind != StepKind::forward && !w.loss) continue;
    Function f = compiled(world, w, kind);
    for (int warm = 0; warm < 3; ++warm) f(w.given);
    Counted counted;
    f(w.given);
    counted.stop();
    MPI_Pcontrol(1);
    f(w.given);
    MPI_Pcontrol(0);
    const Index sent = f.bytes_sent();
    const large::PeakMemory peak;
    f(w.given);
    const std::size_t bytes = peak.bytes();
    session.print("{\"model\": \"", w.name, "\", \"kind\": \"", name(kind), "\", \"ranks\": ", session.ranks(),
                  ", \"width\": ", sizes.width, ", \"hidden\": ", sizes.hidden, ", \"classes\": ", sizes.classes,
                  ", \"entries\": ", w.given[0].second.sparsity()->nnz(), ", \"bytes_sent\": ", sent,
                  ", \"peak_bytes\": ", most(bytes), ", \"entry_bytes\": ", most(12 * w.given[0].second.local_size()),
                  ", \"activation_bytes\": ", static_cast<Index>(w.activations),
                  ", \"pool_misses\": ", most(counted.misses()), ", \"large_allocations\": ", most(counted.large()),
                  ", \"allocations\": ", most(counted.calls()), "}");
  }
}

}  // namespace spgrad::figures
