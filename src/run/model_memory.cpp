#include "src/run/model_memory.hpp"

#include <algorithm>
#include <set>

#include "spgrad/ops.hpp"
#include "src/graph/letters.hpp"
#include "src/schedule/fuse.hpp"
#include "src/value/pool.hpp"

namespace spgrad {
namespace {

using Block = ModelMemory::Block;
using Slots = ModelMemory::Slots;

const ModelledValue& at(const Slots& slots, Slot s) { return slots[static_cast<std::size_t>(s)]; }
ModelledValue& at(Slots& slots, Slot s) { return slots[static_cast<std::size_t>(s)]; }

int slow(const ModelledValue& x) {
  return x.type.ndim() < 2 || x.place.kind == Place::kWhole || x.place.kind == Place::kPartial ? 0 : x.place.axis;
}

// A result may take the memory of an operand that dies: if nobody else has it, and it is as large.
bool may_take(const ModelledValue& x, const ModelledValue& made) {
  return x.own && x.own.use_count() == 1 && x.type.dtype == made.type.dtype && x.own_bytes == made.own_bytes &&
         slow(x) == slow(made);
}

// As Executor::memory_of_dying. Copies are promoted operands, which nobody else has.
Block memory_of_dying(const Run& run, const std::vector<Block>& copies, const ModelledValue& made, const Slots& slots) {
  const bool cut = made.place.kind == Place::kCut || made.place.kind == Place::kGhosted;
  const Rows::Kind rows = run.spread.out.kind;
  if (!made.type.sparse() && (!cut || rows == Rows::kEntries || rows == Rows::kFences)) return {};
  for (std::size_t k = 0; k < run.in.size(); ++k) {
    if ((run.node->op->overwrites >> k & 1) == 0) continue;
    const ModelledValue& x = at(slots, run.in[k]);
    if (copies[k] && x.part[0].stored == made.part[0].stored) return copies[k];
    if (!copies[k] && (run.dying >> k & 1) != 0 && may_take(x, made)) return x.own;
  }
  return {};
}

// The operand whose memory is that of the result: of a view, by the model of costs, and of what finds its operand in
// place. -1: none.
int handed_on(const Run& run, const ModelledValue& made, const Slots& slots) {
  const Node& node = *run.node;
  if (run.in.empty()) return -1;
  if (node.op == &ops::with_data) return 1;
  const ModelledValue& first = at(slots, run.in[0]);
  const bool likens = node.op == &ops::conform || node.op == &ops::broadcast_like || node.op == &ops::sum_like;
  if (likens) return first.type == made.type && first.place == made.place ? 0 : -1;
  std::vector<Extent> in;
  for (const Slot s : run.in) in.push_back(at(slots, s).part[0]);
  const Cost cost = cost_of(node, in, made.part[0]);
  return cost.flops == 0 && cost.bytes == 0 ? 0 : -1;
}

PerRank times(PerRank bytes, std::size_t n) {
  for (double& b : bytes) b *= static_cast<double>(n);
  return bytes;
}

}  // namespace

Block ModelMemory::take(const PerRank& bytes) {
  PerRank blocks;
  for (const double b : bytes) blocks.push_back(static_cast<double>(block_size(static_cast<std::size_t>(b))));
  for (std::size_t r = 0; r < blocks.size(); ++r) live_[r] += blocks[r];
  look();
  const auto give_back = [this](const PerRank* p) {
    for (std::size_t r = 0; r < p->size(); ++r) live_[r] -= (*p)[r];
    delete p;
  };
  return {new PerRank(std::move(blocks)), give_back};
}

void ModelMemory::keep(const PerRank& bytes) {
  for (std::size_t r = 0; r < bytes.size(); ++r) kept_[r] += bytes[r];
  look();
}

void ModelMemory::look() {
  for (std::size_t r = 0; r < live_.size(); ++r) {
    most_ = std::max(most_, kept_[r] + live_[r]);
    most_taken_ = std::max(most_taken_, live_[r]);
  }
}

std::vector<Block> ModelMemory::promoted(const Run& run, const Slots& slots) {
  const Op& op = *run.node->op;
  DType dtype = promoted_dtype(*run.node);
  if (op.compute != nullptr) dtype = op.compute(dtype);
  std::vector<Block> copies(run.in.size());
  for (std::size_t k = 0; k < run.in.size(); ++k) {
    const ModelledValue& x = at(slots, run.in[k]);
    if ((op.promotes >> k & 1) == 0 || x.type.dtype == dtype) continue;
    PerRank bytes;
    for (const Extent& e : x.part) bytes.push_back(e.stored * static_cast<double>(size_of(dtype)));
    copies[k] = take(bytes);
  }
  return copies;
}

void ModelMemory::make(const Run& run, ModelledValue& made, const Slots& slots) {
  const std::vector<Block> copies = promoted(run, slots);
  made.own = take(made.own_bytes);  // given back at once where there is memory for it already
  if (const Block dying = memory_of_dying(run, copies, made, slots)) made.own = dying;
  if (!made.ghost_bytes.empty()) made.ghost = take(made.ghost_bytes);
  if (const int k = handed_on(run, made, slots); k >= 0) {
    const ModelledValue& x = at(slots, run.in[static_cast<std::size_t>(k)]);
    made.own = x.own;
    if (made.ghost) made.ghost = x.ghost;
  }
}

void ModelMemory::make_in_strips(const Fused& fused, Slots& slots, Index strip) {
  std::set<Slot> pieces;
  for (std::size_t m = 0; m < fused.runs.size(); ++m) {
    pieces.insert(fused.runs[m].in.begin(), fused.runs[m].in.end());
    pieces.insert(fused.runs[m].out);
    if (fused.is_inside(fused.runs[m].out)) continue;
    ModelledValue& out = at(slots, fused.runs[m].out);
    out.own = take(out.own_bytes);
    for (const Slot s : free_behind(fused, m))
      if (may_take(at(slots, s), out)) {
        out.own = at(slots, s).own;
        break;
      }
  }
  // Each that is no scalar has a strip's memory at first.
  std::vector<Block> strips;
  for (const Slot s : pieces) {
    if (at(slots, s).type.ndim() == 0) continue;
    PerRank bytes = at(slots, s).own_bytes;
    const double most = static_cast<double>(strip) * static_cast<double>(size_of(at(slots, s).type.dtype));
    for (double& b : bytes) b = std::min(b, most);
    strips.push_back(take(bytes));
  }
}

// What is shared and what is taken meanwhile: as in src/comm/moves.cpp and executor_moves.cpp.
void ModelMemory::move(const Begin& b, const ModelledValue& from, ModelledValue& to, bool packed) {
  const bool alone = live_.size() == 1, turns = from.type.ndim() == 2 && b.target.axis == 1;
  if (!to.ghost_bytes.empty()) to.ghost = take(to.ghost_bytes);
  Block turned, received;
  bool shared = false;
  switch (b.move) {
    case Move::gather:
    case Move::scatter:
      to.own = from.own;
      return;
    case Move::relayout:
      shared = from.place.layout == to.place.layout;
      break;
    case Move::fold:
      if (turns) turned = take(from.own_bytes);
      if (!alone) received = take(times(to.own_bytes, live_.size()));
      shared = alone && !turns;
      break;
    case Move::turn:
      if (from.type.sparse()) break;
      turned = take(from.own_bytes);
      received = take(to.own_bytes);
      break;
    case Move::pick:
    case Move::slice:
      shared = alone && !turns;
      break;
    case Move::reduce_all:
      shared = alone && !packed;
      break;
    case Move::fetch:
      break;
    default:  // gather_all, carry
      shared = alone;
  }
  to.own = take(to.own_bytes);
  if (shared) to.own = from.own;
}

}  // namespace spgrad
