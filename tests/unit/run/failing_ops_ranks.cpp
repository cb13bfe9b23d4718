// An op that throws on one rank, in every kernel, inspection and list of wanted rows of schedules that have every kind
// of move: all ranks throw the same one message, nothing is assigned, and the function can be called again.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <optional>

#include "src/graph/run_context.hpp"
#include "src/graph/walk.hpp"
#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/run/regression.hpp"

namespace spgrad::tests {
namespace {

// Of this rank: how often ops are called before one fails; counted down from "never" it says how often they were.
constexpr int kNever = 1 << 20;
thread_local int calls_left = kNever;

void call(const Node& node, const char* what) {
  if (--calls_left == 0) fail(ErrorKind::data, "the ", what, " of ", node.op->name, " fails");
}

// A copy of an op whose functions may fail, and the op itself. Made once, on whichever rank comes first.
const Op* original(const Op* op);

void run(RunContext& c) {
  call(c.node(), "kernel");
  original(c.node().op)->run(c);
}
Inspection inspect(InspectContext& c) {
  call(c.node(), "inspection");
  Inspection made = original(c.node().op)->inspect(c);
  call(c.node(), "end of the inspection");
  return made;
}
std::vector<Index> wants(const WantContext& c, int k) {
  call(c.node, "list");
  return original(c.node.op)->wants(c, k);
}

struct Failing {
  const Op* of;
  Op op;
};
std::map<const Op*, Failing>& failing_ops() {
  static std::map<const Op*, Failing> ops = [] {
    std::map<const Op*, Failing> all;
    for (const Op* op : all_ops()) {
      if (op->run == nullptr) continue;
      Op& copy = all.emplace(op, Failing{op, *op}).first->second.op;
      copy.run = run;
      if (copy.inspect != nullptr) copy.inspect = inspect;
      if (copy.wants != nullptr) copy.wants = wants;
    }
    return all;
  }();
  return ops;
}
const Op* original(const Op* op) {
  static const std::map<const Op*, const Op*> originals = [] {
    std::map<const Op*, const Op*> all;
    for (const auto& [of, failing] : failing_ops()) all.emplace(&failing.op, of);
    return all;
  }();
  return originals.at(op);
}

Vars with_failing_ops(const Vars& outputs) {
  return rebuild(outputs, [](const Var& x, const Vars& in) -> Var {
    const auto found = failing_ops().find(x->op);
    if (found == failing_ops().end() || in.empty()) return {};
    auto node = std::make_shared<Node>(*with_inputs(x, in));
    node->op = &found->second.op;
    return Var(std::move(node));
  });
}

constexpr Index kSize = 7, kStored = 180;  // kStored: in the matrix of regression.hpp

struct Case {
  Vars inputs, outputs;
  Bindings values;
  std::optional<Shared> updated;
};

Value numbers(World& world, Shape shape, int axis) {
  const Value v = Value::dense(DType::float64, shape, axis, Layout::even(shape[axis], world.size()), world.rank());
  for (Index i = 0; i < v.local_size(); ++i)
    v.data<double>()[static_cast<std::size_t>(i)] = 0.1 * static_cast<double>(i % 5) + 0.2;
  return v;
}

// Sum of squares of a result, so that a few numbers tell whether a call was right.
Var summary(const Var& x) { return x->type.sparse() ? sp_sum(sqr(x)) : sum(sqr(x)); }

Case regression(World& world) {
  const Regression model;
  const Layout rows = random_layout(kRows, world.size(), 1), columns = random_layout(kFeatures, world.size(), 2);
  return {{model.X, model.Y},
          {model.loss, model.W - 0.5 * grad(model.loss, model.W)},
          {{"X", features(world, rows, columns)}, {"Y", labels(world, rows)}},
          model.W};
}

Case dense(World& world) {
  const Var D = input("D", {DType::float64, Format::dense, {kSize, kSize}}), E = input("E", D->type),
            v = input("v", {DType::float64, Format::dense, {kSize}}),
            list = input("list", {DType::int64, Format::dense, {5}});
  const Value rows = Value::dense(DType::int64, {5}, 0, Layout::even(5, world.size()), world.rank());
  for (Index i = 0; i < rows.local_size(); ++i) rows.data<Index>()[static_cast<std::size_t>(i)] = (3 * i + 1) % kSize;
  const Var sums = cumsum(D), turned = D + T(E), product = dot(T(D), E), folded = product * E;
  const Var taken = take(D, list), joined = concatenate({take(v, list), v});
  const Var cost = summary(sums) + summary(taken) + summary(turned) + summary(joined);
  return {{D, E, v, list},
          {cost, summary(folded), summary(exp(sum(D, 0)) + v), summary(take(joined, list)), sum(softmax(T(E), 1) * D),
           grad(cost, D), grad(cost, v)},
          {{"D", numbers(world, {kSize, kSize}, 0)},
           {"E", numbers(world, {kSize, kSize}, 0)},
           {"v", numbers(world, {kSize}, 0)},
           {"list", rows}},
          {}};
}

// A result that every rank makes whole, of a dimension that is cut elsewhere.
constinit const Op replicated{.name = "replicated",
                              .inputs = "x",
                              .formula = "x",
                              .letters = "* -> *",
                              .infer = [](const Node& n) { return n.in[0]->type; },
                              .run = [](RunContext& c) { std::ranges::copy(c.in(0).bytes(), c.out().bytes().begin()); },
                              .spread = [](const Node&) -> Spreads {
                                return {{{all()}, replica()}};
                              }};

Case sparse(World& world) {
  const Layout rows = random_layout(kRows, world.size(), 4), columns = random_layout(kFeatures, world.size(), 5);
  const Var A = input("A", {DType::float64, Format::csr, {kRows, kFeatures}}),
            b = input("b", {DType::float64, Format::dense, {kFeatures}});
  const Var gram = true_dot(T(A), A), some = remove0(A * A), both = vstack({A, A}, Format::csr);
  const Var q = input("q", {DType::float64, Format::dense, {kStored}}), whole = replicated(b);
  const Var picked = dot(gram, exp(sum(dot(A, b)) * b)), turned = dot(as_format(A, Format::csc), b);
  return {{A, b, q},
          {summary(dot(A, whole)), summary(whole + sqr(b)), summary(with_data(A, exp(q))), summary(gram), summary(some),
           summary(both), summary(picked), summary(turned), summary(get_item_2d(A, {2, 9})), grad(summary(picked), b)},
          {{"A", features(world, rows, columns)},
           {"b", numbers(world, {kFeatures}, 0)},
           {"q", numbers(world, {kStored}, 0)}},
          {}};
}

using MakeCase = Case (*)(World&);

Function compiled(World& world, const Case& c) {
  Program program{c.inputs, with_failing_ops(c.outputs), {}};
  if (c.updated) {
    program.updates.push_back({*c.updated, program.outputs.back()});
    program.outputs.pop_back();
  }
  return compile(std::move(program), world);
}

std::vector<double> summaries(World& world, const std::vector<Value>& results) {
  std::vector<double> out;
  for (const Value& x : results) {
    double sum = 0;
    const Value whole = gather_all(world, x);
    for (const double v : whole.data<double>()) sum += v * v;
    out.push_back(sum);
  }
  return out;
}

std::string complaint(World& world, Function& f, const Case& c, int rank, int at) {
  calls_left = world.rank() == rank ? at : kNever;
  std::string what;
  try {
    f(c.values);
  } catch (const Error& e) {
    what = e.what();
  }
  calls_left = kNever;
  return what;
}

void expect_same_message(World& world, const std::string& what, int rank) {
  EXPECT_NE(what.find(" fails"), std::string::npos) << what;
  EXPECT_EQ(what.starts_with(text("rank ", rank, ": ")), world.size() > 1) << what;
  const auto all = world.gather_all(std::span<const char>(what));
  std::string expected;
  for (int r = 0; r < world.size(); ++r) expected += what;
  EXPECT_EQ(std::string(all.begin(), all.end()), expected);
}

void every_call_may_fail(World& world, MakeCase make) {
  const Case c = make(world);
  const Value before = c.updated ? c.updated->value() : Value{};
  Function first = compiled(world, c);
  const auto expected = summaries(world, first(c.values));
  if (c.updated) c.updated->set(before);
  calls_left = kNever;
  // On four real ranks the first and the last, unless all are asked for: it takes a while.
  const bool all = world.size() <= 3 || std::getenv("SPGRAD_FAULTS") != nullptr;
  for (int rank = 0; rank < world.size(); rank += all ? 1 : 3) {
    bool more = true;
    for (int at = 1; more; ++at) {
      Function f = compiled(world, c);
      const std::string what = complaint(world, f, c, rank, at);
      more = world.any(!what.empty());
      if (c.updated && !more) c.updated->set(before);
      if (!more) break;
      expect_same_message(world, what, rank);
      if (c.updated) {
        EXPECT_EQ(c.updated->value().buffer().bytes(), before.buffer().bytes());
      }
      EXPECT_EQ(summaries(world, f(c.values)), expected);
      if (c.updated) c.updated->set(before);
    }
  }
}

TEST(FailingOps, EndACallOnAllRanksWithOneMessageAndTheNextOneIsWell) {
  for (const MakeCase make : {regression, dense, sparse})
    for_ranks([&](World& world) {
      if (world.size() <= 4) every_call_may_fail(world, make);
    });
}

TEST(FailingOps, TheSchedulesHaveEveryKindOfMove) {
  for_ranks([](World& world) {
    std::string plans;
    for (const MakeCase make : {regression, dense, sparse}) {
      const Case c = make(world);
      Function f = compiled(world, c);
      f(c.values);
      plans += f.explain();
    }
    if (world.size() == 1) return;
    for (const char* move : {"gather ", "fetch ", "pick ", "scatter ", "carry ", "carry_back ", "gather_all ", "fold ",
                             "reduce_all ", "slice ", "turn ", "relayout "})
      EXPECT_NE(plans.find(text("begin ", move)), std::string::npos) << "no " << move << "in\n" << plans;
  });
}

// What an op throws, and how all ranks are told.
constexpr auto same_type = [](const Node& n) { return n.in[0]->type; };
template <class Throw>
constexpr Op throwing(const char* name, Throw) {
  return {.name = name,
          .inputs = "x",
          .formula = "x",
          .letters = "* -> *",
          .infer = same_type,
          .run =
              [](RunContext& c) {
                if (c.in(0).rank() + 1 == c.in(0).layout().ranks()) Throw{}();
              },
          .spread = [](const Node&) -> Spreads {
            return {{{own(0)}, own(0)}};
          }};
}
constexpr auto out_of_memory = [] { throw std::bad_alloc(); };
constexpr auto foreign = [] { throw 42; };
constexpr auto too_long = [] { std::vector<int>().reserve(static_cast<std::size_t>(-1)); };
constinit const Op throws_bad_alloc = throwing("throws_bad_alloc", out_of_memory);
constinit const Op throws_an_int = throwing("throws_an_int", foreign);
constinit const Op throws_length_error = throwing("throws_length_error", too_long);

TEST(FailingOps, WhateverIsThrownIsToldToAll) {
  for_ranks([](World& world) {
    const Var v = input("v", {DType::float64, Format::dense, {kSize}});
    const auto expect = [&](const Op& op, const char* message) {
      Function f = compile({{v}, {sum(op(v))}, {}}, world);
      try {
        f({{"v", numbers(world, {kSize}, 0)}});
        ADD_FAILURE() << "no error of " << op.name;
      } catch (const Error& e) {
        EXPECT_NE(std::string(e.what()).find(message), std::string::npos) << e.what();
      }
    };
    expect(throws_bad_alloc, "out of memory");
    expect(throws_an_int, "an exception of unknown type");
    expect(throws_length_error, "reserve");
  });
}

// Later steps compute with what a failed one did not make; their complaints are not the cause.
constinit const Op refuses_zeros{.name = "refuses_zeros",
                                 .inputs = "x",
                                 .formula = "x",
                                 .letters = "* -> *",
                                 .infer = same_type,
                                 .run =
                                     [](RunContext& c) {
                                       for (const double x : c.data<double>(0)) require(x != 0, "a zero");
                                     },
                                 .spread = [](const Node&) -> Spreads {
                                   return {{{all()}, replica()}};
                                 }};
constinit const Op makes_zeros_and_fails{.name = "makes_zeros_and_fails",
                                         .inputs = "x",
                                         .formula = "x",
                                         .letters = "* -> *",
                                         .infer = same_type,
                                         .run =
                                             [](RunContext& c) {
                                               c.zero_out();
                                               if (c.in(0).rank() + 1 == c.in(0).layout().ranks())
                                                 fail(ErrorKind::data, "the cause");
                                             },
                                         .spread = [](const Node&) -> Spreads {
                                           return {{{own(0)}, own(0)}};
                                         }};

TEST(FailingOps, TheFirstStepThatFailsIsTheCause) {
  for_ranks([](World& world) {
    const Var v = input("v", {DType::float64, Format::dense, {kSize}});
    Function f = compile({{v}, {sum(refuses_zeros(makes_zeros_and_fails(v)))}, {}}, world);
    try {
      f({{"v", numbers(world, {kSize}, 0)}});
      ADD_FAILURE() << "no error";
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("the cause"), std::string::npos) << e.what();
    }
  });
}

}  // namespace
}  // namespace spgrad::tests
