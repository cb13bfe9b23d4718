// executor_moves.cpp: values brought to where the schedule wants them.
#include <algorithm>
#include <cstring>

#include "src/comm/moves.hpp"
#include "src/graph/input_ops.hpp"
#include "src/run/executor.hpp"
#include "src/run/finite.hpp"

namespace spgrad {
namespace {

comm::Combine combine_of(const Place& place) { return static_cast<comm::Combine>(place.combine); }

std::size_t row_bytes(const Value& v) { return static_cast<std::size_t>(v.row_length()) * size_of(v.dtype()); }

// The name of the op whose result is in a slot.
std::string_view maker(const Schedule& schedule, Slot slot) {
  for (const Step& step : schedule.steps)
    for (const Run& run : runs_of(step))
      if (run.out == slot) return run.node->op->name;
  return "a value that was given";
}

}  // namespace

Value ghost_block(const Value& own, const Sparsity& names) {
  const auto ghosts = static_cast<Index>(names.ghosts.size());
  return Value::whole(own.dtype(), own.shape().ndim() == 2 ? Shape{ghosts, own.row_length()} : Shape{ghosts});
}

void Executor::bind(std::vector<Value>& given) {
  layouts_.clear();
  for (const DimensionClass& c : schedule_.classes) {
    std::optional<Layout> found;
    const std::optional<Layout> from = c.from < 0 ? std::nullopt : layouts_[static_cast<std::size_t>(c.from)];
    if (from && c.source->type.shape[c.axis] != kUnknown) {
      found = c.source->op->induced(*c.source, c.axis, *from);
    } else if (c.source == nullptr || c.from >= 0) {
      if (c.size != kUnknown) found = even(c.size);
    } else {
      for (std::size_t k = 0; k < given.size(); ++k)
        if (schedule_.given[k].node.get() == c.source)
          found = given[k].is_sparse() ? given[k].layout_of(c.axis) : given[k].layout();
    }
    layouts_.push_back(std::move(found));
  }
  for (std::size_t k = 0; k < given.size(); ++k) {
    given[k] = placed(given[k], schedule_.given[k]);
    slot(schedule_.given[k].slot).own = given[k];
  }
}

Value Executor::placed(const Value& value, const Given& given) {
  if (value.is_sparse()) {
    const auto move = comm::relaid(world_, value.sparsity(), layout(given.place.layout), layout(given.minor));
    return comm::moved(move, value, value.format());
  }
  if (given.place.kind == Place::kWhole) return value.cut() == kWhole ? value : comm::gather_all(world_, value);
  const Layout wanted = layout(given.place.layout);
  if (value.cut() == kWhole) return comm::slice(value, given.place.axis, wanted, world_.rank());
  if (value.cut() != given.place.axis) return comm::turn(world_, value, wanted);
  return comm::relayout(world_, value, wanted);
}

Value Executor::moved(const Begin& b, const Value& from) {
  if (b.target.kind == Place::kCut) learn_size(b.target.layout, from.shape()[b.target.axis]);
  switch (b.move) {
    case Move::gather_all:
      return comm::gather_all(world_, from);
    case Move::fold:
      return comm::fold(world_, from, b.target.axis, layout(b.target.layout), combine_of(b.target));
    case Move::carry:
    case Move::carry_back:
      return comm::carry(world_, from, b.move == Move::carry_back);
    case Move::slice:
      return comm::slice(from, b.target.axis, layout(b.target.layout), world_.rank());
    case Move::relayout:
      return comm::relayout(world_, from, layout(b.target.layout));
    default:
      break;
  }
  if (!from.is_sparse()) return comm::turn(world_, from, layout(b.target.layout));
  return comm::moved(comm::turned(world_, from.sparsity()), from, flipped(from.format()));
}

// In one message, which tells in the end whether all went well on all ranks.
void Executor::reduce(std::size_t at, const End& end) {
  std::vector<std::size_t> begun{begun_at_[static_cast<std::size_t>(end.to)]};
  for (const Slot other : end.with) begun.push_back(begun_at_[static_cast<std::size_t>(other)]);
  std::vector<Value> partials;
  std::vector<bool> finite;
  double size = 0;
  for (const std::size_t p : begun) {
    const Operand& from = slot(std::get<Begin>(schedule_.steps[p]).from);
    finite.push_back(known_finite(from));
    partials.push_back(from.own);
    size += static_cast<double>(from.own.bytes().size());
  }
  bool failed = error_ != nullptr;
  const bool tells = at == agreement_at_;
  const Place& target = std::get<Begin>(schedule_.steps[begun[0]]).target;
  const Index before = world_.traffic().bytes;
  std::vector<Value> whole = comm::reduce_all(world_, partials, combine_of(target), tells ? &failed : nullptr);
  all_well_ = tells && !failed;
  for (std::size_t k = 0; k < begun.size(); ++k) {
    const Begin& b = std::get<Begin>(schedule_.steps[begun[k]]);
    const double share = size > 0 ? static_cast<double>(partials[k].bytes().size()) / size : 0;
    bytes_[begun[k]] = static_cast<Index>(share * static_cast<double>(world_.traffic().bytes - before));
    slot(b.to).own = std::move(whole[k]);
    if (check_nan_) check_sum(begun[k], b, finite[k]);
  }
}

// The ghost rows of a value that is whole here.
Operand Executor::pick(const Begin& b) const {
  const Value& whole = slot(b.from).own;
  const Sparsity& names = *slot(b.by).own.sparsity();
  const int axis = b.target.axis;
  const Value own = comm::slice(whole, axis, names.minor, world_.rank());
  const Value ghost = ghost_block(own, names);
  const std::size_t element = size_of(whole.dtype());
  const bool rows_contiguous = whole.slow() == axis || whole.shape().ndim() < 2;
  const auto length = static_cast<std::size_t>(own.row_length()), step = static_cast<std::size_t>(whole.row_length());
  std::byte* to = ghost.bytes().data();
  for (const Index g : names.ghosts) {
    const auto row = static_cast<std::size_t>(g);
    if (rows_contiguous) {
      std::memcpy(to, whole.bytes().data() + row * length * element, length * element);
    } else {
      for (std::size_t j = 0; j < length; ++j)
        std::memcpy(to + j * element, whole.bytes().data() + (j * step + row) * element, element);
    }
    to += length * element;
  }
  return {own, ghost};
}

comm::Transfer& Executor::transfer(std::size_t p, std::shared_ptr<const comm::StarForest> forest, std::size_t bytes) {
  auto& [kept, transfer] = transfers_[p];
  if (kept != forest) {
    kept = forest;
    transfer = std::make_unique<comm::Transfer>(forest);
  }
  under_way_.push_back(transfer.get());
  bytes_[p] = forest->sent_rows() * static_cast<Index>(bytes);
  return *transfer;
}

void Executor::gather(std::size_t p, const Begin& b) {
  const Value& own = slot(b.from).own;
  const SparsityPtr& names = slot(b.by).own.sparsity();
  if (own.is_sparse()) {
    const auto rows = comm::ghost_rows(world_, names, own.sparsity());
    const Value ghost = Value::sparse(own.dtype(), own.format(), rows.pattern);
    slot(b.to) = {own, ghost};
    const std::size_t width = size_of(own.dtype());
    return transfer(p, rows.forest, width).begin_gather(width, own.bytes(), ghost.bytes());
  }
  const Value ghost = ghost_block(own, *names);
  slot(b.to) = {own, ghost};
  if (const std::size_t width = row_bytes(own); width > 0)
    transfer(p, ghosts_of(*names), width).begin_gather(width, own.bytes(), ghost.bytes());
}

// The rows that the reader wants: those of the last call if they follow from the same layouts alone, or if all ranks
// want the same of the same again.
const Executor::Fetched& Executor::fetched(std::size_t p, const Begin& b, const Value& own) {
  const Var reader = concrete(b.reader);
  learn_size(b.target.layout, reader->type.shape[b.target.axis]);
  const Layout to = layout(b.target.layout);
  Fetched& kept = fetched_[p];
  const bool same = kept.of == own.sparsity() && kept.from == own.layout() && kept.to == to;
  const bool by_values = std::ranges::any_of(b.operands, [this](Slot s) {
    return s >= 0 && is_integer(schedule_.types[static_cast<std::size_t>(s)].dtype) &&
           !schedule_.types[static_cast<std::size_t>(s)].sparse();
  });
  if (same && !by_values) return kept;

  const Stage stage(probes_, Activity::kInspect);
  std::vector<Index> need;
  try {
    std::vector<Operand> in;
    for (const Slot s : b.operands) in.push_back(s >= 0 ? slot(s) : Operand{});
    need = reader->op->wants({*reader, in, own, to, world_.rank()}, b.input);
  } catch (...) {
    keep_error(p);
  }
  agree();  // what follows sends sizes that depend on data
  if (same && !world_.any(need != kept.need)) return kept;
  kept = {own.sparsity(), own.layout(), to, need, {}, {}};
  if (own.is_sparse())
    kept.move = comm::fetched(world_, own.sparsity(), need);
  else
    kept.rows = comm::fetched_rows(world_, own, need);
  return kept;
}

void Executor::fetch(std::size_t p, const Begin& b) {
  const Value& own = slot(b.from).own;
  const Fetched& found = fetched(p, b, own);
  const auto& forest = own.is_sparse() ? found.move.forest : found.rows.forest;
  if (forest == nullptr) {
    slot(b.to).own = own;
    return;
  }
  Value rows;
  if (own.is_sparse()) {
    rows = Value::sparse(own.dtype(), own.format(), found.move.pattern);
  } else {
    Shape shape = own.shape();
    shape[own.cut()] = found.rows.rows.size();
    rows = Value::dense(own.dtype(), shape, own.cut(), found.rows.rows, world_.rank());
  }
  slot(b.to).own = rows;
  const std::size_t width = own.is_sparse() ? size_of(own.dtype()) : row_bytes(own);
  if (width > 0) transfer(p, forest, width).begin_gather(width, own.bytes(), rows.bytes());
}

void Executor::scatter(std::size_t p, const Begin& b) {
  const Operand partial = slot(b.from);
  if (check_nan_) finite_[static_cast<std::size_t>(b.to)] = known_finite(partial);
  const Sparsity& names = *slot(b.by).own.sparsity();
  slot(b.to).own = partial.own;
  if (const std::size_t bytes = row_bytes(partial.own); bytes > 0) {
    transfer(p, ghosts_of(names), bytes)
        .begin_scatter(partial.own.dtype(), combine_of(b.target), bytes, partial.ghost.bytes(), partial.own.bytes());
    // A scatter counts what its transpose sends.
    bytes_[p] = static_cast<Index>(names.ghosts.size()) * static_cast<Index>(bytes);
  }
}

void Executor::end_transfer(std::size_t p, Move move) {
  const auto found = transfers_.find(p);
  if (found == transfers_.end()) return;
  comm::Transfer* t = found->second.second.get();
  if (std::erase(under_way_, t) == 0) return;  // rows of no bytes: nothing was begun
  if (move == Move::scatter)
    t->end_scatter();
  else
    t->end_gather();
}

void Executor::check_given(std::span<const Value> given) const {
  for (std::size_t k = 0; k < given.size(); ++k) {
    const Node& node = *schedule_.given[k].node;
    if (const auto at = find_nan(given[k]))
      fail(ErrorKind::other, node.name.empty() ? "a constant" : node.name, ", a ", node.type, ", holds ",
           element_text(given[k], *at), " already when the call begins");
  }
}

// After an error there may be no values, but memory only.
bool Executor::known_finite(const Operand& x) const { return check_nan_ && !error_ && all_finite(x); }

// Collective. Sums of finite parts may overflow. Maxima and minima make nothing that was not there.
void Executor::check_sum(std::size_t p, const Begin& b, bool of_finite) {
  const bool sums = b.move == Move::fold || b.move == Move::reduce_all || b.move == Move::scatter ||
                    b.move == Move::carry || b.move == Move::carry_back;
  if (!sums || world_.any(!of_finite)) return;
  try {
    if (const auto at = find_not_finite(slot(b.to).own))
      fail(ErrorKind::other, maker(schedule_, b.from), ": the parts that the ranks have are finite, but their sum is ",
           element_text(slot(b.to).own, *at), " of a ", schedule_.types[static_cast<std::size_t>(b.to)]);
  } catch (...) {
    keep_error(p);
  }
}

}  // namespace spgrad
