#include "src/schedule/fuse.hpp"

#include <set>

namespace spgrad {
namespace {

constexpr std::ptrdiff_t kSight = 64;  // steps behind a member in which the next one is looked for
constexpr std::size_t kMost = 32;      // members of a group: their strips shall fit into a cache

// Equal ones are cut into the same strips.
struct Space {
  Slot pattern = -1;  // the slot whose pattern has these entries; none: of dense values
  Place place{};
  Shape shape{};
  int ndim() const { return pattern >= 0 ? 1 : shape.ndim(); }
  bool operator==(const Space& o) const {
    if (pattern >= 0 || o.pattern >= 0) return pattern == o.pattern;
    return place.kind == o.place.kind && place.axis == o.place.axis && place.layout == o.place.layout &&
           shape == o.shape;
  }
};

class Fuser {
 public:
  Fuser(Schedule& schedule, Index strip)
      : schedule_(schedule),
        steps_(schedule.steps),
        strip_(strip),
        patterns_(static_cast<std::size_t>(schedule.slots()), -1),
        places_(patterns_.size()),
        travels_(patterns_.size()) {
    for (const Given& g : schedule.given) learn(g.slot, g.place);
    for (const Step& step : steps_) {
      for (const Run& run : runs_of(step)) learn(run);
      if (const Begin* b = std::get_if<Begin>(&step)) {
        learn(b->to, b->target);
        travels_[at(b->to)] = travels(b->move);
      }
    }
  }

  void run() {
    for (std::size_t p = 0; p < steps_.size();)
      if (!fuse_at(p)) ++p;
  }

 private:
  using Slots = std::set<Slot>;
  static std::size_t at(Slot slot) { return static_cast<std::size_t>(slot); }

  // --- index spaces -------------------------------------------------------------------------------------------------

  void learn(Slot slot, const Place& place) {
    patterns_[at(slot)] = slot;
    places_[at(slot)] = place;
  }
  void learn(const Run& run) {
    learn(run.out, run.place);
    const PatternOf& pattern = run.node->op->pattern;
    if (run.node->type.sparse() && pattern.kind == PatternOf::kSame)
      patterns_[at(run.out)] = patterns_[at(run.in[static_cast<std::size_t>(pattern.at)])];
  }

  // That of the entries of the pattern which this value lies on, or by which it is cut.
  std::optional<Space> entries_space(Slot slot) const {
    if (schedule_.types[at(slot)].sparse()) return Space{.pattern = patterns_[at(slot)]};
    const Place& place = places_[at(slot)];
    if (place.kind != Place::kCut || place.layout.entries_of < 0) return {};
    return Space{.pattern = patterns_[at(place.layout.entries_of)]};
  }

  // It makes rows of others, or sees to its messages itself.
  static bool moves_itself(const Run& run) { return run.rows_of >= 0 || run.awaits != 0 || run.departs; }

  // That in which a Run can be taken strip by strip.
  std::optional<Space> space_of(const Step& step) const {
    const Run* const run = std::get_if<Run>(&step);
    if (run == nullptr || !run->node->op->elementwise || moves_itself(*run)) return {};
    const Type& type = run->node->type;
    if (const auto entries = entries_space(run->out)) {
      if (type.sparse() && run->node->op->pattern.kind != PatternOf::kSame) return {};
      for (const Slot in : run->in)
        if (schedule_.types[at(in)].ndim() > 0 && entries_space(in) != entries) return {};
      return entries;
    }
    const bool small = type.ndim() == 0 || !type.shape.known() || type.shape.elements() < 2 * strip_;
    const bool settled = run->place.kind == Place::kWhole || run->place.kind == Place::kCut;
    if (small || !settled || run->place.layout.by_pattern()) return {};
    for (const Slot in : run->in)
      if (schedule_.types[at(in)].sparse()) return {};
    return Space{.place = run->place, .shape = type.shape};
  }

  // --- groups -------------------------------------------------------------------------------------------------------

  static bool any_read(const Step& step, const Slots& of) {
    const auto is_one = [&](Slot slot) { return of.contains(slot); };
    const auto by_layout = [&](const Place& place) {
      return is_one(place.layout.entries_of) || is_one(place.layout.fences_of);
    };
    for (const Run& run : runs_of(step))
      if (std::ranges::any_of(run.in, is_one) || by_layout(run.place)) return true;
    if (const End* e = std::get_if<End>(&step))  // as its Begin has made it
      return is_one(e->to) || std::ranges::any_of(e->with, is_one);
    const Begin* const b = std::get_if<Begin>(&step);
    if (b == nullptr) return false;
    return is_one(b->from) || is_one(b->by) || by_layout(b->target) || std::ranges::any_of(b->operands, is_one) ||
           std::ranges::any_of(b->after, is_one);
  }
  static void makes(const Step& step, Slots& all) {
    for (const Run& run : runs_of(step)) all.insert(run.out);
    if (const Begin* b = std::get_if<Begin>(&step)) all.insert(b->to);
    if (const End* e = std::get_if<End>(&step)) {
      all.insert(e->to);
      all.insert(e->with.begin(), e->with.end());
    }
  }
  // It makes what has fewer dimensions than the space, or a view, which costs nothing.
  bool takes_little(const Step& step, const Space& space) const {
    if (const Run* run = std::get_if<Run>(&step)) {
      if (moves_itself(*run)) return false;
      const std::vector<Extent> some(run->in.size());
      if (cost_of(*run->node, some, {}).bytes == 0) return true;
    }
    Slots all;
    makes(step, all);
    return std::ranges::all_of(all, [&](Slot slot) { return schedule_.types[at(slot)].ndim() < space.ndim(); });
  }

  // Those behind `first`, itself included, that may run where it does: none reads what has to wait for another.
  std::vector<std::size_t> candidates(std::size_t first, const Space& space) const {
    std::vector<std::size_t> members{first};
    Slots made, late;
    makes(steps_[first], made);
    for (std::size_t p = first + 1; p < steps_.size(); ++p) {
      const Step& step = steps_[p];
      if (static_cast<std::ptrdiff_t>(p - members.back()) > kSight || members.size() == kMost) break;
      const bool waits = any_read(step, late);
      if (!waits && space_of(step) == space) {
        members.push_back(p);
        makes(step, made);
        continue;
      }
      const Begin* const begin = std::get_if<Begin>(&step);
      const End* const end = std::get_if<End>(&step);
      const bool behind = waits || any_read(step, made);
      // A message begins as early, and is waited for as late as before.
      if ((begin != nullptr && travels(begin->move) && behind) || (end != nullptr && travels_[at(end->to)])) break;
      const bool only_begins = begin != nullptr && travels(begin->move);
      if (!only_begins && !takes_little(step, space)) break;
      if (behind) makes(step, late);
    }
    return members;
  }

  // Those that read one another's results, directly or through others, as the first one does.
  std::vector<std::size_t> connected(const std::vector<std::size_t>& members) const {
    std::vector<bool> in(members.size());
    in[0] = true;
    const auto link = [&](std::size_t k, std::size_t l) {
      Slots made;
      makes(steps_[members[k]], made);
      return any_read(steps_[members[l]], made);
    };
    for (bool grows = true; grows;) {
      grows = false;
      for (std::size_t k = 0; k < in.size(); ++k)
        for (std::size_t l = k + 1; l < in.size(); ++l)
          if (in[k] != in[l] && link(k, l)) grows = in[k] = in[l] = true;
    }
    std::vector<std::size_t> all;
    for (std::size_t k = 0; k < in.size(); ++k)
      if (in[k]) all.push_back(members[k]);
    return all;
  }

  // What stands between the members goes before the group, or behind it if it reads what the group makes.
  bool fuse_at(std::size_t first) {
    const std::optional<Space> space = space_of(steps_[first]);
    if (!space) return false;
    const std::vector<std::size_t> members = connected(candidates(first, *space));
    if (members.size() < 2) return false;
    Fused fused;
    std::vector<Step> before, behind;
    Slots late;
    for (std::size_t p = first; p <= members.back(); ++p) {
      Step& step = steps_[p];
      if (std::ranges::find(members, p) != members.end()) {
        makes(step, late);
        fused.runs.push_back(std::move(std::get<Run>(step)));
      } else if (any_read(step, late)) {
        makes(step, late);
        behind.push_back(std::move(step));
      } else {
        before.push_back(std::move(step));
      }
    }
    before.emplace_back(std::move(fused));
    std::ranges::move(behind, std::back_inserter(before));
    const auto end = steps_.begin() + static_cast<std::ptrdiff_t>(members.back()) + 1;
    steps_.erase(std::ranges::move(before, steps_.begin() + static_cast<std::ptrdiff_t>(first)).out, end);
    return true;
  }

  Schedule& schedule_;
  std::vector<Step>& steps_;
  Index strip_;
  std::vector<Slot> patterns_;  // by slot: where the pattern of a sparse value comes from
  std::vector<Place> places_;   // by slot
  std::vector<bool> travels_;   // by slot: it is the end of such a move
};

}  // namespace

void fuse(Schedule& schedule, Index strip) { Fuser(schedule, strip).run(); }

std::vector<Slot> free_behind(const Fused& fused, std::size_t run) {
  std::set<Slot> dying, wanted;
  for (std::size_t m = 0; m < fused.runs.size(); ++m) {
    const Run& reader = fused.runs[m];
    for (std::size_t k = 0; k < reader.in.size(); ++k) {
      if ((reader.dying >> k & 1) != 0) dying.insert(reader.in[k]);
      // An op that may not write over an operand may hand it on as its result.
      if (m > run || (reader.node->op->overwrites >> k & 1) == 0) wanted.insert(reader.in[k]);
    }
  }
  std::vector<Slot> free;
  for (const Slot slot : dying)
    if (!wanted.contains(slot) && !fused.makes(slot)) free.push_back(slot);
  return free;
}

Cost cost_of(const Fused& fused, const std::function<Extent(Slot)>& extent) {
  Cost cost;
  std::set<Slot> seen(fused.inside.begin(), fused.inside.end());
  for (const Run& run : fused.runs) {
    std::vector<Extent> in;
    for (const Slot slot : run.in) in.push_back(extent(slot));
    const Cost own = cost_of(*run.node, in, extent(run.out));
    if (own.bytes == 0) continue;  // a view
    cost.flops += own.flops;
    const auto move = [&](Slot slot, const Type& type) {
      if (seen.insert(slot).second) cost.bytes += extent(slot).stored * static_cast<double>(size_of(type.dtype));
    };
    for (std::size_t k = 0; k < run.in.size(); ++k) move(run.in[k], run.node->in[k]->type);
    move(run.out, run.node->type);
  }
  return cost;
}

}  // namespace spgrad
