// model.cpp: a schedule walked with sizes in place of values, for all ranks at once.
#include "spgrad/model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include "src/run/model_collectives.hpp"
#include "src/run/model_memory.hpp"
#include "src/run/model_patterns.hpp"
#include "src/run/model_walk.hpp"
#include "src/run/planned.hpp"
#include "src/schedule/fuse.hpp"

namespace spgrad {
namespace {

using Block = ModelMemory::Block;

double sum_of(const PerRank& x) { return std::accumulate(x.begin(), x.end(), 0.0); }
double most_of(const PerRank& x) { return x.empty() ? 0 : std::ranges::max(x); }

class Walker {
 public:
  Walker(const Walk& walk, ModelPatterns& patterns, const Estimate& estimate, const Machine& machine)
      : schedule_(walk.schedule),
        patterns_(patterns),
        estimate_(estimate),
        machine_(machine),
        ranks_(static_cast<std::size_t>(walk.ranks)),
        strip_(walk.strip),
        agreement_at_(walk.agreement_at),
        memory_(ranks_),
        slots_(static_cast<std::size_t>(schedule_.slots())),
        begun_(slots_.size()),
        busy_(ranks_) {
    model_.ranks = walk.ranks;
    model_.machine = machine.from;
    bind();
  }

  RunModel run() {
    const std::vector<std::string> names = labels(schedule_);
    for (at_ = 0; at_ < schedule_.steps.size(); ++at_) {
      now_ = {.what = names[at_], .kernel = {}, .step = at_};
      std::visit([&](const auto& s) { step(s); }, schedule_.steps[at_]);
      if (now_.seconds > 0) finish_step();
    }
    agreements();
    model_.seconds = model_.kernels + model_.moves;
    model_.memory = memory_.most();
    model_.taken = memory_.most_taken();
    const double mean = sum_of(busy_) / static_cast<double>(ranks_);
    model_.imbalance = mean > 0 ? most_of(busy_) / mean : 1;
    return std::move(model_);
  }

 private:
  struct Begun {
    const Begin* begin = nullptr;
    std::string what;  // the move as text
    std::size_t at = 0;
    ModelledStep moved;  // if it travels
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
      ModelledValue s{.type = g.node->type, .place = g.place};
      if (s.type.sparse()) {
        s.root = g.node.get();
        s.shares = patterns_.shares(g.node, false, layout(g.place.layout), layout(g.minor));
      }
      fill(s);
      const PerRank elsewhere = patterns_.moved_from(g, layout(g.place.layout));
      memory_.keep(elsewhere.empty() ? s.own_bytes : elsewhere);
      if (!elsewhere.empty()) copies_.push_back(memory_.take(s.own_bytes));
      slot(g.slot) = std::move(s);
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

  ModelledValue& slot(Slot s) { return slots_[static_cast<std::size_t>(s)]; }

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

  // The parts of a value by its place, and the bytes of them; `named`: with the rows of others that these name.
  void fill(ModelledValue& s, const Shares* named = nullptr) {
    s.part.resize(ranks_);
    s.own_bytes.resize(ranks_);
    if (named != nullptr) s.ghost_bytes.resize(ranks_);
    const double element = static_cast<double>(size_of(s.type.dtype));
    const auto axis = static_cast<std::size_t>(s.place.axis);
    const bool cut = s.place.kind == Place::kCut || s.place.kind == Place::kGhosted;
    for (std::size_t r = 0; r < ranks_; ++r) {
      Extent& e = s.part[r];
      for (std::size_t k = 0; k < static_cast<std::size_t>(s.type.ndim()); ++k)
        e.sizes[k] = cut && k == axis ? share(s.place, r) : size(s.type.shape[static_cast<int>(k)]);
      e.stored = s.type.sparse() ? s.shares->stored[r] : e.sizes[0] * e.sizes[1];
      s.own_bytes[r] = e.stored * element;
      if (named == nullptr) continue;
      const double row = s.type.sparse() ? e.stored / std::max(e.sizes[axis], 1.0) : e.sizes[1 - axis];
      if (cut) e.sizes[axis] += named->ghosts[r];
      e.stored += named->ghosts[r] * row;
      s.ghost_bytes[r] = named->ghosts[r] * row * element;
    }
    if (s.type.sparse() && met_.insert(s.shares).second) keep_pattern(s);
  }

  void keep_pattern(const ModelledValue& s) {
    PerRank bytes(ranks_);
    for (std::size_t r = 0; r < ranks_; ++r)
      bytes[r] = s.shares->stored[r] * sizeof(LocalIndex) +
                 (s.part[r].sizes[static_cast<std::size_t>(s.place.axis)] + s.shares->ghosts[r]) * sizeof(Index);
    memory_.keep(bytes);
  }

  // --- steps --------------------------------------------------------------------------------------------------------

  // What travels has its memory from here on, and may be read before its End by an op that waits for it.
  void step(const Begin& b) {
    Begun& begun = begun_[static_cast<std::size_t>(b.to)] = {&b, now_.what, at_, {}};
    if (!travels(b.move)) return;
    move(b.to);
    begun.moved = std::exchange(now_, {});
  }

  void step(const Drop& d) { slot(d.slot) = {}; }

  void step(const Run& run) {
    const Node& node = *run.node;
    ModelledValue made = result_of(run);
    memory_.make(run, made, slots_);
    slot(run.out) = std::move(made);
    std::vector<Extent> in(run.in.size());
    compute(run, [&](std::size_t r) {
      for (std::size_t k = 0; k < in.size(); ++k) in[k] = slot(run.in[k]).part.at(r);
      return cost_of(node, in, slot(run.out).part[r]);
    });
  }

  void step(const Fused& fused) {
    for (const Run& run : fused.runs) slot(run.out) = result_of(run);
    if (has_strips(slot(fused.runs.back().out)))
      memory_.make_in_strips(fused, slots_, strip_);
    else
      make_one_by_one(fused);
    compute(fused.runs.back(),
            [&](std::size_t r) { return cost_of(fused, [&](Slot s) { return slot(s).part.at(r); }); });
    for (const Slot s : fused.inside) slot(s) = {};
  }

  // What lives inside alone gives its memory back at once; how much of it there was is asked for later.
  void make_one_by_one(const Fused& fused) {
    for (const Run& run : fused.runs) {
      memory_.make(run, slot(run.out), slots_);
      for (std::size_t k = 0; k < run.in.size(); ++k)
        if ((run.dying >> k & 1) != 0 && fused.is_inside(run.in[k])) slot(run.in[k]).own = nullptr;
    }
  }

  // On the rank that has most.
  bool has_strips(const ModelledValue& x) const {
    double most = 0;
    for (const Extent& e : x.part) most = std::max(most, e.stored);
    return strip_ > 0 && most >= 2 * static_cast<double>(strip_);
  }

  // Its type, place and parts.
  ModelledValue result_of(const Run& run) {
    ModelledValue made{.type = run.node->type, .place = run.place};
    if (run.node->type.sparse()) take_pattern(run, made);
    fill(made, run.rows_of >= 0 ? slot(run.rows_of).shares.get() : nullptr);
    return made;
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

  void take_pattern(const Run& run, ModelledValue& made) {
    const PatternOf& pattern = run.node->op->pattern;
    if (pattern.kind == PatternOf::kSame) {
      const ModelledValue& from = slot(run.in[static_cast<std::size_t>(pattern.at)]);
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
    if (const Begun& begun = begun_[static_cast<std::size_t>(end.to)]; travels(begun.begin->move)) {
      now_ = begun.moved;
      return;
    }
    packed_ = agreement_at_ == at_ || !end.with.empty();
    const Block message = packed_ ? message_of(end) : nullptr;
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

  // What is sent in one message is packed, with one element more if it says whether a rank has failed.
  Block message_of(const End& end) {
    std::vector<Slot> sent{end.to};
    sent.insert(sent.end(), end.with.begin(), end.with.end());
    PerRank bytes(ranks_);
    for (const Slot to : sent) {
      const ModelledValue& from = slot(begun_[static_cast<std::size_t>(to)].begin->from);
      for (std::size_t r = 0; r < ranks_; ++r) bytes[r] += from.own_bytes[r];
      if (to == end.to && agreement_at_ == at_)
        for (double& b : bytes) b += static_cast<double>(size_of(from.type.dtype));
    }
    return memory_.take(bytes);
  }

  void move(Slot made) {
    const Begun& begun = begun_[static_cast<std::size_t>(made)];
    const Begin& b = *begun.begin;
    now_.what = begun.what;
    now_.step = begun.at;
    const ModelledValue& from = slot(b.from);
    ModelledValue to{.type = schedule_.types[static_cast<std::size_t>(b.to)], .place = b.target};
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
    fill(to, b.move == Move::gather || b.move == Move::pick ? named : nullptr);
    memory_.move(b, from, to, packed_);
    slot(b.to) = std::move(to);
    now_.bytes = sent;
    now_.messages = most_of(messages);
    for (std::size_t r = 0; r < ranks_; ++r)
      if (bytes[r] + messages[r] > 0) now_.seconds = std::max(now_.seconds, machine_.seconds(messages[r], bytes[r]));
  }

  void turn(const Begin& b, const ModelledValue& from, ModelledValue& to) {
    to.turned = !from.turned;
    const Layout major = layout(b.target.layout);
    const Layout minor = layout(from.place.layout);
    if (from.root != nullptr)
      to.shares = patterns_.shares(given_of(from.root), to.turned, major, minor);
    else
      to.shares = std::make_shared<Shares>(estimated_shares(sum_of(from.shares->stored), major, minor));
  }

  // Bytes of a row along an axis; of a sparse matrix, of as many entries as its rows have on average.
  double row_bytes(const ModelledValue& x, int axis) {
    const double element = static_cast<double>(size_of(x.type.dtype));
    if (x.type.sparse()) return element * sum_of(x.shares->stored) / std::max(size(x.type.shape[axis]), 1.0);
    return x.type.ndim() < 2 ? element : element * size(x.type.shape[1 - axis]);
  }

  double collective(const Begin& b, const ModelledValue& from, PerRank& bytes, PerRank& messages) {
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
    const double times = agreement_at_ < schedule_.steps.size() ? 1 : 2, bytes = 16 * times;
    const double messages = 2 * times * std::ceil(std::log2(static_cast<double>(ranks_)));
    now_ = {.what = std::string(kAgreements),
            .kernel = {},
            .bytes = bytes * static_cast<double>(ranks_),
            .messages = messages};
    now_.seconds = machine_.seconds(messages, bytes);
    model_.collective_bytes += now_.bytes;
    finish_step();
  }

  const Schedule& schedule_;
  ModelPatterns& patterns_;
  const Estimate& estimate_;
  const Machine& machine_;
  std::size_t ranks_;
  Index strip_;
  std::size_t agreement_at_;
  std::vector<Layout> layouts_;
  ModelMemory memory_;
  std::vector<ModelledValue> slots_;
  std::vector<Begun> begun_;   // by slot
  std::vector<Block> copies_;  // of what is given elsewhere
  std::set<SharesPtr> met_;    // the patterns that memory has been counted for
  PerRank busy_;
  std::size_t at_ = 0;   // the step
  bool packed_ = false;  // the sums of this step are sent from and come to memory of their own
  ModelledStep now_;
  RunModel model_;
};

}  // namespace

RunModel modelled(const Walk& walk, ModelPatterns& patterns, const Estimate& estimate, const Machine& machine) {
  return Walker(walk, patterns, estimate, machine).run();
}

RunModel model(const Program& program, const Bindings& given, int ranks, const Machine& machine, Balance balance) {
  require(ranks >= 1, "there is no model of a run on ", ranks, " ranks");
  VirtualPatterns patterns(given, ranks, balance);
  const Offers offers = [&](const Var& x) { return patterns.offer(program, x); };
  const Planned made = planned(program, roots_of(program), given, offers, false);
  return modelled(walk_of(made.schedule, ranks, program), patterns, estimate_of(given), machine);
}

}  // namespace spgrad
