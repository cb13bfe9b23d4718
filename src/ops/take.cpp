// take and its transpose put_rows: rows (or columns) of a dense value by their numbers.
#include "src/kernels/arithmetic.hpp"
#include "src/ops/like_ops.hpp"
#include "src/ops/reductions.hpp"

namespace spgrad {
namespace {

// The numbers of the rows, from 0 on.
std::vector<Index> checked_rows(const Value& rows, Index size) {
  const Value wide = cast(rows, DType::int64);
  std::vector<Index> checked(wide.data<Index>().begin(), wide.data<Index>().end());
  for (Index& r : checked) {
    require(r >= -size && r < size, "row ", r, " does not exist in an axis of size ", size);
    if (r < 0) r += size;
  }
  return checked;
}

// Where row `number` is among `count` rows of which the first has the number `first`; -1: on another rank.
Index place_of(Index number, Index first, Index count) {
  return number >= first && number < first + count ? number - first : -1;
}

// A result that is whole is stored as the operand is that is read with it.
Value out_stored_like(RunContext& c, const Value& x) {
  if (c.out().cut() == kWhole && c.out().slow() != x.slow())
    c.set_out(Value::whole(c.out().dtype(), c.out().shape(), x.slow()));
  return c.out();
}

int axis_taken(const Node& n) { return *axis_of(n); }

void require_rows(const Node& n) {
  require(!n.in[0]->type.sparse() && !n.in[1]->type.sparse(), "the operands must be dense");
  require(is_integer(n.in[1]->type.dtype), "rows must be integers, not ", n.in[1]->type.dtype);
}

// Of rows that are elsewhere the result has zeros here, to be summed over the ranks.
void run_take(RunContext& c) {
  const Value out = out_stored_like(c, c.in(0));
  const int axis = axis_taken(c.node());
  const std::vector<Index> rows = checked_rows(c.in(1), c.in(0).shape()[axis]);
  const Index first = first_row(c.in(0)), n = static_cast<Index>(rows.size());
  c.dispatch([&]<class T>() {
    const auto x = c.rows<T>(0, out.slow());
    T* to = out.data<T>().data();
    if (axis != out.slow()) {
      for (Index i = 0; i < x.rows; ++i)
        for (Index k = 0; k < n; ++k) *to++ = x.row(i)[rows[k]];
      return;
    }
    for (Index k = 0; k < n; ++k, to += x.cols)
      if (const Index at = place_of(rows[k], first, x.rows); at >= 0)
        std::copy_n(x.row(at), x.cols, to);
      else
        std::fill_n(to, x.cols, T{});
  });
}

template <class T>
void add_to(T& sum, T x) {
  sum = kernels::sum(sum, x);
}

void run_put_rows(RunContext& c) {
  const Value out = out_stored_like(c, c.in(0));
  const int axis = axis_taken(c.node());
  const std::vector<Index> rows = checked_rows(c.in(1), out.shape()[axis]);
  const Index first = first_row(out), n = static_cast<Index>(rows.size());
  c.zero_out();
  c.dispatch([&]<class T>() {
    const auto g = c.rows<T>(0, out.slow());
    const Index cols = out.row_length();
    T* const to = out.data<T>().data();
    if (axis != out.slow()) {
      for (Index i = 0; i < g.rows; ++i)
        for (Index k = 0; k < n; ++k) add_to(to[i * cols + rows[k]], g.row(i)[k]);
      return;
    }
    for (Index k = 0; k < n; ++k)
      if (const Index at = place_of(rows[k], first, out.local_rows()); at >= 0)
        for (Index j = 0; j < cols; ++j) add_to(to[at * cols + j], g.row(k)[j]);
  });
}

// The other axis stays cut; or the rows are taken where they are and a partial whole is made of them; or x is whole.
Spreads spread_take(const Node& n) {
  const int axis = axis_taken(n);
  Spreads spreads;
  if (n.type.ndim() == 2) spreads.push_back({{own(1 - axis), all()}, own(1 - axis)});
  spreads.push_back({{own(axis), all()}, all()});
  spreads.push_back({{all(), own(0)}, own(axis)});
  spreads.push_back({{all(), all()}, replica()});
  return spreads;
}

// As those of take, in reverse.
Spreads spread_put_rows(const Node& n) {
  const int axis = axis_taken(n);
  Spreads spreads;
  for (const Rows& x : places(n.in[2])) {
    const bool whole = x == all();
    if (n.type.ndim() == 2 && (whole || x.axis != axis)) spreads.push_back({{own(1 - axis), all(), x}, own(1 - axis)});
    if (whole || x.axis == axis) spreads.push_back({{all(), all(), x}, own(axis)});
    spreads.push_back({{own(axis), own(0), x}, all()});
    spreads.push_back({{all(), all(), x}, replica()});
  }
  return spreads;
}

}  // namespace

constinit const Op ops::take{
    .name = "take",
    .inputs = "x rows",
    .attributes = "axis",
    .formula = "x[rows] along the axis",
    .doc =
        "Negative rows count from the end, as in NumPy. Of an x that is cut along the axis no row moves that is not "
        "taken: the ranks' parts of the result are summed.",
    .letters = "[axis=0] ij r -> rj | [axis=1] ij r -> ir | i r -> r",
    .infer = [](const Node& n) -> Type {
      require_rows(n);
      return dense_type(n);
    },
    .run = run_take,
    .spread = spread_take,
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      return k == 0 ? spgrad::put_rows(g, out->in[1], out->in[0], axis_taken(*out)) : Var{};
    },
    .linear = Linear::each,
    .linear_in = inputs_mask({0}),
    .promotes = inputs_mask({0}),
    .aliases = {.scipy = "numpy.take", .torch = "torch.index_select", .jax = "jax.numpy.take"},
};

constinit const Op ops::put_rows{
    .name = "put_rows",
    .inputs = "g rows x",
    .attributes = "axis",
    .formula = "zeros of x's shape, out[rows] += g along the axis",
    .doc = "The transpose of take; g's rows that go to one are summed. x's values are not used.",
    .letters = "[axis=0] rj r ij -> ij | [axis=1] ir r ij -> ij | r r i -> i",
    .infer = [](const Node& n) -> Type {
      require_rows(n);
      require(!n.in[2]->type.sparse(), "x must be dense");
      return dense_type(n);
    },
    .run = run_put_rows,
    .spread = spread_put_rows,
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      return k == 0 ? spgrad::take(g, out->in[1], axis_taken(*out)) : Var{};
    },
    .linear = Linear::each,
    .linear_in = inputs_mask({0}),
    .promotes = inputs_mask({0}),
    .aliases = {.scipy = "numpy.add.at", .torch = "torch.index_add", .jax = "x.at[rows].add"},
};

Var take(const Var& x, const Var& rows, int axis) { return apply(ops::take, {x, rows}, axis_attrs(x, axis)); }

Var put_rows(const Var& g, const Var& rows, const Var& x, int axis) {
  return apply(ops::put_rows, {g, rows, x}, axis_attrs(x, axis));
}

Var one_hot(const Var& y, Index classes, DType dtype) {
  require(is_integer(y->type.dtype) && y->type.ndim() == 1, "one_hot: y must be a vector of integers, not ", y->type);
  const Value numbers = Value::whole(DType::int64, {classes});
  for (Index k = 0; k < classes; ++k) numbers.data<Index>()[k] = k;
  return cast(eq(col(y), row(constant(numbers))), dtype);
}

}  // namespace spgrad
