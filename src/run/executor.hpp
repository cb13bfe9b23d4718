// executor.hpp: runs a schedule on this rank.
#pragma once

#include <exception>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "src/comm/entries.hpp"
#include "src/graph/run_context.hpp"
#include "src/run/probes.hpp"
#include "src/run/strips.hpp"
#include "src/schedule/schedule.hpp"

namespace spgrad {

/// Room for the ghost rows that a pattern names, beside own rows.
Value ghost_block(const Value& own, const Sparsity& names);

/// A schedule bound to a world, with what it keeps from call to call: message buffers and inspected patterns.
class Executor {
 public:
  /// Collective. check_nan, strip: see Program. `probes` must outlive it.
  Executor(World& world, const Schedule& schedule, Probes& probes, bool check_nan = false, Index strip = 0);

  /// Collective. The outputs for given values (in the order of schedule.given), each anywhere: they are brought to the
  /// place that the schedule wants them in, and `given` then holds them there. An op that fails on one rank keeps that
  /// rank's appointments; every rank throws at the end.
  std::vector<Value> run(std::vector<Value>& given);

  /// Payload bytes that this rank sent in a step of the last run.
  Index bytes_sent(std::size_t step) const { return bytes_[step]; }

 private:
  struct Inspected {
    std::vector<SparsityPtr> of;
    Layout rows, columns;  ///< of the result
    Inspection result;
  };

  class InRun;

  /// The rows that a node named of what it was given, and how they come.
  struct Fetched {
    SparsityPtr of;  // null: a dense value
    Layout from, to;
    std::vector<Index> need;
    comm::EntryMove move;
    comm::FetchedRows rows;
  };

  void walk();
  void do_step(std::size_t p);
  void observed_step(std::size_t p);
  Work work_of(std::size_t p) const;
  Work work_of(const Fused& fused) const;
  void tell_step(std::size_t p);
  /// Keeps the first error of this rank, which goes on with what is there: others wait for its messages.
  void keep_error(std::size_t p);
  void agree() { world_.agree(error_, failed_at_); }

  void bind(std::vector<Value>& given);
  Value placed(const Value& value, const Given& given);
  Layout layout(const LayoutName& name) const;
  Layout even(Index size);
  /// The node with the sizes that it has in this call, where the types leave some to the data.
  Var concrete(const Var& node);
  /// A dimension of a size that only the data tell is cut evenly when the first value of it comes.
  void learn_size(const LayoutName& name, Index size);

  void step(std::size_t p) {
    std::visit([&](const auto& s) { step(p, s); }, schedule_.steps[p]);
  }
  void step(std::size_t p, const Begin& begin);
  void step(std::size_t p, const End& end);
  void step(std::size_t p, const Run& run);
  void step(std::size_t p, const Fused& fused);
  void step(std::size_t p, const Drop& drop);

  void gather(std::size_t p, const Begin& b);
  void fetch(std::size_t p, const Begin& b);
  const Fetched& fetched(std::size_t p, const Begin& b, const Value& own);
  void scatter(std::size_t p, const Begin& b);
  Operand pick(const Begin& b) const;
  Value moved(const Begin& b, const Value& from);
  std::shared_ptr<const comm::StarForest> ghosts_of(const Sparsity& names) const;
  comm::Transfer& transfer(std::size_t p, std::shared_ptr<const comm::StarForest> forest, std::size_t row_bytes);
  void end_transfer(std::size_t p, Move move);
  void compute(std::size_t p, const Run& run, const Node& node, std::vector<Operand> in, Operand& out,
               const Inspection* inspection);
  void check_given(std::span<const Value> given) const;
  bool known_finite(const Operand& x) const;
  void reduce(std::size_t at, const End& end);
  void check_sum(std::size_t p, const Begin& b, bool of_finite);

  void arrive(const Run& run, std::size_t k);
  void one_by_one(std::size_t p, const Fused& fused);
  bool in_strips(std::size_t p, const Fused& fused);
  std::map<Slot, Value> read_by(const Fused& fused) const;
  std::optional<Frame> frame_of(const Fused& fused, const std::map<Slot, Value>& read) const;
  Value result_of(const Fused& fused, std::size_t member, const Frame& frame, const std::map<Slot, Value>& read) const;
  kernels::Poll polling();

  std::vector<Operand> promoted_operands(const Run& run);
  const Inspection* inspect(std::size_t p, const Run& run, const Node& node, const std::vector<Operand>& in);
  Operand result_of(const Run& run, const Node& node, const std::vector<Operand>& in, const Inspection* inspection);
  const Sparsity* names_of(const Run& run) const;  // of partial rows; null: the result has none
  void require_room(const Run& run, const Shape& shape) const;
  std::optional<Buffer> memory_of_dying(const Run& run, const std::vector<Operand>& in, const Value& out) const;

  Operand& slot(Slot s) { return slots_[static_cast<std::size_t>(s)]; }
  const Operand& slot(Slot s) const { return slots_[static_cast<std::size_t>(s)]; }

  World& world_;
  const Schedule& schedule_;
  Probes& probes_;
  std::vector<Activity> activities_;  // by step, if there are probes
  bool check_nan_;
  Index strip_;
  double memory_;                                  // of the machine that has least
  std::vector<std::string> lines_;                 // the steps as text, if the world is watched
  std::vector<std::optional<Layout>> layouts_;     // by dimension class, of this call; none until its size is known
  std::unordered_map<const Node*, Shape> shapes_;  // of results whose types leave sizes to the data, of this call
  std::unordered_map<const Node*, Var> concrete_;  // with the sizes of the last call
  std::vector<Operand> slots_;
  std::vector<Operand> operands_;      // of no op now: the memory of the list
  std::map<Index, Layout> even_;       // by size
  std::vector<std::size_t> begun_at_;  // by slot: the step of its Begin
  std::vector<std::size_t> ends_at_;   // by slot: the step of its End
  std::vector<bool> done_;             // by step: in this call, before its turn
  std::vector<bool> finite_;           // by slot, if NaN is checked: what is to be combined in it
  std::map<std::size_t, std::pair<std::shared_ptr<const comm::StarForest>, std::unique_ptr<comm::Transfer>>> transfers_;
  std::vector<comm::Transfer*> under_way_;
  std::map<std::size_t, std::vector<Inspected>> inspected_;  // by step, the most recent last
  std::map<std::size_t, Fetched> fetched_;                   // by step
  std::vector<Index> bytes_;
  std::size_t agreement_at_;  // the step whose message says whether a rank has failed
  bool all_well_ = false;     // it has said that none has
  std::exception_ptr error_;
  Index failed_at_ = 0;  // the step of error_
};

/// All bytes of it: for what still looks at the result of an op that has failed, here or on other ranks: indices,
/// maxima.
void make_zero(const Operand& x);

}  // namespace spgrad
