// model.cpp: a schedule walked with sizes in place of values, for all ranks at once.
#include "spgrad/model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "src/run/model_collectives.hpp"
#include "src/run/model_patterns.hpp"
#include "src/run/planned.hpp"
#include "src/schedule/fuse.hpp"

namespace spgrad {
namespace {

using PerRank = std::vector<double>;

double sum_of(const PerRank& x) { return std::accumulate(x.begin(), x.end(), 0.0); }
double most_of(const PerRank& x) { return x.empty() ? 0 : std::ranges::max(x); }

class Walker {
 public:
  Walker(const Schedule& schedule, ModelPatterns& patterns, Estimate estimate, int ranks, const Machine& machine)
      : schedule_(schedule),
        patterns_(patterns),
        estimate_(std::move(estimate)),
        machine_(machine),
        ranks_(static_cast<std::size_t>(ranks)),
        slots_(static_cast<std::size_t>(schedule.slots())),
        begun_(slots_.size()),
        live_(ranks_),
        busy_(ranks_) {
    model_.ranks = ranks;
    bind();
  }

  RunModel run() {
    const std::vector<std::string> names = labels(schedule_);
    for (std::size_t p = 0; p < schedule_.steps.size(); ++p) {
      now_ = {.what = names[p], .kernel = {}};
      std::visit([&](const auto& s) { step(s); }, schedule_.steps[p]);
      if (now_.seconds > 0) finish_step();
    }
    agreements();
    model_.seconds = model_.kernels + model_.moves;
    const double mean = sum_of(busy_) / static_cast<double>(ranks_);
    model_.imbalance = mean > 0 ? most_of(busy_) / mean : 1;
    return std::move(model_);
  }

 private:
  struct State {
    Type type;
    Place place;
    std::vector<Extent> part;    // by rank; empty: not there
    SharesPtr shares;            // of a sparse one
    const Node* root = nullptr;  // given, and whose pattern it is; null: nobody has it yet
    bool turned = false;
    PerRank bytes;  // that it holds
  };

  // --- layouts and values -------------------------------------------------------------------------------------------

  void bind() {
    for (const DimensionClass& c : schedule_.classes) {
      const bool is_given = c.source != nullptr && c.from < 0;
      if (is_given)
        layouts_.push_back(patterns_.cut(given_of(c.source), c.axis));
      else if (c.from >= 0 && c.source->type.shape[c.axis] != kUnknown)
        layouts_.push_back(c.source->op->induced(*c.source, c.axis, layouts_[static_cast<std::size_t>(c.from)]));
      else
        layouts_.push_back(Layout::even(std::max<Index>(c.size, 0), static_cast<int>(ranks_)));
    }
    for (const Given& g : schedule_.given) {
      State s{.type = g.node->type, .place = g.place, .part = {}, .shares = {}, .bytes = {}};
      if (s.type.sparse()) {
        s.root = g.node.get();
        s.shares = patterns_.shares(g.node, false, layout(g.place.layout), layout(g.minor));
      }
      put(g.slot, std::move(s));
    }
  }

  Var given_of(const Node* node) const {
    for (const Given& g : schedule_.given)
      if (g.node.get() == node) return g.node;
    fail(ErrorKind::other, "model: a layout is that of nothing that is given");
  }

  Layout layout(const LayoutName& name) const {
    return name.dimension >= 0 ? layouts_[static_cast<std::size_t>(name.dimension)]
                               : Layout::even(0, static_cast<int>(ranks_));
  }

  State& slot(Slot s) { return slots_[static_cast<std::size_t>(s)]; }

  // How much of its cut axis a rank has.
  double share(const Place& place, std::size_t rank) {
    const LayoutName& name = place.layout;
    if (name.entries_of >= 0) return slot(name.entries_of).shares->stored[rank];
    if (name.fences_of >= 0) return slot(name.fences_of).part[rank].sizes[0] + (rank + 1 == ranks_ ? 1 : 0);
    return static_cast<double>(layout(name).count(static_cast<int>(rank)));
  }

  double size(Index n) {
    if (n == kUnknown) now_.estimated = true;
    return n == kUnknown ? 0 : static_cast<double>(n);
  }

  // What a slot holds from now on, which may be memory that another one has had.
  void give_up(Slot s) {
    State& x = slot(s);
    for (std::size_t r = 0; r < x.bytes.size(); ++r) live_[r] -= x.bytes[r];
    x.bytes.clear();
  }

  // Fills in the parts of a value by its place, counts its memory, and keeps it.
  void put(Slot at, State s, const Shares* named = nullptr, bool held = true) {
    s.part.resize(ranks_);
    s.bytes.resize(ranks_);
    for (std::size_t r = 0; r < ranks_; ++r) {
      Extent& e = s.part[r];
      const auto axis = static_cast<std::size_t>(s.place.axis);
      const bool cut = s.place.kind == Place::kCut || s.place.kind == Place::kGhosted;
      for (std::size_t k = 0; k < static_cast<std::size_t>(s.type.ndim()); ++k)
        e.sizes[k] = cut && k == axis ? share(s.place, r) + (named != nullptr ? named->ghosts[r] : 0)
                                      : size(s.type.shape[static_cast<int>(k)]);
      const double element = static_cast<double>(size_of(s.type.dtype));
      if (s.type.sparse()) {
        e.stored = s.shares->stored[r];
        if (named != nullptr) e.stored *= e.sizes[axis] / std::max(e.sizes[axis] - named->ghosts[r], 1.0);
        s.bytes[r] = e.stored * element;
        if (s.root != nullptr && s.place.kind == Place::kCut)
          s.bytes[r] += e.stored * sizeof(LocalIndex) + e.sizes[axis] * sizeof(Index);
      } else {
        e.stored = e.sizes[0] * e.sizes[1];
        s.bytes[r] = e.stored * element;
      }
      if (!held) s.bytes[r] = 0;
      live_[r] += s.bytes[r];
    }
    model_.memory = std::max(model_.memory, most_of(live_));
    slot(at) = std::move(s);
  }

  // --- steps --------------------------------------------------------------------------------------------------------

  void step(const Begin& b) { begun_[static_cast<std::size_t>(b.to)] = {&b, now_.what}; }

  void step(const Drop& d) {
    give_up(d.slot);
    slot(d.slot) = {};
  }

  void step(const Run& run) {
    const Node& node = *run.node;
    for (std::size_t k = 0; k < run.in.size(); ++k)
      if (((node.op->overwrites & run.dying) >> k & 1) != 0 && slot(run.in[k]).type == node.type) {
        give_up(run.in[k]);
        break;
      }
    make(run, true);
    std::vector<Extent> in(run.in.size());
    compute(run, [&](std::size_t r) {
      for (std::size_t k = 0; k < in.size(); ++k) in[k] = slot(run.in[k]).part.at(r);
      return cost_of(node, in, slot(run.out).part[r]);
    });
  }

  void step(const Fused& fused) {
    for (std::size_t m = 0; m < fused.runs.size(); ++m) {
      const Run& run = fused.runs[m];
      const bool held = !fused.is_inside(run.out);
      const std::vector<Slot> free = held ? free_behind(fused, m) : std::vector<Slot>{};
      const auto taken =
          std::ranges::find_if(free, [&](Slot s) { return slot(s).type == run.node->type && !slot(s).bytes.empty(); });
      if (taken != free.end()) give_up(*taken);
      make(run, held);
    }
    compute(fused.runs.back(),
            [&](std::size_t r) { return cost_of(fused, [&](Slot s) { return slot(s).part.at(r); }); });
    for (const Slot s : fused.inside) slot(s) = {};
  }

  // The result of a run; not held: it takes no memory.
  void make(const Run& run, bool held) {
    State made{.type = run.node->type, .place = run.place, .part = {}, .shares = {}, .bytes = {}};
    if (run.node->type.sparse()) take_pattern(run, made);
    const Shares* const named = run.rows_of >= 0 ? slot(run.rows_of).shares.get() : nullptr;
    put(run.out, std::move(made), named, held);
  }

  template <class CostOf>
  void compute(const Run& run, CostOf cost_of_rank) {
    for (std::size_t r = 0; r < ranks_; ++r) {
      const Cost cost = cost_of_rank(r);
      const double seconds = machine_.seconds(cost);
      busy_[r] += seconds;
      if (seconds > now_.seconds) now_.kernel = cost;
      now_.seconds = std::max(now_.seconds, seconds);
    }
    now_.estimated = now_.estimated || (slot(run.out).shares && slot(run.out).shares->estimated);
  }

  void take_pattern(const Run& run, State& made) {
    const PatternOf& pattern = run.node->op->pattern;
    if (pattern.kind == PatternOf::kSame) {
      const State& from = slot(run.in[static_cast<std::size_t>(pattern.at)]);
      made.shares = from.shares;
      made.root = from.root;
      // A csc that is the transpose of a csr has its majors.
      made.turned = from.turned;
      return;
    }
    made.shares = std::make_shared<Shares>(
        estimated_shares(estimate_.nnz(run.node), layout(run.place.layout), layout(run.minor)));
  }

  void step(const End& end) {
    move(end.to);
    for (const Slot other : end.with) {  // in the same message
      ModelledStep all = std::exchange(now_, {});
      move(other);
      all.what += ", " + now_.what;
      all.bytes += now_.bytes;
      all.seconds += machine_.seconds(0, now_.bytes / static_cast<double>(ranks_));
      now_ = std::move(all);
    }
  }

  void move(Slot made) {
    const auto& [begin, what] = begun_[static_cast<std::size_t>(made)];
    const Begin& b = *begin;
    now_.what = what;
    const State& from = slot(b.from);
    State to{.type = schedule_.types[static_cast<std::size_t>(b.to)],
             .place = b.target,
             .part = {},
             .shares = {},
             .bytes = {}};
    to.shares = from.shares;
    to.root = from.root;
    to.turned = from.turned;
    if (b.target.kind == Place::kGhosted && b.target.layout.dimension < 0) to.place = from.place;
    const Shares* const named = b.by >= 0 ? slot(b.by).shares.get() : nullptr;
    const double width = row_bytes(from, b.target.axis);
    PerRank bytes(ranks_), messages(ranks_);
    double sent = 0;
    switch (b.move) {
      case Move::gather:
      case Move::scatter:
        for (std::size_t r = 0; r < ranks_; ++r) {
          bytes[r] = std::max(named->ghosts[r], named->lent[r]) * width;
          messages[r] = std::max(named->owners[r], named->readers[r]);
          sent += named->ghosts[r] * width;
        }
        now_.estimated = now_.estimated || named->estimated || from.type.sparse();
        model_.halo_bytes += sent;
        break;
      case Move::pick:
      case Move::slice:
        break;
      default:
        sent = collective(b, from, bytes, messages);
        model_.collective_bytes += sent;
    }
    if (b.move == Move::turn && from.type.sparse()) turn(b, from, to);
    if (b.move == Move::scatter) give_up(b.from);  // the sums are made where the parts are
    put(b.to, std::move(to), b.move == Move::gather || b.move == Move::pick ? named : nullptr);
    now_.bytes = sent;
    now_.messages = most_of(messages);
    for (std::size_t r = 0; r < ranks_; ++r)
      if (bytes[r] + messages[r] > 0) now_.seconds = std::max(now_.seconds, machine_.seconds(messages[r], bytes[r]));
  }

  void turn(const Begin& b, const State& from, State& to) {
    to.turned = !from.turned;
    const Layout major = layout(b.target.layout);
    const Layout minor = layout(from.place.layout);
    if (from.root != nullptr)
      to.shares = patterns_.shares(given_of(from.root), to.turned, major, minor);
    else
      to.shares = std::make_shared<Shares>(estimated_shares(sum_of(from.shares->stored), major, minor));
  }

  // Bytes of a row along an axis; of a sparse matrix, of as many entries as its rows have on average.
  double row_bytes(const State& x, int axis) {
    const double element = static_cast<double>(size_of(x.type.dtype));
    if (x.type.sparse()) return element * sum_of(x.shares->stored) / std::max(size(x.type.shape[axis]), 1.0);
    return x.type.ndim() < 2 ? element : element * size(x.type.shape[1 - axis]);
  }

  double collective(const Begin& b, const State& from, PerRank& bytes, PerRank& messages) {
    if (ranks_ == 1) return 0;
    PerRank own(ranks_);
    for (std::size_t r = 0; r < ranks_; ++r)
      own[r] = from.part[r].stored * static_cast<double>(size_of(from.type.dtype));
    const double all = sum_of(own), row = row_bytes(from, b.target.axis);
    for (std::size_t r = 0; r < ranks_; ++r) {
      const CollectiveCost cost = collective_cost(b.move, static_cast<int>(ranks_), own[r], all, row);
      bytes[r] = cost.bytes;
      messages[r] = cost.messages;
      now_.estimated = now_.estimated || cost.estimated;
    }
    return sum_of(bytes);
  }

  void finish_step() {
    (now_.messages > 0 ? model_.moves : model_.kernels) += now_.seconds;
    model_.messages += now_.messages;
    model_.estimated = model_.estimated || now_.estimated;
    model_.steps.push_back(std::move(now_));
  }

  // Before a call, and behind it where no sum brings it.
  void agreements() {
    if (ranks_ == 1) return;
    const double times = agreement_at(schedule_) < schedule_.steps.size() ? 1 : 2, bytes = 16 * times;
    const double messages = 2 * times * std::ceil(std::log2(static_cast<double>(ranks_)));
    now_ = {.what = "agreements", .kernel = {}, .bytes = bytes * static_cast<double>(ranks_), .messages = messages};
    now_.seconds = machine_.seconds(messages, bytes);
    model_.collective_bytes += now_.bytes;
    finish_step();
  }

  const Schedule& schedule_;
  ModelPatterns& patterns_;
  const Estimate estimate_;
  const Machine& machine_;
  std::size_t ranks_;
  std::vector<Layout> layouts_;
  std::vector<State> slots_;
  std::vector<std::pair<const Begin*, std::string>> begun_;  // by slot, and the move as text
  PerRank live_, busy_;
  ModelledStep now_;
  RunModel model_;
};

}  // namespace

RunModel model(const Program& program, const Bindings& given, int ranks, const Machine& machine, Balance balance) {
  require(ranks >= 1, "there is no model of a run on ", ranks, " ranks");
  ModelPatterns patterns(given, ranks, balance);
  const Offers offers = [&](const Var& x) { return patterns.offer(program, x); };
  const Planned made = planned(program, roots_of(program), given, offers, false);
  return Walker(made.schedule, patterns, estimate_of(given), ranks, machine).run();
}

}  // namespace spgrad
