// executor_moves.cpp: values brought to where the schedule wants them.
#include <cstring>

#include "src/comm/entries.hpp"
#include "src/comm/moves.hpp"
#include "src/graph/input_ops.hpp"
#include "src/run/executor.hpp"

namespace spgrad {
namespace {

comm::Combine combine_of(const Place& place) { return static_cast<comm::Combine>(place.combine); }

std::size_t row_bytes(const Value& v) { return static_cast<std::size_t>(v.row_length()) * size_of(v.dtype()); }

Value ghost_block(const Value& own, const Sparsity& names) {
  const auto ghosts = static_cast<Index>(names.ghosts.size());
  return Value::whole(own.dtype(), own.shape().ndim() == 2 ? Shape{ghosts, own.row_length()} : Shape{ghosts});
}

}  // namespace

void Executor::bind(std::vector<Value>& given) {
  layouts_.clear();
  for (const DimensionClass& c : schedule_.classes) {
    Layout found;
    if (c.source == nullptr) {
      found = Layout::even(std::max<Index>(c.size, 0), world_.size());
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
  switch (b.move) {
    case Move::gather_all:
      return comm::gather_all(world_, from);
    case Move::fold:
      return comm::fold(world_, from, b.target.axis, layout(b.target.layout), combine_of(b.target));
    case Move::reduce_all:
      return comm::reduce_all(world_, from, combine_of(b.target));
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

comm::Transfer& Executor::transfer(std::size_t p, const Sparsity& names, std::size_t bytes) {
  const auto forest = comm::ghosts_of(world_, names);
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
  const Sparsity& names = *slot(b.by).own.sparsity();
  const Value ghost = ghost_block(own, names);
  slot(b.to) = {own, ghost};
  if (row_bytes(own) > 0) transfer(p, names, row_bytes(own)).begin_gather(row_bytes(own), own.bytes(), ghost.bytes());
}

void Executor::scatter(std::size_t p, const Begin& b) {
  const Operand partial = slot(b.from);
  const Sparsity& names = *slot(b.by).own.sparsity();
  slot(b.to).own = partial.own;
  if (const std::size_t bytes = row_bytes(partial.own); bytes > 0) {
    transfer(p, names, bytes)
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
  if (move == Move::gather)
    t->end_gather();
  else
    t->end_scatter();
}

}  // namespace spgrad
