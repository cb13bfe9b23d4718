// take and its transpose put_rows: rows (or columns) of a dense value by their numbers.
#include "src/kernels/arithmetic.hpp"
#include "src/ops/parts/lists.hpp"
#include "src/ops/reductions/reductions.hpp"

namespace spgrad {
namespace {

int axis_taken(const Node& n) { return *axis_of(n); }

// A result that is whole is stored as the operand is that is read with it.
Value out_stored_like(RunContext& c, const Value& x) {
  if (c.out().cut() == kWhole && c.out().slow() != x.slow())
    c.set_out(Value::whole(c.out().dtype(), c.out().shape(), x.slow()));
  return c.out();
}

// Of rows that are elsewhere the result has zeros here, to be summed over the ranks.
void run_take(RunContext& c) {
  const int axis = axis_taken(c.node());
  if (have_come_as_listed(c, axis)) return c.set_out(c.out().with_data(c.in(0).buffer()));
  const Value out = out_stored_like(c, c.in(0));
  const std::vector<Index> rows = listed_indices(c.in(1), c.in(0).shape()[axis]);
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
      if (const Index at = rows[k] - first; at >= 0 && at < x.rows)
        std::copy_n(x.row(at), x.cols, to);
      else
        std::fill_n(to, x.cols, T{});
  });
}

void run_put_rows(RunContext& c) {
  const Value out = out_stored_like(c, c.in(0));
  const int axis = axis_taken(c.node());
  const Index begin = out.cut() == axis ? first_row(out) : 0, size = out.shape()[axis];
  const Index end = out.cut() == axis ? begin + out.local_rows() : size;
  const std::vector<RowAdded> added = rows_added(c.in(1), size, begin, end);
  const bool arrived = have_come_as_listed(c, axis);
  const auto from = [&](std::size_t k) { return arrived ? static_cast<Index>(k) : added[k].from; };
  c.zero_out();
  c.dispatch([&]<class T>() {
    const auto g = c.rows<T>(0, out.slow());
    const Index cols = out.row_length(), lines = axis == out.slow() ? 1 : out.local_rows();
    T* const to = out.data<T>().data();
    const auto add = [](T& sum, T x) { sum = kernels::sum(sum, x); };
    for (Index i = 0; i < lines; ++i)
      for (std::size_t k = 0; k < added.size(); ++k) {
        const Index row = added[k].to - begin;
        if (axis != out.slow())
          add(to[i * cols + row], g.row(i)[from(k)]);
        else
          for (Index j = 0; j < cols; ++j) add(to[row * cols + j], g.row(from(k))[j]);
      }
  });
}

Spread spread(const Node& n, Rows in, Rows list, Rows out) {
  Spread s{std::vector<Rows>(n.in.size(), anywhere()), out};
  s.in[0] = in;
  s.in[1] = list;
  return s;
}

// The rows that this rank's part of the list names are fetched; or the other axis stays cut; or the rows are taken
// where they are and a partial whole is made of them; or x is whole.
Spreads spread_take(const Node& n) {
  const int axis = axis_taken(n);
  Spreads spreads{spread(n, listed(axis), own(), own(axis)), spread(n, all(), own(), own(axis))};
  if (n.type.ndim() == 2) spreads.push_back(spread(n, own(1 - axis), all(), own(1 - axis)));
  spreads.push_back(spread(n, own(axis), all(), all()));
  spreads.push_back(spread(n, all(), all(), replica()));
  return spreads;
}

// The rows of g that are added to this rank's rows are fetched; or as those of take, in reverse.
Spreads spread_put_rows(const Node& n) {
  const int axis = axis_taken(n);
  Spreads spreads{spread(n, listed(axis), all(), own(axis)), spread(n, own(axis), own(), all())};
  if (n.type.ndim() == 2) spreads.push_back(spread(n, own(1 - axis), all(), own(1 - axis)));
  spreads.push_back(spread(n, all(), all(), own(axis)));
  spreads.push_back(spread(n, all(), all(), replica()));
  return spreads;
}

}  // namespace

constinit const Op ops::take{
    .name = "take",
    .inputs = "x rows",
    .attributes = "axis",
    .formula = "x[rows] along the axis",
    .doc =
        "Negative rows count from the end, as in NumPy. Of an x that is cut along the axis the rows that a rank's part "
        "of the list names are fetched.",
    .letters = "[axis=0] ij r -> rj | [axis=1] ij r -> ir | i r -> r",
    .infer = [](const Node& n) -> Type {
      require(!n.in[0]->type.sparse(), "x must be dense");
      require_list(n.in[1], "rows");
      return dense_type(n);
    },
    .run = run_take,
    .spread = spread_take,
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      return k == 0 ? spgrad::put_rows(g, out->in[1], out->in[0], axis_taken(*out)) : Var{};
    },
    .wants = wants_listed,
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
      require(!n.in[0]->type.sparse(), "g must be dense");
      require_list(n.in[1], "rows");
      return dense_type(n);
    },
    .run = run_put_rows,
    .spread = spread_put_rows,
    .vjp = [](const Var& out, const Var& g, int k) -> Var {
      return k == 0 ? spgrad::take(g, out->in[1], axis_taken(*out)) : Var{};
    },
    .wants = wants_added,
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
