// schedule.hpp: a graph as one rank runs it: a flat list of steps, the same on every rank.
//
// Decided from the graph and the types, cuts and pattern classes of what a call is given, never from local data, so all
// ranks issue their collectives in the same order. Layouts and patterns are named here, not held: they are bound at
// each call, so a schedule serves any data of its types.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "spgrad/op.hpp"

namespace spgrad {

using Slot = int;  ///< where a value is kept during a call

/// Names a layout: that of a dimension class (index into Schedule::classes), that of the stored entries of a slot, or
/// that of its majors with one more on the last rank.
struct LayoutName {
  int dimension = -1;
  Slot entries_of = -1;
  Slot fences_of = -1;
  /// Of the stored entries or majors of some matrix.
  bool by_pattern() const { return entries_of >= 0 || fences_of >= 0; }
  bool operator==(const LayoutName&) const = default;
};

/// Where the layout of a dimension class comes from: an axis of something that is given, or of a result whose op
/// induces it from the layout of another class, or an even cut.
struct DimensionClass {
  const Node* source = nullptr;  ///< an input or shared value, or the result; null: even
  int axis = 0;
  int from = -1;          ///< the class from which the result's layout is induced; its index is a lower one
  Index size = kUnknown;  ///< for an even cut
  bool cut = false;       ///< false: values are whole along it
};

/// Where a value lives between two steps.
struct Place {
  enum Kind : std::uint8_t { kWhole, kCut, kPartial, kGhosted } kind = kWhole;
  int axis = 0;  ///< of the cut
  LayoutName layout;
  Rows::Combine combine = Rows::kSum;  ///< of a partial, or of ghost rows still to be scattered
  bool operator==(const Place&) const = default;
};

enum class Move : std::uint8_t {
  gather,      ///< rows that a pattern names, from their owners; dense or sparse
  fetch,       ///< rows that the op names which will read them, from their owners; dense or sparse
  pick,        ///< the same from a value that is whole here: sends nothing
  scatter,     ///< partial rows into their owners
  carry,       ///< running sums of each rank's own rows -> of all rows up to each
  carry_back,  ///< the same from the end
  gather_all,  ///< cut -> whole
  fold,        ///< partial -> cut
  reduce_all,  ///< partial -> whole
  slice,       ///< whole -> cut: sends nothing
  turn,        ///< cut along one axis -> along the other; csr <-> csc
  relayout     ///< cut by one layout -> by another
};
std::string_view name(Move move);
/// On its way between its Begin and its End; others are made in their End.
constexpr bool travels(Move m) { return m == Move::gather || m == Move::fetch || m == Move::scatter; }
constexpr bool sends_nothing(Move m) { return m == Move::pick || m == Move::slice; }

struct Begin {
  Move move;
  Slot from, to;
  Slot by = -1;  ///< gather, pick, scatter: the sparse value whose minor indices name the rows
  Place target;  ///< of `to`
  Var reader{};  ///< fetch: the node that names the rows, its input, and its operands that are there already (or -1)
  int input = -1;
  std::vector<Slot> operands{};
  std::vector<Slot> after{};  ///< fetch: all operands as they were made, which the node's sizes follow from
};
struct End {
  Slot to;
  std::vector<Slot> with{};  ///< reduce_all: others of the same dtype and combination that come in the same message
};
struct Run {
  Var node;
  std::vector<Slot> in;
  Slot out;
  Spread spread;
  Place place;              ///< of the result
  LayoutName minor;         ///< sparse result: of its minor dimension; place.layout is that of the major one
  Slot rows_of = -1;        ///< partial rows (place: ghosted): the sparse value whose minor indices name them
  std::uint32_t dying = 0;  ///< the inputs whose last use this is
  /// The inputs whose gather, the End of which stands behind the Run, the op itself waits for; and whether it may begin
  /// the scatter of its result, whose Begin stands behind it.
  std::uint32_t awaits = 0;
  bool departs = false;
};
struct Drop {
  Slot slot;
};
/// Runs of elementwise ops on values of one local index space, strip by strip: what is read inside only is never as
/// large as the results.
struct Fused {
  std::vector<Run> runs;       ///< operands before their readers; all results but those inside outlive the step
  std::vector<Slot> inside{};  ///< results that nobody behind the step reads
  bool is_inside(Slot slot) const { return std::ranges::find(inside, slot) != inside.end(); }
  bool makes(Slot slot) const { return std::ranges::find(runs, slot, &Run::out) != runs.end(); }
};
using Step = std::variant<Begin, End, Run, Fused, Drop>;

/// What a step computes: a Run, those of a Fused, nothing.
std::span<const Run> runs_of(const Step& step);
std::string op_names(const Fused& fused);  ///< "mul+exp+log1p": each once

/// An input, shared value or constant, and the place the schedule wants it in.
struct Given {
  Var node;
  Slot slot;
  Place place;
  LayoutName minor;  ///< sparse: of the minor dimension; place.layout is that of the major one
  /// Why it is there: cut if a dimension of it is, else whole; whole because that costs less; or it was asked for.
  enum Chosen : std::uint8_t { by_dimensions, by_cost, asked } chosen = by_dimensions;
};

struct Schedule {
  std::vector<DimensionClass> classes;
  std::vector<Given> given;
  std::vector<Step> steps;
  std::vector<Slot> outputs;
  std::vector<Type> types;  ///< by slot
  int slots() const { return static_cast<int>(types.size()); }
};

/// The step whose message, the last of a call, is a sum over all ranks that can also tell whether one of them has
/// failed; steps.size() if there is none.
std::size_t agreement_at(const Schedule& schedule);

/// The steps as text, one each.
std::vector<std::string> lines(const Schedule& schedule);
/// The steps in short, for a profile or a picture: "%3 = dot(X, W)", "gather W -> W@X".
std::vector<std::string> labels(const Schedule& schedule);
/// One step a line: what golden tests compare, users read (--explain) and bug reports quote. note(step) is appended.
std::string to_string(const Schedule& schedule, const std::function<std::string(std::size_t step)>& note = {});

/// What the plan is told of a value that will be given: where it is, and agreed numbers of its pattern.
struct Offer {
  int cut = kWhole;            ///< dense: the axis along which it is cut
  bool binds_layout = true;    ///< false for shared values: they come where the others want them
  double ghost_fraction = 1;   ///< sparse: ghost rows of all ranks / rows of the minor dimension
  std::optional<int> asked{};  ///< dense: the axis along which the user wants it cut, or kWhole
};
using Offers = std::function<Offer(const Var& given)>;

/// The graph with other ops in place of those that need whole what is cut (Op::lowered).
Vars lowered(const Vars& graph, const Offers& offers);

/// The schedule of a graph whose types are known. `outputs` come out settled (no partials) in the place that their
/// dimension classes give them, or whole where given values of their dimensions are; outputs[k] where targets[k] is set
/// comes out in the place of that given value (an update).
/// `overlap`: ops that can do so work on own rows while those of others travel (Op::overlaps). `strip`: see Program.
Schedule plan(const Vars& outputs, const std::vector<Var>& targets, const Offers& offers, bool overlap = false,
              Index strip = 0);

}  // namespace spgrad
