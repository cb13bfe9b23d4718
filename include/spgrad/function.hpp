// function.hpp: a compiled graph that one calls, and named values that live across calls.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "spgrad/distribute.hpp"
#include "spgrad/machine.hpp"
#include "spgrad/op.hpp"
#include "spgrad/probe.hpp"
#include "spgrad/rewrite.hpp"

namespace spgrad {

/// A named value that lives across calls and that calls may update. Copies are the same value. Usable as a Var.
class Shared {
 public:
  Shared(std::string name, Value initial);
  operator const Var&() const { return var_; }
  const Var& var() const { return var_; }
  const std::string& name() const { return var_->name; }
  const Value& value() const { return *var_->cell; }
  void set(Value value) const;  ///< throws Error if the type is another one

 private:
  Var var_;
};
inline Shared shared(std::string name, Value initial) { return {std::move(name), std::move(initial)}; }

struct Update {
  Shared target;
  Var value;
};

/// When sparse products are made in halves, of own rows while those of others travel: where messages travel by
/// themselves, between hosts; always; or never. The halves of a sum are rounded otherwise than the whole.
enum class Overlap : std::uint8_t { between_hosts, always, never };

/// Where a dense input or shared value lives: whole on every rank, or each rank has some of its rows or columns.
enum class Placement : std::uint8_t { all, rows, cols };
using Placements = std::map<std::string, Placement>;  ///< by name

struct Program {
  Vars inputs;                                             ///< what every call is given, by name
  Vars outputs;                                            ///< what every call returns
  std::vector<Update> updates;                             ///< assigned together when a call has succeeded on all ranks
  std::span<const Rewrite> rewrites = default_rewrites();  ///< what is applied to the graph first
  /// Every result is looked at, and a call throws where an operation made the first NaN or infinity of finite operands
  /// (or was given a NaN). Costs a pass over every operand and result.
  bool check_nan = false;
  Overlap overlap = Overlap::between_hosts;
  /// Of dense inputs and shared values, by name. Those that are not here are cut along a dimension that they share with
  /// a sparse matrix (or in which an input comes cut), unless it costs less to have them whole on every rank; the
  /// choice is the same on all ranks, and explain() shows it. A gradient is where all values of its dimensions are.
  Placements place{};
  /// Elements of a strip: 65536 suits caches of today. A chain of element-by-element operations goes through memory
  /// once, in strips that stay in the cache, where a rank has two strips or more. The same bits in less time, but what
  /// the chain reads and makes is there at once. 0: each operation by itself, as with check_nan.
  Index strip = 0;
};

/// What an output is called in a picture.
struct OutputName {
  std::string name;
  bool gradient = false;
};

struct RunModel;  // model.hpp

using Bindings = std::vector<std::pair<std::string, Value>>;

/// A graph made into a distributed schedule. Planned at the first call with values of new types or cuts; patterns are
/// inspected at the first call with new ones; after that a call moves values only.
class Function {
 public:
  Function(Program program, World& world);
  ~Function();
  Function(Function&&) noexcept;
  Function& operator=(Function&&) noexcept;

  /// Collective. The outputs. Throws one Error on all ranks if any of them fails; no shared value has changed then.
  /// Inputs cut or laid out otherwise than the graph needs them are moved first.
  std::vector<Value> operator()(const Bindings& inputs = {});

  /// Collective. What the next call costs and takes here if it is given these inputs: planned and bound as it will be,
  /// but nothing runs. A model (see model.hpp) of the patterns that the ranks really have. Throws as a call would.
  RunModel predict(const Bindings& inputs = {}, const Machine& machine = {});

  /// From now on the probe is told what every call does; it must outlive the function. Where PETSc logs (-log_view), it
  /// is told anyway: an event for each op and move, and the stages plan, inspect and run.
  void observe(Probe& probe);

  /// What the last call did (or the one that was predicted last will do): the schedule, one step a line, with the
  /// places of values and, where known, the bytes moved.
  std::string explain() const;
  /// Collective. The same beside what predict() has said: time and memory of the call, flops, bytes and time of each
  /// kernel, bytes and time of each move. Throws Error if that was said of another call.
  std::string explain(const RunModel& predicted) const;
  /// Collective. The same as a picture, in the language of Graphviz (`dot -Tsvg`): operations coloured by where their
  /// rows are, moves in red with the bytes that all ranks together sent. `names`: of the outputs, as far as they have
  /// some.
  std::string draw(const std::vector<OutputName>& names = {}) const;
  /// Which rewrites were applied for the last call, how often, and what each is estimated to have saved.
  std::string explain_rewrites() const;
  /// Payload bytes that all ranks together sent in the last call. Collective.
  Index bytes_sent() const;
  /// Bytes of arrays that a call has taken at its peak, on the rank and in the call that took most; what was there
  /// before, patterns and messages on their way are not counted. Collective.
  Index peak_memory() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Collective over the ranks that call it. Without a world: the Session's, or this rank alone if there is none.
Function compile(Program program);
Function compile(Program program, World& world);

}  // namespace spgrad
