// Slices, lists and stacks: what they refuse, and what they send.
#include <gtest/gtest.h>

#include "spgrad/function.hpp"
#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/comm/matrices.hpp"

namespace spgrad::tests {
namespace {

constexpr Index kRows = 11, kColumns = 6;

// (i, i % 6) for every row i, and (i, 0) for every third.
std::vector<Entry> entries() {
  std::vector<Entry> all;
  for (Index i = 0; i < kRows; ++i) {
    all.push_back({i, i % kColumns, static_cast<double>(i + 1)});
    if (i % 3 == 1) all.push_back({i, 0, 0.5});
  }
  return all;
}

Value sparse(World& world, const Layout& rows, Format format = Format::csr) {
  const Layout columns = random_layout(kColumns, world.size(), 5);
  const bool csr = format == Format::csr;
  return matrix(world, format, DType::float64, entries(), csr ? rows : columns, csr ? columns : rows);
}

Value list(const std::vector<Index>& x) {
  const Value v = Value::whole(DType::int64, {static_cast<Index>(x.size())});
  std::ranges::copy(x, v.data<Index>().begin());
  return v;
}

Value counted(World& world, const Layout& rows, Index columns) {
  const Value v = Value::dense(DType::float64, {rows.size(), columns}, 0, rows, world.rank());
  for (Index p = 0; p < v.local_size(); ++p)
    v.data<double>()[p] = static_cast<double>(rows.begin(world.rank()) * columns + p);
  return v;
}

std::vector<double> elements(World& world, const Value& v) {
  const Value whole = gather_all(world, cast(v, DType::float64));
  return {whole.data<double>().begin(), whole.data<double>().end()};
}

Function compiled(World& world, Vars inputs, Vars outputs) {
  return compile({.inputs = std::move(inputs), .outputs = std::move(outputs), .updates = {}}, world);
}

// The bytes that all ranks send in a warm call to make `out` of a, beyond what every call sends to agree.
Index bytes_for(World& world, const Var& a, const Var& out, const Value& of_a) {
  const auto warm = [&](const Var& x) {
    Function f = compiled(world, {a}, {x});
    f({{a->name, of_a}});
    f({{a->name, of_a}});
    return f.bytes_sent();
  };
  return warm(out) - warm(neg(a));
}

TEST(Lists, GiveOneErrorOnAllRanksForAnIndexOutOfRangeWithItAndTheRange) {
  for_ranks([](World& world) {
    for (const Format format : {Format::csr, Format::csc}) {
      const Value A = sparse(world, random_layout(kRows, world.size(), 3), format), bad = list({0, 11});
      const Var a = input("a", type_of(A)), i = input("i", type_of(bad));
      const auto refusal = [&](const Var& out) {
        return complaint([&] { compiled(world, {a, i}, {out})({{"a", A}, {"i", bad}}); });
      };
      for (const Var& out :
           {get_item_list(a, i), get_item_2lists(a, i, mul(i, 0)), put_list(get_item_2d(a, {.stop = 2}), i, a)}) {
        const std::string said = refusal(out);
        EXPECT_NE(said.find("index 11 is out of range -11 .. 10"), std::string::npos) << out->op->name << ": " << said;
        EXPECT_EQ(world.gather_each(std::hash<std::string>{}(said)),
                  std::vector(static_cast<std::size_t>(world.size()), std::hash<std::string>{}(said)));
      }
    }
  });
}

TEST(GetItemList, AddsTheGradientsOfARowThatIsTakenTwice) {
  for_ranks([](World& world) {
    const Value A = sparse(world, random_layout(kRows, world.size(), 3)), rows = list({2, -1, 2, 2});
    const Var a = input("a", type_of(A)), i = input("i", type_of(rows));
    const Var g = grad(sp_sum(get_item_list(a, i)), a);
    const auto r = compiled(world, {a, i}, {sum(add(g, 0.0), 1)})({{"a", A}, {"i", rows}});
    EXPECT_EQ(elements(world, r[0]), (std::vector<double>{0, 0, 18, 0, 0, 0, 0, 0, 0, 0, 6}));
  });
}

TEST(Take, FetchesTheRowsThatOtherRanksHaveAndNoMore) {
  for_ranks([](World& world) {
    constexpr Index kCount = 5, kWide = 1000;
    const Layout cut = random_layout(kRows, world.size(), 3), cut_of_list = random_layout(kCount, world.size(), 4);
    const Value D = counted(world, cut, kWide),
                rows = Value::dense(DType::int64, {kCount}, 0, cut_of_list, world.rank());
    Index moved = 0;
    for (Index k = 0; k < kCount; ++k) {
      const Index row = kRows - 1 - 2 * k;
      moved += cut.owner(row) == cut_of_list.owner(k) ? 0 : 1;
      if (const Index here = k - cut_of_list.begin(world.rank()); here >= 0 && here < rows.local_size())
        rows.data<Index>()[here] = k % 2 == 0 ? row : row - kRows;
    }
    const Var d = input("d", type_of(D)), i = input("i", type_of(rows)), taken = take(d, i);
    const auto warm = [&](const Vars& outputs) {
      Function f = compiled(world, {d, i}, outputs);
      f({{"d", D}, {"i", rows}});
      f({{"d", D}, {"i", rows}});
      return f.bytes_sent();
    };
    const Index scalars = 400 * world.size(), bytes = kWide * 8 * moved;
    EXPECT_LE(warm({taken}), bytes + scalars);
    EXPECT_LE(warm({put_rows(mul(stop_gradient(taken), 2), i, d)}), 2 * bytes + kCount * 8 * world.size() + scalars);
  });
}

TEST(SamplingDot, NamesColumnsByAMatrixAndByTheTurnedOneApart) {
  for_ranks([](World& world) {
    std::vector<Entry> far;
    for (Index i = 0; i < kRows; ++i) far.push_back({i, i / 4, static_cast<double>(i + 1)});
    const Layout cut = random_layout(kRows, world.size(), 3);
    const Value A = matrix(world, Format::csr, DType::float64, far, cut, cut);
    const Value B = matrix(world, Format::csc, DType::float64, far, cut, cut);
    const Var a = input("a", type_of(A)), b = input("b", type_of(B));
    const Vars outputs{sp_sum(sampling_dot(a, b, a), 1), sp_sum(sampling_dot(as_format(T(a), Format::csr), b, a), 1),
                       sp_sum(sampling_dot(T(a), b, a), 1)};
    const auto together = compiled(world, {a, b}, outputs)({{"a", A}, {"b", B}});
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      const auto alone = compiled(world, {a, b}, {outputs[k]})({{"a", A}, {"b", B}});
      EXPECT_EQ(elements(world, together[k]), elements(world, alone[0])) << k;
    }
  });
}

TEST(Slices, OfRowsForwardsSendNothingInAWarmCall) {
  for_ranks([](World& world) {
    const Layout cut = random_layout(kRows, world.size(), 3);
    const Value A = sparse(world, cut), D = counted(world, cut, 2);
    const Var a = input("a", type_of(A)), d = input("d", type_of(D));
    const Slice some{.start = 2, .stop = -1, .step = 2};
    EXPECT_EQ(bytes_for(world, a, get_item_2d(a, some), A), 0);
    EXPECT_EQ(bytes_for(world, d, subtensor(d, some), D), 0);
  });
}

TEST(Stacks, SendWhatChangesItsOwnerAndNothingElse) {
  for_ranks([](World& world) {
    const Layout cut = random_layout(kRows, world.size(), 3), both = Layout::even(2 * kRows, world.size());
    const Value A = sparse(world, cut), D = counted(world, cut, 2);
    const Var a = input("a", type_of(A)), d = input("d", type_of(D));
    Index moved_rows = 0, moved_entries = 0;
    for (Index i = 0; i < 2 * kRows; ++i) {
      if (both.owner(i) == cut.owner(i % kRows)) continue;
      moved_rows += 1;
      moved_entries += i % kRows % 3 == 1 ? 2 : 1;
    }
    EXPECT_EQ(bytes_for(world, a, vstack({a, a}, Format::csr), A), 8 * moved_entries);
    EXPECT_EQ(bytes_for(world, a, hstack({a, a}, Format::csr), A), 0);
    EXPECT_EQ(bytes_for(world, d, concatenate({d, d}), D), 2 * 8 * moved_rows);
    EXPECT_EQ(bytes_for(world, d, concatenate({d, d}, 1), D), 0);
  });
}

// A part that is whole on every rank is taken where it is.
TEST(Concatenate, SendsNothingOfAWholePartAndNeverGathers) {
  for_ranks([](World& world) {
    const Layout cut = Layout::even(kRows, world.size());
    const Value D = counted(world, cut, 2), one = Value::whole(DType::float64, {3, 2});
    std::ranges::fill(one.data<double>(), -1.0);
    const Var d = input("d", type_of(D)), out = concatenate({constant(one), d});
    const Layout both = Layout::even(kRows + 3, world.size());
    Index moved = 0;
    for (Index i = 0; i < kRows; ++i) moved += both.owner(i + 3) != cut.owner(i) ? 1 : 0;
    EXPECT_EQ(bytes_for(world, d, out, D), 2 * 8 * moved);
    const auto r = compiled(world, {d}, {out, grad(sum(sqr(out)), d)})({{"d", D}});
    EXPECT_EQ(r[0].cut(), 0);
    std::vector<double> expected(6, -1.0), twice;
    for (Index p = 0; p < 2 * kRows; ++p) {
      expected.push_back(static_cast<double>(p));
      twice.push_back(2.0 * static_cast<double>(p));
    }
    EXPECT_EQ(elements(world, r[0]), expected);
    EXPECT_EQ(elements(world, r[1]), twice);
  });
}

TEST(CumSum, OfACutVectorStaysCutAndSendsOneTotalARank) {
  for_ranks([](World& world) {
    const Value V = Value::dense(DType::float64, {kRows}, 0, random_layout(kRows, world.size(), 3), world.rank());
    std::ranges::fill(V.data<double>(), 1.0);
    const Var v = input("v", type_of(V));
    const auto r = compiled(world, {v}, {cumsum(v), grad(sum(cumsum(v)), v)})({{"v", V}});
    EXPECT_EQ(r[0].cut(), 0);
    std::vector<double> up, down;
    for (Index k = 1; k <= kRows; ++k) {
      up.push_back(static_cast<double>(k));
      down.push_back(static_cast<double>(kRows + 1 - k));
    }
    EXPECT_EQ(elements(world, r[0]), up);
    EXPECT_EQ(elements(world, r[1]), down);
    EXPECT_LE(bytes_for(world, v, cumsum(v), V), 8 * world.size() * (world.size() - 1));
  });
}

}  // namespace
}  // namespace spgrad::tests
