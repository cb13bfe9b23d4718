// executor_fused.cpp: chains of element-by-element operations, strip by strip.
#include <algorithm>

#include "src/run/executor.hpp"
#include "src/schedule/fuse.hpp"

namespace spgrad {
namespace {

constexpr Index kStripsInARow = 4;  // a longer row cannot be cut, and its intermediate results leave the cache

// A matrix on the pattern of the frame is as large as those on it that are read.
Shape shape_of(const Node& n, const Frame& frame, const std::map<Slot, Value>& read) {
  if (!n.type.sparse()) return frame.shape;
  const auto matrix = std::ranges::find_if(read, [](const auto& r) { return r.second.is_sparse(); });
  const Shape shape = matrix->second.shape();
  return matrix->second.format() == n.type.format ? shape : Shape{shape[1], shape[0]};
}

}  // namespace

void Executor::step(std::size_t p, const Fused& fused) {
  for (const Run& run : fused.runs) require_room(run, run.node->type.shape);
  if (!in_strips(p, fused)) one_by_one(p, fused);
}

// Where there is little to save: short vectors, NaN to be found, an error that has happened, values in another order.
void Executor::one_by_one(std::size_t p, const Fused& fused) {
  for (const Run& run : fused.runs) {
    step(p, run);
    for (std::size_t k = 0; k < run.in.size(); ++k)
      if ((run.dying >> k & 1) != 0 && fused.is_inside(run.in[k])) slot(run.in[k]) = {};
  }
  for (const Slot s : fused.inside) slot(s) = {};
}

bool Executor::in_strips(std::size_t p, const Fused& fused) {
  const auto is_short = [&](Slot s) { return slot(s).own.local_size() < 2 * strip_; };
  if (check_nan_ || error_ || std::ranges::all_of(fused.runs.front().in, is_short)) return false;
  const std::map<Slot, Value> read = read_by(fused);
  const std::optional<Frame> frame = frame_of(fused, read);
  if (!frame || frame->elements() < 2 * strip_) return false;
  if (frame->by_rows && frame->row_length > kStripsInARow * strip_) return false;
  std::map<Slot, Value> results;
  for (std::size_t m = 0; m < fused.runs.size(); ++m) {
    const Slot out = fused.runs[m].out;
    if (!fused.is_inside(out)) results[out] = result_of(fused, m, *frame, read);
  }
  Strips strips(*frame);
  for (const auto& [slot, value] : read)
    if (!strips.read(slot, value)) return false;
  for (const auto& [slot, value] : results) strips.write(slot, value);
  Vars nodes;
  for (const Run& run : fused.runs) {
    nodes.push_back(concrete(run.node));
    if (!run.node->type.shape.known()) shapes_[run.node.get()] = shape_of(*run.node, *frame, read);
    strips.add(run, *nodes.back());
  }
  try {
    strips.run(strip_, polling());
  } catch (...) {
    keep_error(p);
  }
  for (auto& [s, value] : results) {
    slot(s) = {value, {}};
    if (error_) make_zero(slot(s));
  }
  return true;
}

std::map<Slot, Value> Executor::read_by(const Fused& fused) const {
  std::map<Slot, Value> read;
  for (const Run& run : fused.runs)
    for (const Slot in : run.in)
      if (!fused.makes(in)) read.try_emplace(in, slot(in).own);
  return read;
}

std::optional<Frame> Executor::frame_of(const Fused& fused, const std::map<Slot, Value>& read) const {
  Frame frame;
  for (const auto& [slot, value] : read)
    if (value.is_sparse()) frame.pattern = value.sparsity();
  if (frame.pattern) {
    frame.shape = Shape{frame.pattern->nnz()};
    frame.rows = frame.pattern->local_nnz();
    return frame;
  }
  const Run& run = fused.runs.front();
  const bool cut = run.place.kind == Place::kCut;
  frame.shape = run.node->type.shape;
  frame.slow = cut ? run.place.axis : 0;
  if (run.place.layout.by_pattern()) frame.shape = Shape{layout(run.place.layout).size()};
  for (const auto& [slot, value] : read) {
    const Index elements = value.shape().elements();
    // In which order a whole result is stored depends on the op then; sums over it follow that order.
    if (!cut && value.slow() != 0) return {};
    frame.by_rows = frame.by_rows || (elements != 1 && elements != frame.shape.elements());
  }
  frame.rows = cut ? layout(run.place.layout).count(world_.rank()) : frame.shape[frame.slow];
  frame.row_length = frame.shape.ndim() == 2 ? frame.shape[1 - frame.slow] : 1;
  if (frame.by_rows && frame.shape.ndim() < 2) return {};
  return frame;
}

// In the memory of an operand that is not needed any more, if there is one.
Value Executor::result_of(const Fused& fused, std::size_t member, const Frame& frame,
                          const std::map<Slot, Value>& read) const {
  const Run& run = fused.runs[member];
  const Type& type = run.node->type;
  const auto fresh = [&] {
    if (type.sparse()) return Value::sparse(type.dtype, type.format, frame.pattern);
    if (run.place.kind == Place::kWhole) return Value::whole(type.dtype, frame.shape, frame.slow);
    const Layout cut = frame.pattern ? frame.pattern->entries : layout(run.place.layout);
    return Value::dense(type.dtype, frame.shape, run.place.axis, cut, world_.rank());
  };
  Value out = fresh();
  for (const Slot s : free_behind(fused, member)) {
    const Value& x = read.at(s);
    const bool fits = x.dtype() == out.dtype() && x.local_size() == out.local_size();
    const bool broadcast = frame.by_rows && x.shape() != frame.shape;
    // Held by its slot and by `read`.
    if (fits && !broadcast && x.buffer().users() == 2) return out.with_data(x.buffer());
  }
  return out;
}

}  // namespace spgrad
