#include "src/comm/moves.hpp"

#include <gtest/gtest.h>

#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/support/typed.hpp"

namespace spgrad {
namespace {

using comm::Combine;
using tests::for_ranks;
using tests::same_bytes;

const Shape kShapes[]{{11}, {11, 1}, {1, 11}, {40, 35}, {0, 4}, {4, 0}, {2, 3}};

void for_dtypes(const std::function<void(DType)>& body) {
  for (int d = 0; d < kDTypes; ++d) body(static_cast<DType>(d));
}

/// Calls body(shape, axis, layout) for all shapes, axes and cuts.
void for_cuts(World& w, const std::function<void(Shape, int, const Layout&)>& body) {
  for (const Shape& shape : kShapes)
    for (int axis = 0; axis < shape.ndim(); ++axis)
      for (const Layout& layout : tests::layouts(shape[axis], w.size())) body(shape, axis, layout);
}

Value cut_numbers(World& w, DType dtype, Shape shape, int axis, const Layout& layout) {
  const Value v = Value::dense(dtype, shape, axis, layout, w.rank());
  tests::fill_numbers(v);
  return v;
}
Value whole_numbers(DType dtype, Shape shape, int slow, Index seed = 0) {
  const Value v = Value::whole(dtype, shape, slow);
  tests::fill_numbers(v, seed);
  return v;
}

TEST(GatherAll, GivesEveryRankTheWhole) {
  for_ranks([](World& w) {
    for_cuts(w, [&](Shape shape, int axis, const Layout& layout) {
      for_dtypes([&](DType dtype) {
        const Value whole = gather_all(w, cut_numbers(w, dtype, shape, axis, layout));
        EXPECT_EQ(whole.cut(), kWhole);
        EXPECT_EQ(whole.slow(), axis);
        EXPECT_TRUE(same_bytes(whole, whole_numbers(dtype, shape, axis))) << whole;
      });
    });
  });
}

TEST(Slice, TakesThisRanksPartOfAWhole) {
  for_ranks([](World& w) {
    for_cuts(w, [&](Shape shape, int axis, const Layout& layout) {
      for (const int slow : {0, 1})
        for_dtypes([&](DType dtype) {
          const Value part = comm::slice(whole_numbers(dtype, shape, slow), axis, layout, w.rank());
          EXPECT_EQ(part.cut(), axis);
          EXPECT_TRUE(same_bytes(part, cut_numbers(w, dtype, shape, axis, layout))) << part;
        });
    });
  });
}

TEST(Turn, MovesTheCutToTheOtherAxis) {
  for_ranks([](World& w) {
    for_cuts(w, [&](Shape shape, int axis, const Layout& layout) {
      if (shape.ndim() < 2) return;
      for (const Layout& other : tests::layouts(shape[1 - axis], w.size()))
        for (const DType dtype : {DType::bool_, DType::int16, DType::float32, DType::float64, DType::complex128}) {
          const Value turned = turn(w, cut_numbers(w, dtype, shape, axis, layout), other);
          EXPECT_EQ(turned.cut(), 1 - axis);
          EXPECT_TRUE(same_bytes(turned, cut_numbers(w, dtype, shape, 1 - axis, other))) << turned;
        }
    });
  });
}

TEST(Relayout, MovesTheCutAlongItsAxis) {
  for_ranks([](World& w) {
    for_cuts(w, [&](Shape shape, int axis, const Layout& layout) {
      for (const Layout& other : tests::layouts(shape[axis], w.size()))
        for (const DType dtype : {DType::int8, DType::float64, DType::complex128}) {
          const Value moved = relayout(w, cut_numbers(w, dtype, shape, axis, layout), other);
          EXPECT_EQ(moved.layout(), other);
          EXPECT_TRUE(same_bytes(moved, cut_numbers(w, dtype, shape, axis, other))) << moved;
        }
    });
  });
}

/// The parts of all ranks combined, as one rank alone would do it.
Value combined_parts(World& w, DType dtype, Shape shape, int slow, Combine combine) {
  const Value sum = whole_numbers(dtype, shape, slow);
  for (int r = 1; r < w.size(); ++r)
    combine_into(dtype, combine, sum.bytes(), whole_numbers(dtype, shape, slow, r).bytes());
  return sum;
}

void for_combines(DType dtype, const std::function<void(Combine)>& body) {
  body(Combine::sum);
  if (is_complex(dtype)) return;
  body(Combine::max);
  body(Combine::min);
}

TEST(Fold, CombinesPartialsInTheirOwners) {
  for_ranks([](World& w) {
    for_cuts(w, [&](Shape shape, int axis, const Layout& layout) {
      for (const int slow : {0, 1})
        for (const DType dtype : {DType::bool_, DType::uint16, DType::float64, DType::complex64})
          for_combines(dtype, [&](Combine combine) {
            const Value folded = fold(w, whole_numbers(dtype, shape, slow, w.rank()), axis, layout, combine);
            const Value expected = comm::slice(combined_parts(w, dtype, shape, slow, combine), axis, layout, w.rank());
            EXPECT_EQ(folded.cut(), axis);
            EXPECT_TRUE(same_bytes(folded, expected)) << folded;
          });
    });
  });
}

TEST(ReduceAll, CombinesPartialsEverywhere) {
  for_ranks([](World& w) {
    for (const Shape& shape : {Shape{}, Shape{5}, Shape{3, 4}, Shape{0, 2}})
      for (const int slow : {0, 1})
        for_dtypes([&](DType dtype) {
          for_combines(dtype, [&](Combine combine) {
            const Value partial = whole_numbers(dtype, shape, slow, w.rank());
            const Value all = reduce_all(w, partial, combine);
            EXPECT_TRUE(same_bytes(all, combined_parts(w, dtype, shape, slow, combine))) << all;
            EXPECT_TRUE(same_bytes(partial, whole_numbers(dtype, shape, slow, w.rank()))) << "the operand has changed";
          });
        });
  });
}

TEST(Moves, OfOneRankShareTheData) {
  const auto world = comm::solo_world();
  const Layout one = Layout::even(6, 1);
  const Value cut = Value::dense(DType::float64, {6, 2}, 0, one, 0), whole = Value::whole(DType::float64, {6, 2});
  const auto shared = [](const Value& a, const Value& b) { return a.bytes().data() == b.bytes().data(); };
  EXPECT_TRUE(shared(gather_all(*world, cut), cut));
  EXPECT_TRUE(shared(relayout(*world, cut, Layout::even(6, 1)), cut));
  EXPECT_TRUE(shared(fold(*world, whole, 0, one), whole));
  EXPECT_TRUE(shared(reduce_all(*world, whole), whole));
  EXPECT_TRUE(shared(comm::slice(whole, 0, one, 0), whole));
}

TEST(Moves, RefuseValuesThatLieElsewhere) {
  for_ranks([](World& w) {
    const Layout layout = Layout::even(6, w.size());
    const Value cut = Value::dense(DType::float64, {6}, 0, layout, w.rank()), whole = Value::whole(DType::float64, {6});
    EXPECT_THROW(gather_all(w, whole), Error);
    EXPECT_THROW(relayout(w, whole, layout), Error);
    EXPECT_THROW(turn(w, cut, layout), Error);
    EXPECT_THROW(fold(w, cut, 0, layout), Error);
    EXPECT_THROW(reduce_all(w, cut), Error);
    EXPECT_THROW(comm::slice(cut, 0, layout, w.rank()), Error);
  });
}

TEST(Moves, SendEachRowOnce) {
  for_ranks([](World& w) {
    const Index p = w.size(), m = 6 * p, n = 4;
    const Layout rows = Layout::even(m, w.size()), columns = Layout::even(n, w.size());
    const Value cut = cut_numbers(w, DType::float64, {m, n}, 0, rows);
    const auto sent = [&](const auto& move) {
      const Index before = w.traffic().bytes;
      move();
      return w.reduce(w.traffic().bytes - before);
    };
    EXPECT_EQ(sent([&] { gather_all(w, cut); }), 8 * m * n * (p - 1));
    EXPECT_EQ(sent([&] { turn(w, cut, columns); }), 8 * m * n * (p - 1) / p);
    EXPECT_EQ(sent([&] { fold(w, zeros({m, n}), 0, rows); }), 8 * m * n * (p - 1));
    EXPECT_EQ(sent([&] { relayout(w, cut, tests::all_on(0, m, w.size())); }), 8 * n * (m - rows.count(0)));
  });
}

}  // namespace
}  // namespace spgrad
