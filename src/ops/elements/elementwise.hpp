// elementwise.hpp: functions of one to three operands, element by element with broadcasting, on this rank's part.
#pragma once

#include <algorithm>
#include <array>

#include "src/ops/common.hpp"

namespace spgrad {

/// How to go through a result's block and its operands together. Index (i, j): row i along the slow axis, j within it.
struct Walk {
  struct Strides {
    Index slow = 0, fast = 0;  ///< distances in memory of an operand's neighbours; 0: broadcast along that axis
  };
  Index rows = 1, cols = 1;  ///< one long row where the operands allow it
  std::array<Strides, 3> in;
};
Walk walk(const Value& out, const Value& x);
Walk walk(const Value& out, const Value& x, const Value& y);
Walk walk(const Value& out, const Value& x, const Value& y, const Value& z);

/// The result's memory, made fit for the first `operands` operands: a whole result is stored in the order of the first
/// whole operand of its shape, and one that was given the storage of an operand which is not read in step gets its own.
Value out_beside(RunContext& c, int operands);

/// dense_type, weak if all operands are; throws Error for a sparse operand.
Type elementwise_type(const Node& n);
/// The type of x but for the dtype.
Type with_dtype(const Var& x, DType dtype);
/// A tangent as the op's jvp returns it: of out's shape and dtype.
Var spread_out(const Var& tangent, const Var& out);

/// row(i, j, n) for pieces of rows of the block that together cover it. Operands that are read against their order are
/// walked in narrow strips, whose lines stay in the cache from row to row.
template <class Row>
void for_rows(const Walk& w, Row row) {
  const bool across = std::ranges::any_of(w.in, [](const Walk::Strides& s) { return s.fast > 1; });
  const Index width = across ? std::min<Index>(64, w.cols) : w.cols;
  for (Index j = 0; j < w.cols; j += width)
    for (Index i = 0; i < w.rows; ++i) row(i, j, std::min(width, w.cols - j));
}

/// out[j] = f(j). `out` may be what f reads at j.
template <class R, class F>
void fill_row(R* out, Index n, F f) {
#pragma GCC ivdep
  for (Index j = 0; j < n; ++j) out[j] = f(j);
}

/// out = f(x) for elements of x's type T.
template <class T, class F>
void map_block(const Value& x, const Value& out, F f) {
  using R = std::invoke_result_t<F, T>;
  const Walk w = walk(out, x);
  const Index stride = w.in[0].fast;
  const T* from = x.data<T>().data();
  R* to = out.data<R>().data();
  for_rows(w, [&](Index i, Index j, Index n) {
    const T* a = from + i * w.in[0].slow + j * stride;
    R* r = to + i * w.cols + j;
    if (stride == 1)
      fill_row(r, n, [=](Index l) { return f(a[l]); });
    else if (stride == 0)
      std::fill_n(r, n, f(*a));
    else
      fill_row(r, n, [=](Index l) { return f(a[l * stride]); });
  });
}

/// out = f(x, y) for elements of their type T.
template <class T, class F>
void zip_blocks(const Value& x, const Value& y, const Value& out, F f) {
  using R = std::invoke_result_t<F, T, T>;
  const Walk w = walk(out, x, y);
  const Index dx = w.in[0].fast, dy = w.in[1].fast;
  const T* from_x = x.data<T>().data();
  const T* from_y = y.data<T>().data();
  R* to = out.data<R>().data();
  for_rows(w, [&](Index i, Index j, Index n) {
    const T* a = from_x + i * w.in[0].slow + j * dx;
    const T* b = from_y + i * w.in[1].slow + j * dy;
    R* r = to + i * w.cols + j;
    if (dx == 1 && dy == 1)
      fill_row(r, n, [=](Index l) { return f(a[l], b[l]); });
    else if (dx == 1 && dy == 0)
      fill_row(r, n, [=, y0 = *b](Index l) { return f(a[l], y0); });
    else if (dx == 0 && dy == 1)
      fill_row(r, n, [=, x0 = *a](Index l) { return f(x0, b[l]); });
    else
      fill_row(r, n, [=](Index l) { return f(a[l * dx], b[l * dy]); });
  });
}

/// The run of an op that maps the data of its one operand, dense or sparse, by F.
template <class F>
void run_map(RunContext& c) {
  const Value out = out_beside(c, 1);
  c.dispatch([&]<class T>() {
    if constexpr (std::is_invocable_v<F, T>)
      map_block<T>(c.in(0), out, F{});
    else
      fail(ErrorKind::other, c.node().op->name, " has no meaning for ", dtype_of<T>());
  });
}

/// The run of an op that combines two dense operands by F.
template <class F>
void run_zip(RunContext& c) {
  const Value out = out_beside(c, 2);
  c.dispatch([&]<class T>() {
    if constexpr (std::is_invocable_v<F, T, T>)
      zip_blocks<T>(c.in(0), c.in(1), out, F{});
    else
      fail(ErrorKind::other, c.node().op->name, " has no meaning for ", dtype_of<T>());
  });
}

}  // namespace spgrad
