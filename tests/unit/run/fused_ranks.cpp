// Chains of element-by-element operations in one pass: which are taken together, and that nothing else changes: bits,
// errors, what is told of NaN, memory, what a profile counts.
#include <gtest/gtest.h>

#include "spgrad/function.hpp"
#include "spgrad/grad.hpp"
#include "spgrad/model.hpp"
#include "spgrad/ops.hpp"
#include "spgrad/profile.hpp"
#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/support/typed.hpp"
#include "tests/unit/run/regression.hpp"

namespace spgrad::tests {
namespace {

constexpr Index kLong = 37, kWide = 6;

Value vector(World& world, const Layout& cut, Index seed = 0) {
  const Value v = Value::dense(DType::float64, {cut.size()}, 0, cut, world.rank());
  fill_numbers(v, seed);
  return v;
}
Value matrix(World& world, int axis, const Layout& cut, Index seed = 0) {
  const Value v = Value::dense(DType::float64, {kLong, kWide}, axis, cut, world.rank());
  fill_numbers(v, seed);
  return v;
}
Value whole(const Shape& shape, Index seed) {
  const Value v = Value::whole(DType::float64, shape);
  fill_numbers(v, seed);
  return v;
}
Var input_like(std::string name, const Value& value) { return input(std::move(name), type_of(value)); }

struct Ran {
  std::vector<Value> results;
  std::string explained;
};
Ran run(World& world, const Program& program, const Bindings& given) {
  Function f = compile(program, world);
  std::vector<Value> results = f(given);
  return {std::move(results), f.explain()};
}

Index count(std::string_view word, std::string_view text) {
  Index n = 0;
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++n;
  return n;
}

/// The same bits in strips of any length; how often the word stands in the plan.
void expect_fused(World& world, Program program, const Bindings& given, Index fused, std::string_view words) {
  program.strip = 0;
  const Ran alone = run(world, program, given);
  EXPECT_EQ(count("fused ", alone.explained), 0);
  for (const Index strip : {1, 2, 3, 7, 16}) {
    program.strip = strip;
    const Ran strips = run(world, program, given);
    EXPECT_EQ(count("fused ", strips.explained), fused) << strips.explained;
    EXPECT_NE(strips.explained.find(words), std::string::npos) << "no " << words << " in\n" << strips.explained;
    for (std::size_t k = 0; k < alone.results.size(); ++k)
      EXPECT_TRUE(same_bytes(strips.results[k], alone.results[k])) << "result " << k << " in strips of " << strip;
  }
}

TEST(Fused, AChainIsOnePassWhereverItsValuesLie) {
  for_ranks([](World& world) {
    for (const Layout& cut : layouts(kLong, world.size())) {
      const Value x = vector(world, cut), y = vector(world, cut, 5);
      const Var a = input_like("a", x), b = input_like("b", y);
      expect_fused(world, {.inputs = {a, b}, .outputs = {log(1 + exp(neg(mul(b, a))))}, .updates = {}},
                   {{"a", x}, {"b", y}}, 1, "log(add(1, exp(neg(mul(b, a)))))");
    }
  });
}

TEST(Fused, BroadcastOperandsStandBesideEachStrip) {
  for_ranks([](World& world) {
    for (const int axis : {0, 1})
      for (const Layout& cut : layouts(axis == 0 ? kLong : kWide, world.size())) {
        const Value X = matrix(world, axis, cut), row = whole({kWide}, 3), col = whole({kLong, 1}, 4);
        const Var x = input_like("x", X), r = input_like("r", row), c = input_like("c", col);
        const Var s = input("s", {DType::float64, Format::dense, {}});
        const Bindings given{{"x", X}, {"r", row}, {"c", col}, {"s", Value::scalar_of(0.25)}};
        const Program program{.inputs = {x, r, c, s}, .outputs = {sigmoid(x * s + r) * c, x - c}, .updates = {}};
        expect_fused(world, program, given, 1, "mul(sigmoid(add(mul(x, s), ");
      }
  });
}

TEST(Fused, EveryDtypeIsPromotedStripByStrip) {
  for_ranks([](World& world) {
    const Layout cut = random_layout(kLong, world.size(), 3);
    for (int k = 0; k < kDTypes; ++k) {
      const auto dtype = static_cast<DType>(k);
      const Value x = Value::dense(dtype, {kLong}, 0, cut, world.rank()), y = vector(world, cut, 9);
      fill_numbers(x);
      const Var a = input_like("a", x), b = input_like("b", y);
      const Program program{
          .inputs = {a, b}, .outputs = {where(neq(a, 3), mul(a, b), b) / 2, cast(a + a, DType::int32)}, .updates = {}};
      for (const Index strip : {0, 4}) {
        Program with = program;
        with.strip = strip;
        const Ran ran = run(world, with, {{"a", x}, {"b", y}});
        EXPECT_EQ(count("fused ", ran.explained) > 0, strip > 0) << dtype << '\n' << ran.explained;
      }
      expect_fused(world, {.inputs = {a, b}, .outputs = {where(neq(a, 3), mul(a, b), b) / 2}, .updates = {}},
                   {{"a", x}, {"b", y}}, 1, "where(neq(a, 3), ");
    }
  });
}

TEST(Fused, TheDataOfASparseMatrixIsTakenEntryByEntry) {
  for_ranks([](World& world) {
    const Layout rows = Layout::even(kRows, world.size());
    const Value X = features(world, rows, Layout::even(kFeatures, world.size()));
    for (const Value& A : {X, X.transposed()}) {
      const Var a = input_like("A", A), f = structured_sigmoid(mul(a, 2)), cost = sp_sum(f);
      expect_fused(world, {.inputs = {a}, .outputs = {f, grad(cost, a)}, .updates = {}}, {{"A", A}}, 1,
                   "structured_sigmoid(mul_s_d(A, 2))");
    }
  });
}

// What a later step reads is a result of the step, too; what is handed on unchanged is another one.
TEST(Fused, ResultsInTheMiddleAndViewsAreResults) {
  for_ranks([](World& world) {
    const Layout cut = Layout::even(kLong, world.size());
    const Value x = vector(world, cut);
    const Var a = input_like("a", x), e = exp(sin(a)), view = stop_gradient(e);
    expect_fused(world, {.inputs = {a}, .outputs = {sqr(view) + e, view, e, sum(cos(e))}, .updates = {}}, {{"a", x}}, 1,
                 " = exp(sin(a)), ");
  });
}

TEST(Fused, ForwardAndBackwardOfALossGoTogether) {
  for_ranks([](World& world) {
    const Layout cut = Layout::even(kLong, world.size());
    const Value x = vector(world, cut), y = vector(world, cut, 2);
    const Var a = input_like("a", x), b = input_like("b", y), loss = sum(log(1 + exp(mul(a, b)))) / 3;
    expect_fused(world, {.inputs = {a, b}, .outputs = {loss, grad(loss, a)}, .updates = {}}, {{"a", x}, {"b", y}}, 1,
                 "exp(mul(a, b))");
  });
}

// A message that waits for one of them begins when that is made: the others go on while it travels.
TEST(Fused, NoMessageBeginsLaterForIt) {
  for_ranks([](World& world) {
    const Layout rows = Layout::even(kRows, world.size());
    const Value X = features(world, rows, Layout::even(kFeatures, world.size()));
    const Value w = vector(world, Layout::even(kFeatures, world.size()));
    const Var a = input_like("A", X), b = input_like("w", w), half = sin(b * 0.5), more = exp(half) - b;
    Program program{.inputs = {a, b}, .outputs = {dot(a, half), more}, .updates = {}};
    program.strip = 1;
    const std::string plan = run(world, program, {{"A", X}, {"w", w}}).explained;
    const std::size_t begins = plan.find("begin gather"), later = plan.find("exp(");
    EXPECT_LT(begins, later) << plan;  // npos is the largest number
  });
}

// A value that dies gives its memory to a result, as it does to that of a single operation.
TEST(Fused, AResultTakesTheMemoryOfWhatDies) {
  for_ranks([](World& world) {
    const Layout rows = Layout::even(kRows, world.size());
    const Value X = features(world, rows, Layout::even(kFeatures, world.size()));
    const Var a = input_like("A", X), s = input("s", {DType::float64, Format::dense, {kFeatures, kWide}});
    const Var chain = sqr(sin(dot(a, s)) * 2.0);
    const Bindings given{{"A", X}, {"s", full({kFeatures, kWide}, 0.5)}};
    Program program{.inputs = {a, s}, .outputs = {chain}, .updates = {}};
    const auto alone = comm::solo_world();
    const auto memory = [&](Index strip) {
      program.strip = strip;
      const Value one = features(*alone, Layout::even(kRows, 1), Layout::even(kFeatures, 1));
      return model(program, {{"A", one}, {"s", given[1].second}}, 3, Machine()).memory;
    };
    EXPECT_EQ(memory(1), memory(0));
    expect_fused(world, program, given, 1, "sqr(mul(sin(");
  });
}

TEST(Fused, TheFirstNanIsStillThatOfAnOperation) {
  for_ranks([](World& world) {
    const Value x = vector(world, Layout::even(kLong, world.size()));
    const Var a = input_like("a", x);
    Program program{.inputs = {a}, .outputs = {exp(sqr(log(a)))}, .updates = {}, .check_nan = true};
    program.strip = 2;
    Function f = compile(program, world);
    try {
      f({{"a", x}});
      ADD_FAILURE() << "log(0) is not finite";
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("log makes the first value that is not finite, -inf at (0)"),
                std::string::npos)
          << e.what();
    }
  });
}

TEST(Fused, AnErrorInAStripIsTheErrorOfAllRanks) {
  for_ranks([](World& world) {
    const Layout cut = Layout::even(kLong, world.size());
    const Value x = Value::dense(DType::int64, {kLong}, 0, cut, world.rank());
    std::ranges::fill(x.data<std::int64_t>(), 2);
    const Index last = kLong - 1 - cut.begin(world.rank());
    if (last >= 0 && last < x.local_size()) x.data<std::int64_t>()[static_cast<std::size_t>(last)] = -1;
    const Var a = input_like("a", x);
    Program program{.inputs = {a}, .outputs = {sum(neg(pow(2, neg(neg(a)))))}, .updates = {}};
    program.strip = 2;
    Function f = compile(program, world);
    try {
      f({{"a", x}});
      ADD_FAILURE() << "2^-1 is no integer";
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("the integer exponent -1 is negative"), std::string::npos) << e.what();
    }
    EXPECT_NO_THROW(f({{"a", cast(cast(x, DType::bool_), DType::int64)}}));
  });
}

// Read once what is read, written once what stays.
TEST(Fused, AProfileAndAModelCountNoMemoryForWhatLivesInside) {
  for_ranks([](World& world) {
    const Layout cut = Layout::even(kLong, world.size());
    const Value x = vector(world, cut), y = vector(world, cut, 4);
    const Var a = input_like("a", x), b = input_like("b", y);
    Program program{.inputs = {a, b}, .outputs = {sqr(sin(a * b) + a)}, .updates = {}};
    program.strip = 1;
    Function f = compile(program, world);
    Profile profile(world);
    f.observe(profile);
    f({{"a", x}, {"b", y}});
    const auto rows = profile.rows();
    const auto row = std::ranges::find(rows, "mul+sin+add+sqr", &Profile::Row::name);
    if (row == rows.end()) return ADD_FAILURE() << profile.report(), void();
    EXPECT_EQ(row->bytes, 3 * 8 * kLong);
    EXPECT_NE(row->label.find("sqr(add(sin(mul(a, b)), a))"), std::string::npos) << row->label;
    double flops = 0;
    const Bindings given{{"a", whole({kLong}, 0)}, {"b", whole({kLong}, 4)}};
    const RunModel m = model(program, given, 1, Machine());
    for (const ModelledStep& step : m.steps) flops += step.kernel.flops;
    EXPECT_EQ(row->flops, flops);
    const auto alone = comm::solo_world();
    Function g = compile(program, *alone);
    g(given);
    EXPECT_EQ(m.taken, g.peak_memory());  // a strip of each value, and the result
    EXPECT_EQ(m.memory, 2 * 8 * kLong + m.taken);
  });
}

TEST(Fused, ShortValuesAreTakenOneByOne) {
  for_ranks([](World& world) {
    const Value x = vector(world, Layout::even(kLong, world.size()));
    const Var a = input_like("a", x);
    const Program program{.inputs = {a}, .outputs = {exp(sin(a))}, .updates = {}};
    EXPECT_EQ(count("fused ", run(world, program, {{"a", x}}).explained), 0);
  });
}

// What follows a chain asks how large its matrices are.
TEST(Fused, MatricesWhoseSizesOnlyTheDataTellKeepThem) {
  for_ranks([](World& world) {
    const Value X = features(world, Layout::even(kRows, world.size()), Layout::even(kFeatures, world.size()));
    const Index entries = X.sparsity()->nnz();
    const Value weights = whole({entries, entries}, 3);
    const Var x = input_like("X", X), w = input_like("w", weights);
    const Var chain = arctan(neg(square_diagonal(csm_data(x)))), loss = sum(dense_from_sparse(chain, false) * w);
    Program program{.inputs = {x, w}, .outputs = {loss, grad(loss, x)}, .updates = {}};
    const Bindings given{{"X", X}, {"w", weights}};
    program.strip = 0;
    const Ran alone = run(world, program, given);
    program.strip = 1;
    const Ran strips = run(world, program, given);
    EXPECT_GT(count("fused ", strips.explained), 0) << strips.explained;
    for (std::size_t k = 0; k < alone.results.size(); ++k)
      EXPECT_TRUE(std::ranges::equal(strips.results[k].bytes(), alone.results[k].bytes())) << "output " << k;
  });
}

}  // namespace
}  // namespace spgrad::tests
