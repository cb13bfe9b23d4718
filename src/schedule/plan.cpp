// plan.cpp: where each value lives, which way each op runs, and the moves between.
#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "src/graph/input_ops.hpp"
#include "src/graph/letters.hpp"
#include "src/graph/walk.hpp"
#include "src/schedule/fuse.hpp"
#include "src/schedule/order.hpp"
#include "src/schedule/placing.hpp"

namespace spgrad {
namespace {

// The pattern that names rows: the root of a matrix's, and whether that matrix has been turned since.
struct Naming {
  const Node* root = nullptr;
  bool turned = false;
  auto operator<=>(const Naming&) const = default;
};

// Where a value is. `rows_of`: the slot of the matrix that names its rows, while they are partial ones and have not
// been scattered to `place`.
struct State {
  Slot slot = -1;
  Place place = {};
  Slot rows_of = -1;
  Naming named_by = {};
};

class Planner {
 public:
  Planner(const Vars& order, const DimensionClasses& classes, const Offers& offers, const WholeValues& whole)
      : order_(order), offers_(offers), classes_(classes), places_(order, classes, offers, whole) {}

  Schedule run(const Vars& outputs, const std::vector<Var>& targets, bool overlap, Index strip) {
    for (const Var& x : order_)
      for (const Var& operand : x->in) ++readers_[operand.get()];
    for (const Var& x : outputs) ++readers_[x.get()];
    for (const Var& x : order_) {
      if (x->in.empty())
        give(x);
      else
        place(x);
    }
    for (std::size_t k = 0; k < outputs.size(); ++k) schedule_.outputs.push_back(settle(outputs[k], targets[k]));
    schedule_.classes = classes_.classes();
    begin_early(schedule_);
    merge_reductions(schedule_);
    if (overlap) overlap_products(schedule_);
    if (strip > 0) fuse(schedule_, strip);
    add_drops(schedule_);
    return std::move(schedule_);
  }

 private:
  Slot new_slot(const Type& type) {
    schedule_.types.push_back(type);
    return schedule_.slots() - 1;
  }

  LayoutName layout_of(const Node* n, int axis) const { return {.dimension = classes_.of(n, axis)}; }

  void give(const Var& x) {
    Given given{x, new_slot(x->type), {}, {}};
    if (x->type.sparse()) {
      const int major = x->type.format == Format::csc ? 1 : 0;
      given.place = {Place::kCut, major, layout_of(x.get(), major)};
      given.minor = layout_of(x.get(), 1 - major);
    } else if (x->op != &ops::constant) {
      places_.choose(given);
    }
    states_[x.get()] = {.slot = given.slot, .place = given.place};
    schedule_.given.push_back(std::move(given));
  }

  void place(const Var& x) {
    const Letters letters = letters_of(*x);
    const Spread spread = cheapest(x);
    const auto layouts = layouts_of_letters(x, spread, letters);

    // What names rows and entries of others comes before them.
    std::vector<Slot> in(x->in.size(), -1);
    for (const int turn : {0, 1, 2, 3})
      for (std::size_t k = 0; k < in.size(); ++k)
        if (turn_of(x->in[k], spread.in[k]) == turn) in[k] = bring(x, k, spread, letters, layouts, in);

    const Slot out = new_slot(x->type);
    const State result = made(x, spread, letters, layouts, in);
    Place place = result.place;
    if (result.rows_of >= 0) place.kind = Place::kGhosted;
    const LayoutName minor = x->type.sparse() ? layout_of(x.get(), 1 - place.axis) : LayoutName{};
    schedule_.steps.push_back(Run{x, in, out, spread, place, minor, result.rows_of});
    State& now = states_[x.get()] = result;
    now.slot = out;
    if (spread.out.kind == Rows::kRunning) now.slot = move(Move::carry, now, now.place, -1, x->type);
    if (spread.out.kind == Rows::kRunningBack) now.slot = move(Move::carry_back, now, now.place, -1, x->type);
  }

  // Partial rows stay where they are until somebody reads what they are parts of: others may be added to them before.
  const State& combined(const Var& x) {
    State& now = states_.at(x.get());
    if (now.rows_of >= 0) now = {move(Move::scatter, now, now.place, now.rows_of, x->type), now.place};
    return now;
  }

  static int turn_of(const Var& x, const Rows& r) {
    if (r.kind == Rows::kListed) return 3;
    return x->type.sparse() ? (r.kind == Rows::kGhost ? 1 : 0) : 2;
  }

  // --- which spread -------------------------------------------------------------------------------------------------

  bool possible(const Var& x, const Rows& r) const {
    switch (r.kind) {
      case Rows::kListed:
        if (const auto now = states_.find(x.get()); now != states_.end() && now->second.place.kind == Place::kWhole)
          return true;
        break;
      case Rows::kOwn:
      case Rows::kGhost:
      case Rows::kRunning:
      case Rows::kRunningBack:
        break;
      default:
        return true;
    }
    return x->type.sparse() || (r.axis < x->type.ndim() && classes_.is_cut(x.get(), r.axis));
  }

  Naming naming(const Var& node, const Spread& spread, int by) const {
    const auto k = static_cast<std::size_t>(by);
    const Type& type = node->in[k]->type;
    return {pattern_root(node->in[k]).node, spread.in[k].axis != (type.format == Format::csc ? 1 : 0)};
  }

  // Partial rows that the matrix in slot `by` names.
  State ghost_rows(const Var& node, const Spread& spread, Slot by) const {
    const Rows& r = spread.out;
    return {-1, {Place::kCut, r.axis, layout_of(node.get(), r.axis), r.combine}, by, naming(node, spread, r.by)};
  }

  // Whether the inputs that the spread takes uncombined are sums to come, of equal parts, that nobody else reads.
  bool uncombined_fit(const Var& node, const Spread& spread) const {
    std::optional<State> parts;
    if (spread.out.kind == Rows::kGhost) parts = ghost_rows(node, spread, -1);
    for (std::size_t k = 0; k < node->in.size(); ++k) {
      if (spread.in[k].kind != Rows::kUncombined) continue;
      const State& now = states_.at(node->in[k].get());
      const bool partial = now.rows_of >= 0 || now.place.kind == Place::kPartial;
      if (!partial || now.place.combine != Rows::kSum || readers_.at(node->in[k].get()) > 1) return false;
      if (!parts) parts = now;
      if (now.place != parts->place || now.named_by != parts->named_by) return false;
    }
    return true;
  }

  double ghost_fraction(const Var& sparse) const {
    const Node* root = pattern_root(sparse).node;
    for (const Given& given : schedule_.given)
      if (given.node.get() == root) return offers_(given.node).ghost_fraction;
    return 1;
  }

  double cost(const Var& node, std::size_t k, const Rows& r) const {
    const Var& x = node->in[k];
    const Place& now = states_.at(x.get()).place;
    if (r.kind == Rows::kAnywhere || r.kind == Rows::kUncombined) return 0;
    const double size = bytes(x->type);
    // No more rows are listed than the result has.
    const double named = r.kind == Rows::kListed  ? std::min(size, bytes(node->type))
                         : r.kind == Rows::kGhost ? size * ghost_fraction(node->in[static_cast<std::size_t>(r.by)])
                                                  : 0;
    // Few positions of a sparse matrix are stored.
    if (x->type.sparse()) return 0.1 * ((now.axis == r.axis ? 0 : size) + named);
    if (now.kind == Place::kWhole) return 0;
    if (r.kind == Rows::kAll || r.kind == Rows::kReplica) return now.kind == Place::kPartial ? 2 * size : size;
    const double to_own = now.kind == Place::kPartial || now.axis != r.axis ? size : 0;
    return to_own + named;
  }

  double cost(const Var& node, const Spread& s) const {
    double total = 0;
    for (std::size_t k = 0; k < node->in.size(); ++k) total += cost(node, k, s.in[k]);
    if (s.out.kind == Rows::kGhost)
      total += bytes(node->type) * ghost_fraction(node->in[static_cast<std::size_t>(s.out.by)]);
    if (s.out.kind == Rows::kAll) return total + bytes(node->type);
    // What is wanted whole would have to be made whole again: only where the op offers nothing else.
    const bool whole = s.out.kind == Rows::kReplica ||
                       (s.out.kind == Rows::kUncombined && made(node, s, {}, {}, {}).place.kind == Place::kPartial);
    const bool cuts = !whole && !node->type.sparse() && places_.kept_whole(node.get());
    return cuts ? std::numeric_limits<double>::infinity() : total;
  }

  Spread cheapest(const Var& x) const {
    require(x->op->spread != nullptr, "plan: ", x->op->name, " has no spread");
    std::optional<Spread> best;
    double best_cost = 0;
    for (Spread& s : x->op->spread(*x)) {
      require(s.in.size() == x->in.size(), "plan: a spread of ", x->op->name, " speaks of ", s.in.size(),
              " inputs, not ", x->in.size());
      bool fits = possible(x, s.out) && uncombined_fit(x, s);
      for (std::size_t k = 0; k < s.in.size(); ++k) fits = fits && possible(x->in[k], s.in[k]);
      if (!fits) continue;
      const double c = cost(x, s);
      if (best && c >= best_cost) continue;
      best = std::move(s);
      best_cost = c;
    }
    require(best.has_value(), "plan: no spread of ", x->op->name, " fits where its operands are:\n",
            to_string(Vars{x}));
    return *best;
  }

  // --- layouts ------------------------------------------------------------------------------------------------------

  // One letter, one layout: a sparse operand's before that of a dense one that is cut already; and among those a
  // dimension's before that of some matrix's entries, for it is what values come in and shall leave in.
  std::map<char, LayoutName> layouts_of_letters(const Var& x, const Spread& spread, const Letters& letters) const {
    std::map<char, LayoutName> layouts;
    // Of dense ones, the layout of a dimension before that of some matrix's entries: a result is cut as other values
    // are.
    for (const auto& [sparse, by_pattern] : {std::pair(true, false), std::pair(false, false), std::pair(false, true)}) {
      for (std::size_t k = 0; k < x->in.size(); ++k) {
        const Place& now = states_.at(x->in[k].get()).place;
        if (x->in[k]->type.sparse() != sparse || spread.in[k].kind != Rows::kOwn) continue;
        const int axis = spread.in[k].axis;
        const char letter = letters.in[k][static_cast<std::size_t>(axis)];
        if (letter == '_') continue;
        // Matrices, and rows that are combined in their owners, are cut as their dimensions are: readers do not ask.
        const bool as_dimensions = x->type.sparse() || spread.out.kind == Rows::kGhost;
        if (by_pattern && as_dimensions && letters.out.find(letter) != std::string::npos) continue;
        if (now.kind == Place::kCut && now.axis == axis && (now.layout.by_pattern()) == by_pattern)
          layouts.try_emplace(letter, now.layout);
      }
    }
    return layouts;
  }

  LayoutName layout_for(const Node* n, int axis, const std::string& word,
                        const std::map<char, LayoutName>& layouts) const {
    const auto found = layouts.find(word[static_cast<std::size_t>(axis)]);
    return found != layouts.end() ? found->second : layout_of(n, axis);
  }

  // --- moves --------------------------------------------------------------------------------------------------------

  Slot move(Move kind, const State& from, const Place& target, Slot by, const Type& type) {
    const Slot to = new_slot(type);
    schedule_.steps.push_back(Begin{kind, from.slot, to, by, target});
    schedule_.steps.push_back(End{to});
    return to;
  }

  // Equal moves of one value are made once.
  State moved(Move kind, const State& from, const Place& target, Slot by, const Naming& named_by, const Type& type) {
    const auto key = std::tuple(kind, from.slot, target.axis, target.layout.dimension, target.layout.entries_of,
                                target.layout.fences_of, named_by);
    const auto found = moved_.find(key);
    if (found != moved_.end()) return {found->second, target};
    const Slot to = move(kind, from, target, by, type);
    moved_.emplace(key, to);
    return {to, target};
  }

  State whole(const Var& x, const State& now) {
    if (now.place.kind == Place::kWhole) return now;
    const Move kind = now.place.kind == Place::kPartial ? Move::reduce_all : Move::gather_all;
    Place target;
    target.combine = now.place.combine;
    return moved(kind, now, target, -1, {}, x->type);
  }

  State own_part(const Var& x, const State& now, int axis, const LayoutName& layout) {
    Place target{Place::kCut, axis, layout, now.place.combine};
    if (now.place.kind == Place::kWhole) return moved(Move::slice, now, target, -1, {}, x->type);
    if (now.place.kind == Place::kPartial) return moved(Move::fold, now, target, -1, {}, x->type);
    if (now.place.axis != axis) return moved(Move::turn, now, target, -1, {}, x->type);
    if (now.place.layout == layout) return now;
    return moved(Move::relayout, now, target, -1, {}, x->type);
  }

  State turned(const Var& x, const State& now, int axis) {
    if (now.place.axis == axis) return now;
    Type type = x->type;
    type.format = flipped(type.format);
    return moved(Move::turn, now, {Place::kCut, axis, layout_of(x.get(), axis)}, -1, {}, type);
  }

  // The rows that the node names, for its part of the result.
  Slot fetched(const Var& node, std::size_t k, const State& own, const Rows& r, const Place& result,
               const std::vector<Slot>& in) {
    require(node->op->wants != nullptr, "plan: ", node->op->name, " lists rows of an input but has no wants");
    Type type = schedule_.types[static_cast<std::size_t>(own.slot)];
    type.shape[r.axis] = kUnknown;
    const Slot to = new_slot(type);
    Begin fetch{Move::fetch, own.slot, to, -1, {Place::kCut, r.axis, result.layout}, node, static_cast<int>(k), in};
    for (const Var& x : node->in) fetch.after.push_back(states_.at(x.get()).slot);
    schedule_.steps.push_back(std::move(fetch));
    schedule_.steps.push_back(End{to});
    return to;
  }

  Slot bring(const Var& node, std::size_t k, const Spread& spread, const Letters& letters,
             const std::map<char, LayoutName>& layouts, const std::vector<Slot>& in) {
    const Var& x = node->in[k];
    const Rows& r = spread.in[k];
    if (r.kind == Rows::kAnywhere || r.kind == Rows::kUncombined) return states_.at(x.get()).slot;
    const State& now = combined(x);
    if (r.kind == Rows::kListed) {
      if (!x->type.sparse() && now.place.kind == Place::kWhole) return now.slot;
      const State own =
          x->type.sparse() ? turned(x, now, r.axis) : own_part(x, now, r.axis, layout_of(x.get(), r.axis));
      return fetched(node, k, own, r, made(node, spread, letters, layouts, in).place, in);
    }
    if (x->type.sparse()) {
      const State own = turned(x, now, r.axis);
      if (r.kind != Rows::kGhost) return own.slot;
      return ghosts(x, own, r, node, in);
    }
    switch (r.kind) {
      case Rows::kAll:
      case Rows::kReplica:
        return whole(x, now).slot;
      case Rows::kOwn:
        return own_part(x, now, r.axis, layout_for(x.get(), r.axis, letters.in[k], layouts)).slot;
      case Rows::kEntries:
        return own_part(x, now, 0, {.entries_of = in[static_cast<std::size_t>(r.by)]}).slot;
      case Rows::kFences:
      case Rows::kRunning:
      case Rows::kRunningBack:
        fail(ErrorKind::other, node->op->name, ": fences and running sums are of results only");
      case Rows::kGhost:
      case Rows::kListed:
      case Rows::kAnywhere:
      case Rows::kUncombined:
        break;
    }
    if (now.place.kind == Place::kWhole) return ghosts(x, now, r, node, in);
    return ghosts(x, own_part(x, now, r.axis, layout_of(x.get(), r.axis)), r, node, in);
  }

  // Own rows and those that the pattern of another input names.
  Slot ghosts(const Var& x, const State& own, const Rows& r, const Var& node, const std::vector<Slot>& in) {
    const Var& pattern = node->in[static_cast<std::size_t>(r.by)];
    const Slot by = in[static_cast<std::size_t>(r.by)];
    require(by >= 0, "plan: ghost rows of ", node->op->name, " must be named by an input that has none itself");
    const Place target{Place::kGhosted, r.axis, layout_of(x.get(), r.axis)};
    const Move kind = own.place.kind == Place::kWhole ? Move::pick : Move::gather;
    const Type& type = schedule_.types[static_cast<std::size_t>(own.slot)];
    const bool is_turned = schedule_.types[static_cast<std::size_t>(by)].format != pattern->type.format;
    return moved(kind, own, target, by, {pattern_root(pattern).node, is_turned}, type).slot;
  }

  // --- results ------------------------------------------------------------------------------------------------------

  State made(const Var& x, const Spread& spread, const Letters& letters, const std::map<char, LayoutName>& layouts,
             const std::vector<Slot>& in) const {
    const Rows& r = spread.out;
    const auto by = static_cast<std::size_t>(r.by);
    switch (r.kind) {
      case Rows::kReplica:
        return {};
      case Rows::kAll:
        return {.place = {Place::kPartial, 0, {}, r.combine}};
      case Rows::kEntries:
        return {.place = {Place::kCut, 0, {.entries_of = in[by]}}};
      case Rows::kFences:
        return {.place = {Place::kCut, 0, {.fences_of = in[by]}}};
      case Rows::kGhost:
        return ghost_rows(x, spread, in[by]);
      case Rows::kUncombined:
        for (std::size_t k = 0; k < spread.in.size(); ++k)
          if (spread.in[k].kind == Rows::kUncombined) return states_.at(x->in[k].get());
        [[fallthrough]];
      case Rows::kListed:
      case Rows::kAnywhere:
        fail(ErrorKind::other, "plan: a result of ", x->op->name, " cannot be that of the spread");
      case Rows::kOwn:
      case Rows::kRunning:
      case Rows::kRunningBack:
        break;
    }
    return {.place = {Place::kCut, r.axis, layout_for(x.get(), r.axis, letters.out, layouts)}};
  }

  Slot settle(const Var& x, const Var& target) {
    const State& now = combined(x);
    if (target) {
      const Place& wanted = states_.at(target.get()).place;
      if (x->type.sparse()) return turned(x, now, wanted.axis).slot;
      if (wanted.kind == Place::kWhole) return whole(x, now).slot;
      return own_part(x, now, wanted.axis, wanted.layout).slot;
    }
    if (!x->type.sparse() && places_.kept_whole(x.get())) return whole(x, now).slot;
    if (now.place.kind != Place::kPartial) return now.slot;
    const int axis = classes_.cut_axis(x.get());
    return axis == kWhole ? whole(x, now).slot : own_part(x, now, axis, layout_of(x.get(), axis)).slot;
  }

  const Vars& order_;
  const Offers& offers_;
  const DimensionClasses& classes_;
  const Places places_;
  Schedule schedule_;
  std::unordered_map<const Node*, State> states_;
  std::unordered_map<const Node*, int> readers_;  // uses of each node by others and as an output
  std::map<std::tuple<Move, Slot, int, int, Slot, Slot, Naming>, Slot> moved_;
};

}  // namespace

Schedule plan(const Vars& outputs, const std::vector<Var>& targets, const Offers& offers, bool overlap, Index strip) {
  Vars roots = outputs;
  for (const Var& target : targets)
    if (target) roots.push_back(target);
  const Vars order = topological(roots);
  const DimensionClasses classes(order, offers);
  return cheapest_places(classes, offers, [&](const WholeValues& whole) {
    return Planner(order, classes, offers, whole).run(outputs, targets, overlap, strip);
  });
}

}  // namespace spgrad
