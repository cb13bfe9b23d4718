// index_of, and argmax and argmin that are made of it: the extreme first, then where it stands.
#include "src/ops/reductions/reductions.hpp"

namespace spgrad {
namespace {

// NaN stands where NaN is.
template <class T>
bool same(T a, T b) {
  return a == b || (a != a && b != b);
}

struct Block {
  Index rows, cols;
  Index first;   ///< global number of its first row
  Index across;  ///< distance in numbers of two rows
  Index along;   ///< of two neighbours in a row
};

// Where x equals m, the smallest number. m and out step with the rows, with the columns, or not at all.
template <class T>
void find(const T* x, const Block& b, const T* m, Index by_row, Index by_col, Index* out) {
  for (Index i = 0; i < b.rows; ++i)
    for (Index j = 0; j < b.cols; ++j) {
      const Index at = i * by_row + j * by_col;
      if (same(x[i * b.cols + j], m[at])) out[at] = std::min(out[at], (b.first + i) * b.across + j * b.along);
    }
}

void run(RunContext& c) {
  const Value& x = c.in(0);
  const auto axis = axis_of(c.node());
  const bool by_rows = x.slow() == 0, flat = !axis && x.shape().ndim() == 2;
  Block b{x.local_rows(), x.row_length(), first_row(x), 1, 1};
  if (flat) (by_rows ? b.across : b.along) = x.shape()[1];
  if (axis) (*axis == x.slow() ? b.along : b.across) = 0;
  const std::span<Index> out = c.out_data<Index>();
  std::ranges::fill(out, Smallest::identity<Index>);
  c.dispatch([&]<class T>() {
    find(x.data<T>().data(), b, c.data<T>(1).data(), axis && *axis != x.slow() ? 1 : 0,
         axis && *axis == x.slow() ? 1 : 0, out.data());
  });
}

}  // namespace

constinit const Op ops::index_of{
    .name = "index_of",
    .inputs = "x m",
    .attributes = "axis",
    .formula = "smallest k with x[k] = m, along the axis or in all of x",
    .doc = "Counted through the rows of a matrix without an axis. Where nothing equals m, the largest int64.",
    .letters = "[axis=0] ij j -> j | [axis=1] ij i -> i | [axis] ij . -> | [axis] i . -> | [axis] . . ->",
    .infer = [](const Node& n) -> Type {
      require(!n.in[0]->type.sparse(), "x must be dense");
      static_cast<void>(promoted_dtype(n));
      return {DType::int64, Format::dense, shape_by_letters(n)};
    },
    .run = run,
    .spread = [](const Node& n) -> Spreads {
      const auto axis = axis_of(n);
      Spreads spreads;
      for (int cut = 0; cut < n.in[0]->type.ndim(); ++cut) {
        const bool stays = axis && *axis != cut;
        spreads.push_back({{own(cut), stays ? own(0) : all()}, stays ? own(0) : all(Rows::kMin)});
      }
      spreads.push_back({{all(), all()}, replica()});
      return spreads;
    },
    .grad_kind = GradKind::none,
    .accepts = static_cast<DTypes>(kBool | kInteger | kReal),
    .aliases = {.scipy = "numpy.argmax", .torch = "torch.argmax", .jax = "jax.numpy.argmax"},
};

Var argmax(const Var& x, std::optional<int> axis) {
  return apply(ops::index_of, {x, max(x, axis)}, reduction_attrs(x, axis));
}
Var argmin(const Var& x, std::optional<int> axis) {
  return apply(ops::index_of, {x, min(x, axis)}, reduction_attrs(x, axis));
}

}  // namespace spgrad
