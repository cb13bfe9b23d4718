#include "src/run/strips.hpp"

#include <algorithm>
#include <cstring>

#include "src/graph/letters.hpp"

namespace spgrad {
namespace {

// The entries of a strip are a matrix of one row. Of which columns, elementwise ops do not ask.
SparsityPtr pattern_of_strip(const Sparsity& whole, Index entries) {
  auto strip = std::make_shared<Sparsity>();
  const auto n = static_cast<std::size_t>(entries);
  strip->major = Layout::even(1, 1);
  strip->minor = Layout::even(whole.local_minors(), 1);
  strip->indptr = std::vector<Index>{0, entries};
  strip->indices = Array<LocalIndex>(std::span<const LocalIndex>(whole.indices).first(n), nullptr);
  strip->entries = Layout::even(entries, 1);
  return strip;
}

bool one_row(const Shape& shape) { return shape.ndim() < 2 || shape[0] == 1 || shape[1] == 1; }

}  // namespace

bool Strips::read(Slot slot, const Value& whole) {
  Piece piece{.whole = whole, .dtype = whole.dtype(), .format = whole.format(), .ndim = whole.shape().ndim()};
  const bool entries = frame_.pattern != nullptr;
  if (entries && whole.is_sparse()) {
    if (whole.sparsity() != frame_.pattern && whole.sparsity()->fingerprint != frame_.pattern->fingerprint)
      return false;
  } else if (piece.ndim == 0 || (!entries && whole.shape().elements() == 1)) {
    piece.cut = false;
    piece.whole = Value::whole(whole.dtype(), {}).with_data(whole.buffer());
  } else if (!frame_.by_rows) {
    const bool in_order = one_row(whole.shape()) || whole.slow() == frame_.slow;
    if (!in_order || whole.local_size() != frame_.elements()) return false;
    if (!entries && whole.shape().elements() != frame_.shape.elements()) return false;
    piece.ndim = 1;
  } else if (whole.shape() == frame_.shape) {
    if (whole.slow() != frame_.slow || whole.local_rows() != frame_.rows) return false;
    piece.row_length = frame_.row_length;
  } else {
    const int axis = frame_.slow - (2 - piece.ndim);  // dimensions are aligned at the end
    piece.cut = axis >= 0 && whole.shape()[axis] != 1;
    if (whole.local_size() != (piece.cut ? frame_.rows : whole.shape().elements())) return false;
  }
  pieces_[slot] = std::move(piece);
  return true;
}

void Strips::write(Slot slot, const Value& whole) { pieces_[slot].whole = whole; }

void Strips::add(const Run& run, const Node& node) {
  Piece& out = pieces_[run.out];
  out.dtype = node.type.dtype;
  out.format = node.type.format;
  out.ndim = frame_.by_rows ? 2 : 1;
  out.row_length = frame_.by_rows ? frame_.row_length : 1;
  DType promoted = promoted_dtype(node);
  if (node.op->compute != nullptr) promoted = node.op->compute(promoted);
  Member member{&run, &node, promoted, {}, &out};
  for (const Slot in : run.in) member.in.push_back(&pieces_.at(in));
  members_.push_back(std::move(member));
}

void Strips::run(Index elements, kernels::Poll poll) {
  const Index most = std::max<Index>(1, frame_.by_rows ? elements / frame_.row_length : elements);
  Index formed = 0;
  for (Index first = 0; first < frame_.units(); first += most) {
    const Index units = std::min(most, frame_.units() - first);
    if (units != formed) form(formed = units, poll);
    for (auto& [slot, piece] : pieces_)
      if (piece.cut && piece.whole) piece.now = part(piece, first);
    for (Member& member : members_) compute(member);
    poll();
  }
}

void Strips::form(Index units, kernels::Poll poll) {
  if (frame_.pattern) pattern_ = pattern_of_strip(*frame_.pattern, units);
  for (auto& [slot, piece] : pieces_) piece.now = piece.form = piece.cut ? form_of(piece, units) : piece.whole;
  for (Member& member : members_) form(member, poll);
}

Value Strips::form_of(const Piece& piece, Index units) const {
  if (piece.format != Format::dense) return Value::sparse(piece.dtype, piece.format, pattern_);
  if (piece.ndim == 1) return Value::whole(piece.dtype, {units});
  return frame_.slow == 0 ? Value::whole(piece.dtype, {units, piece.row_length}, 0)
                          : Value::whole(piece.dtype, {piece.row_length, units}, 1);
}

void Strips::form(Member& m, kernels::Poll poll) {
  if (const Piece* const x = overwritten_by(m)) m.out->now = m.out->form = m.out->form.with_data(x->form.buffer());
  std::vector<Operand> in(m.in.size());
  for (std::size_t k = 0; k < in.size(); ++k) {
    const Piece& x = *m.in[k];
    const bool converted = m.promotes(k) && x.dtype != m.promoted;
    // Of what is cut there is only room yet: it is converted strip by strip.
    in[k].own = !converted ? x.now : x.cut ? x.now.with_dtype(m.promoted) : cast(x.now, m.promoted);
  }
  m.context.emplace(*m.node, std::move(in), Operand{m.out->form, {}}, m.run->spread.out, nullptr, poll);
}

// An operand that lives from strip to strip and dies here, and that no op before may have handed on as its result.
const Strips::Piece* Strips::overwritten_by(const Member& m) const {
  if (m.out->whole) return nullptr;
  for (std::size_t k = 0; k < m.in.size(); ++k) {
    const Piece* const x = m.in[k];
    bool fits = !x->whole && (m.run->dying >> k & 1) != 0 && x->dtype == m.out->dtype;
    for (const Member& reader : members_)
      for (std::size_t l = 0; l < reader.in.size(); ++l) fits = fits && (reader.in[l] != x || reader.may_overwrite(l));
    if (fits) return x;
  }
  return nullptr;
}

Value Strips::part(const Piece& piece, Index first) const {
  const auto unit = static_cast<std::size_t>(piece.row_length) * size_of(piece.dtype);
  std::byte* const begin = piece.whole.buffer().bytes() + static_cast<std::size_t>(first) * unit;
  return piece.form.with_data(Buffer::adopt(begin, piece.form.bytes().size()));
}

void Strips::compute(Member& m) {
  const auto same = [](const Value& a, const Value& b) { return a.buffer().bytes() == b.buffer().bytes(); };
  RunContext& context = *m.context;
  for (std::size_t k = 0; k < m.in.size(); ++k) {
    Value& x = context.operand(static_cast<int>(k)).own;
    const Piece& piece = *m.in[k];
    if (!piece.cut) continue;
    if (m.promotes(k) && piece.dtype != m.promoted)
      x = cast(piece.now, m.promoted);
    else if (!same(x, piece.now))
      x = piece.now;
  }
  const Value& memory = m.out->whole ? m.out->now : m.out->form;
  if (!same(context.out(), memory)) context.set_out(memory);
  m.node->op->run(context);
  const Value& made = context.out();
  if (same(made, m.out->now)) return;
  if (!m.out->whole)
    m.out->now = made;
  else if (made.local_size() > 0)  // an operand's own memory
    std::memcpy(memory.bytes().data(), made.bytes().data(), made.bytes().size());
}

}  // namespace spgrad
