#include "src/run/executor.hpp"

#include <unistd.h>

#include <algorithm>

#include "src/graph/letters.hpp"
#include "src/run/finite.hpp"
#include "src/run/inspector.hpp"

namespace spgrad {
namespace {

constexpr std::size_t kInspectionsKept = 8;

double memory_here() {
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// What an op that may come before a sum over ranks does to the rows of others; scalars are the same for all rows.
std::vector<Operand> ghost_blocks(const Run& run, const std::vector<Operand>& in) {
  std::vector<Operand> blocks;
  for (std::size_t k = 0; k < in.size(); ++k)
    blocks.push_back({run.spread.in[k].kind == Rows::kUncombined ? in[k].ghost : in[k].own, {}});
  return blocks;
}

Index most_on_a_rank(const Layout& layout) {
  Index most = 0;
  for (int r = 0; r < layout.ranks(); ++r) most = std::max(most, layout.count(r));
  return most;
}

// Axes that the plan took for one dimension have one size. Where only the data tell it, an axis of size 1 is therefore
// not broadcast.
void require_planned_sizes(const Node& n, const Vars& in) {
  const Letters letters = letters_of(n);
  std::map<char, Index> sizes;
  for (std::size_t k = 0; k < in.size(); ++k)
    for (std::size_t axis = 0; axis < letters.in[k].size(); ++axis) {
      const char letter = letters.in[k][axis];
      if (letter == '1' || letter == '_') continue;
      const Index size = in[k]->type.shape[static_cast<int>(axis)];
      const auto [known, first] = sizes.emplace(letter, size);
      require(first || known->second == size, n.op->name, '(', n.op->inputs,
              "): two axes that must be of one size have ", known->second, " and ", size,
              " elements; where only the data tell a size nothing is broadcast");
    }
}

}  // namespace

void make_zero(const Operand& x) {
  for (const Value& v : {x.own, x.ghost})
    if (v) std::ranges::fill(v.bytes(), std::byte{0});
}

Executor::Executor(World& world, const Schedule& schedule, Probes& probes, bool check_nan, Index strip)
    : world_(world),
      schedule_(schedule),
      probes_(probes),
      check_nan_(check_nan),
      strip_(strip),
      memory_(world.reduce(memory_here(), comm::Combine::min)),
      slots_(static_cast<std::size_t>(schedule.slots())),
      begun_at_(static_cast<std::size_t>(schedule.slots())),
      ends_at_(static_cast<std::size_t>(schedule.slots())),
      done_(schedule.steps.size()),
      finite_(static_cast<std::size_t>(schedule.slots())),
      bytes_(schedule.steps.size()),
      agreement_at_(check_nan ? schedule.steps.size() : agreement_at(schedule)) {
  for (std::size_t p = 0; p < schedule.steps.size(); ++p)
    if (const End* const end = std::get_if<End>(&schedule.steps[p])) ends_at_[static_cast<std::size_t>(end->to)] = p;
}

// What an op does to messages while it runs: steps that stand behind it.
class Executor::InRun : public Halo {
 public:
  InRun(Executor& executor, const Run& run, std::size_t p) : executor_(executor), run_(run), p_(p) {}
  void arrive(int k) override {
    early(executor_.ends_at_[static_cast<std::size_t>(run_.in[static_cast<std::size_t>(k)])]);
  }
  void depart() override {
    for (std::size_t q = p_ + 1; q < executor_.schedule_.steps.size(); ++q)
      if (const Begin* const b = std::get_if<Begin>(&executor_.schedule_.steps[q]); b != nullptr && b->from == run_.out)
        return early(q);
  }

 private:
  void early(std::size_t q) {
    if (executor_.done_[q]) return;
    executor_.done_[q] = true;
    executor_.do_step(q);
  }

  Executor& executor_;
  const Run& run_;
  std::size_t p_;
};

std::vector<Value> Executor::run(std::vector<Value>& given) {
  error_ = nullptr;
  all_well_ = false;
  std::fill(done_.begin(), done_.end(), false);
  std::ranges::fill(bytes_, 0);
  std::vector<Value> outputs;
  try {
    {
      const Stage stage(probes_, Activity::kBind);
      bind(given);
    }
    if (check_nan_) world_.together([&] { check_given(given); });
    walk();
    for (const Slot s : schedule_.outputs) outputs.push_back(slot(s).own);
  } catch (...) {  // on all ranks at one step: nothing may still be on its way into memory that goes
    for (comm::Transfer* t : under_way_) t->abandon();
    under_way_.clear();
    std::ranges::fill(slots_, Operand{});
    throw;
  }
  std::ranges::fill(slots_, Operand{});
  if (!all_well_) {
    const Stage stage(probes_, Activity::kAgree);
    agree();
  }
  return outputs;
}

void Executor::walk() {
  for (std::size_t p = 0; p < schedule_.steps.size(); ++p) {
    if (done_[p]) continue;
    if (world_.watched()) tell_step(p);
    do_step(p);
  }
  if (world_.watched()) world_.doing("what follows a call");
}

void Executor::do_step(std::size_t p) { probes_.none() ? step(p) : observed_step(p); }

void Executor::tell_step(std::size_t p) {
  if (lines_.empty()) lines_ = lines(schedule_);
  const End* const end = std::get_if<End>(&schedule_.steps[p]);
  if (end == nullptr) return world_.doing(lines_[p]);
  const std::size_t begun = begun_at_[static_cast<std::size_t>(end->to)];
  world_.doing(text(lines_[p], "  (", name(std::get<Begin>(schedule_.steps[begun]).move), ')'));
}

void Executor::keep_error(std::size_t p) {
  if (error_) return;
  error_ = std::current_exception();
  failed_at_ = static_cast<Index>(p);
}

Layout Executor::layout(const LayoutName& name) const {
  if (name.entries_of >= 0) return slot(name.entries_of).own.sparsity()->entries;
  if (name.fences_of >= 0) return slot(name.fences_of).own.sparsity()->major.with_fence();
  return layouts_[static_cast<std::size_t>(name.dimension)].value();
}

Var Executor::concrete(const Var& n) {
  const auto open = [](const Var& x) { return !x->type.shape.known(); };
  if (!open(n) && std::ranges::none_of(n->in, open)) return n;
  Var& kept = concrete_[n.get()];
  const auto is_as_before = [&](const Var& before, const Var& x) {
    return !open(x) || before->type.shape == shapes_.at(x.get());
  };
  if (kept && std::ranges::equal(kept->in, n->in, is_as_before)) return kept;
  Vars in = n->in;
  for (Var& x : in) {
    if (!open(x)) continue;
    auto known = std::make_shared<Node>(*x);
    known->type.shape = shapes_.at(x.get());
    x = Var(std::move(known));
  }
  require_planned_sizes(*n, in);
  return kept = apply(*n->op, std::move(in), n->attrs);
}

void Executor::learn_size(const LayoutName& name, Index size) {
  if (name.dimension < 0 || size == kUnknown) return;
  std::optional<Layout>& known = layouts_[static_cast<std::size_t>(name.dimension)];
  if (!known) known = even(size);
}

Layout Executor::even(Index size) {
  const auto found = even_.find(size);
  return found != even_.end() ? found->second : even_.emplace(size, Layout::even(size, world_.size())).first->second;
}

void Executor::step(std::size_t p, const Begin& b) {
  begun_at_[static_cast<std::size_t>(b.to)] = p;
  if (b.move == Move::gather) gather(p, b);
  if (b.move == Move::fetch) fetch(p, b);
  if (b.move == Move::scatter) scatter(p, b);
}

void Executor::step(std::size_t at, const End& end) {
  const std::size_t p = begun_at_[static_cast<std::size_t>(end.to)];
  const Begin& b = std::get<Begin>(schedule_.steps[p]);
  if (travels(b.move)) {
    end_transfer(p, b.move);
    if (check_nan_ && b.move == Move::scatter) check_sum(p, b, finite_[static_cast<std::size_t>(b.to)]);
  } else if (b.move == Move::pick) {
    slot(b.to) = pick(b);
  } else if (b.move == Move::reduce_all) {
    reduce(at, end);
  } else {
    const Index before = world_.traffic().bytes;
    const bool finite = known_finite(slot(b.from));
    slot(b.to).own = moved(b, slot(b.from).own);
    bytes_[p] = world_.traffic().bytes - before;
    if (check_nan_) check_sum(p, b, finite);
  }
}

void Executor::step(std::size_t, const Drop& drop) { slot(drop.slot) = {}; }

void Executor::step(std::size_t p, const Run& run) {
  std::vector<Operand> in = promoted_operands(run);
  const Var node = concrete(run.node);
  if (run.place.kind == Place::kCut) learn_size(run.place.layout, node->type.shape[run.place.axis]);
  if (node->type.sparse()) learn_size(run.minor, node->type.shape[1 - run.place.axis]);
  const Inspection* inspection = inspect(p, run, *node, in);
  Operand out = result_of(run, *node, in, inspection);
  if (run.departs) slot(run.out) = out;
  if (!error_) compute(p, run, *node, std::move(in), out, inspection);
  if (error_) make_zero(out);
  if (!run.node->type.shape.known()) shapes_[run.node.get()] = out.own.shape();
  slot(run.out) = std::move(out);
}

// Ghost rows that the executor itself reads before the op.
void Executor::arrive(const Run& run, std::size_t k) {
  if ((run.awaits >> k & 1) != 0) InRun(*this, run, 0).arrive(static_cast<int>(k));
}

kernels::Poll Executor::polling() {
  return {[](void* self) {
            for (comm::Transfer* t : static_cast<Executor*>(self)->under_way_) t->progress();
          },
          this};
}

void Executor::compute(std::size_t p, const Run& run, const Node& node, std::vector<Operand> in, Operand& out,
                       const Inspection* inspection) {
  try {
    for (std::size_t k = 0; check_nan_ && k < in.size(); ++k) arrive(run, k);
    const bool finite = check_nan_ && std::ranges::all_of(in, [](const Operand& x) { return all_finite(x); });
    std::vector<Operand> of_ghosts;
    if (run.spread.out.kind == Rows::kUncombined && out.ghost) of_ghosts = ghost_blocks(run, in);
    InRun halo(*this, run, p);
    RunContext context(node, std::move(in), out, run.spread.out, inspection, polling(), run.awaits,
                       run.awaits != 0 || run.departs ? &halo : nullptr);
    node.op->run(context);
    Operand made = context.take_out();
    if (!of_ghosts.empty()) {
      RunContext ghosts(node, std::move(of_ghosts), {out.ghost, {}}, ghost(0), nullptr, polling());
      node.op->run(ghosts);
      made.ghost = ghosts.take_out().own;
    }
    out = std::move(made);
    if (finite) require_finite(context, out, names_of(run));
    operands_ = context.take_in();
    operands_.clear();
  } catch (...) {
    keep_error(p);
  }
}

const Sparsity* Executor::names_of(const Run& run) const {
  return run.rows_of >= 0 ? slot(run.rows_of).own.sparsity().get() : nullptr;
}

// Operands as the op wants them: values of one dtype, index and pattern inputs as they are.
std::vector<Operand> Executor::promoted_operands(const Run& run) {
  const Op& op = *run.node->op;
  DType dtype = promoted_dtype(*run.node);
  if (op.compute != nullptr) dtype = op.compute(dtype);
  std::vector<Operand> in = std::move(operands_);
  for (std::size_t k = 0; k < run.in.size(); ++k) {
    Operand x = slot(run.in[k]);
    if ((op.promotes >> k & 1) != 0) {
      if (x.own.dtype() != dtype) arrive(run, k);
      x.own = cast(x.own, dtype);
      if (x.ghost) x.ghost = cast(x.ghost, dtype);
    }
    in.push_back(std::move(x));
  }
  return in;
}

const Inspection* Executor::inspect(std::size_t p, const Run& run, const Node& node, const std::vector<Operand>& in) {
  const Op& op = *node.op;
  if (op.inspect == nullptr || !node.type.sparse()) return nullptr;
  auto& kept = inspected_[p];
  std::vector<SparsityPtr> of;
  for (const Operand& x : in) of.push_back(x.own.sparsity());
  Layout rows = layout(run.place.layout), columns = layout(run.minor);
  if (run.place.axis == 1) std::swap(rows, columns);
  if (op.pattern.kind == PatternOf::kStructural)
    for (const Inspected& known : kept)
      if (known.of == of && known.rows == rows && known.columns == columns) return &known.result;
  const SparsityPtr before =
      op.pattern.kind == PatternOf::kData && !kept.empty() ? kept.back().result.pattern : nullptr;
  const Stage stage(probes_, Activity::kInspect);
  if (op.pattern.kind == PatternOf::kData || kept.size() == kInspectionsKept) kept.clear();
  kept.reserve(kInspectionsKept);
  Inspector inspector(world_, node, in, rows, columns);
  // What an inspection sends depends on data, so each of its collectives begins with an agreement: a rank that has
  // failed before goes to the last one at once.
  Inspection made;
  try {
    if (error_) std::rethrow_exception(error_);
    made = op.inspect(inspector);
  } catch (...) {
    keep_error(p);
  }
  agree();
  kept.push_back({std::move(of), rows, columns, std::move(made)});
  Inspection& now = kept.back().result;
  // The same pattern again: what was derived from it stays known.
  if (before != nullptr && before->fingerprint == now.pattern->fingerprint) now.pattern = before;
  return &now;
}

Operand Executor::result_of(const Run& run, const Node& n, const std::vector<Operand>& in,
                            const Inspection* inspection) {
  const Rows& rows = run.spread.out;
  if (n.type.sparse()) {
    const SparsityPtr& pattern = n.op->pattern.kind == PatternOf::kSame
                                     ? in[static_cast<std::size_t>(n.op->pattern.at)].own.sparsity()
                                     : inspection->pattern;
    const Value out = Value::sparse(n.type.dtype, n.type.format, pattern);
    const auto memory = memory_of_dying(run, in, out);
    return {memory ? out.with_data(*memory) : out, {}};
  }
  if (rows.kind == Rows::kEntries || rows.kind == Rows::kFences) {
    const Layout cut = layout(run.place.layout);
    return {Value::dense(n.type.dtype, {cut.size()}, 0, cut, world_.rank()), {}};
  }
  const Shape& shape = n.type.shape;
  require_room(run, shape);
  if (run.place.kind == Place::kPartial || run.place.kind == Place::kWhole)
    return {Value::whole(n.type.dtype, shape), {}};

  Operand out;
  const Layout cut = layout(run.place.layout);
  out.own = Value::dense(n.type.dtype, shape, run.place.axis, cut, world_.rank());
  if (const auto memory = memory_of_dying(run, in, out.own)) out.own = out.own.with_data(*memory);
  if (const Sparsity* const names = names_of(run)) out.ghost = ghost_block(out.own, *names);
  return out;
}

// A result that cannot fit is refused before the machine starts to swap: an m x n gradient of a sparse operand is the
// usual way to get one. By the rank that has most, so that all ranks refuse.
void Executor::require_room(const Run& run, const Shape& shape) const {
  const Type& type = run.node->type;
  if (type.sparse() || run.place.layout.by_pattern()) return;
  const bool whole = run.place.kind == Place::kPartial || run.place.kind == Place::kWhole;
  const Index length = shape.ndim() == 2 ? shape[1 - run.place.axis] : 1;
  const Index elements = whole ? shape.elements() : most_on_a_rank(layout(run.place.layout)) * length;
  const double bytes = static_cast<double>(elements) * static_cast<double>(size_of(type.dtype));
  require(bytes <= memory_, run.node->op->name, ": the dense ", type.dtype, " result ", shape, " needs ", bytes / 1e9,
          " GB on one rank, which has ", memory_ / 1e9,
          " GB in all; if it is the gradient of a sparse operand of dot, use structured_dot, whose gradient is sparse");
}

std::optional<Buffer> Executor::memory_of_dying(const Run& run, const std::vector<Operand>& in,
                                                const Value& out) const {
  for (std::size_t k = 0; k < in.size(); ++k) {
    const Value& x = in[k].own;
    const bool allowed = (run.node->op->overwrites >> k & 1) != 0;
    if (!allowed || x.dtype() != out.dtype() || x.local_size() != out.local_size() || x.slow() != out.slow()) continue;
    // Held by the operand alone (a promoted copy), or by it and by a slot that is dropped next.
    const bool copy = x.buffer().bytes() != slot(run.in[k]).own.buffer().bytes();
    if (x.buffer().users() == (copy ? 1 : 2) && (copy || (run.dying >> k & 1) != 0)) return x.buffer();
  }
  return {};
}

}  // namespace spgrad
