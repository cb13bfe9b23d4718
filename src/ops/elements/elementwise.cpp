#include "src/ops/elements/elementwise.hpp"

#include <algorithm>

namespace spgrad {
namespace {

Walk::Strides strides(const Value& x, const Value& out) {
  const int ndim = out.shape().ndim(), missing = ndim - x.shape().ndim();  // dimensions are aligned at the end
  const auto along = [&](int axis) -> Index {
    const int own = axis - missing;
    if (own < 0 || x.shape()[own] == 1) return 0;
    return own == x.slow() ? x.row_length() : 1;
  };
  if (ndim == 0) return {};
  return ndim == 1 ? Walk::Strides{along(0), 0} : Walk::Strides{along(out.slow()), along(1 - out.slow())};
}

bool in_step(const Walk::Strides& s, Index rows, Index cols) {
  return (rows <= 1 || s.slow == cols) && (cols <= 1 || s.fast == 1);
}
bool is_constant(const Walk::Strides& s, Index rows, Index cols) {
  return (rows <= 1 || s.slow == 0) && (cols <= 1 || s.fast == 0);
}

Walk walk_of(const Value& out, std::initializer_list<const Value*> in) {
  if (out.is_sparse()) return {1, out.local_size(), {{{0, 1}, {0, 1}, {0, 1}}}};
  Walk w{out.local_rows(), out.row_length(), {}};
  if (w.rows == 0 || w.cols == 0) return {0, 0, {}};
  bool one_row = true;
  std::size_t k = 0;
  for (const Value* x : in) {
    const Walk::Strides s = w.in[k++] = strides(*x, out);
    one_row = one_row && (in_step(s, w.rows, w.cols) || is_constant(s, w.rows, w.cols));
  }
  if (!one_row) return w;
  for (Walk::Strides& s : w.in) s = {0, is_constant(s, w.rows, w.cols) ? 0 : 1};
  w.cols *= w.rows;
  w.rows = 1;
  return w;
}

}  // namespace

Walk walk(const Value& out, const Value& x) { return walk_of(out, {&x}); }
Walk walk(const Value& out, const Value& x, const Value& y) { return walk_of(out, {&x, &y}); }
Walk walk(const Value& out, const Value& x, const Value& y, const Value& z) { return walk_of(out, {&x, &y, &z}); }

Value out_beside(RunContext& c, int operands) {
  Value out = c.out();
  if (out.is_sparse()) return out;
  for (int k = 0; k < operands; ++k) {
    const Value& x = c.in(k);
    if (out.cut() != kWhole || x.cut() != kWhole || x.shape() != out.shape()) continue;
    if (x.slow() != out.slow()) out = Value::whole(out.dtype(), out.shape(), x.slow()).with_data(out.buffer());
    break;
  }
  for (int k = 0; k < operands; ++k) {
    const bool shared = c.in(k).buffer().bytes() == out.buffer().bytes() && out.local_size() > 0;
    if (shared && !in_step(strides(c.in(k), out), out.local_rows(), out.row_length()))
      out = out.with_dtype(out.dtype());
  }
  c.set_out(out);
  return out;
}

Type elementwise_type(const Node& n) {
  for (const Var& x : n.in) require(!x->type.sparse(), "the operands must be dense");
  Type type = dense_type(n);
  type.weak = std::ranges::all_of(n.in, [](const Var& x) { return x->type.weak; });
  return type;
}

Type with_dtype(const Var& x, DType dtype) {
  Type type = x->type;
  type.dtype = dtype;
  return type;
}

Var spread_out(const Var& tangent, const Var& out) {
  const Shape& shape = out->type.shape;
  const bool complete = tangent->type.sparse() || (shape.known() && tangent->type.shape == shape);
  const Var full = complete ? tangent : broadcast_like(tangent, out);
  return cast(full, out->type.dtype);
}

}  // namespace spgrad
