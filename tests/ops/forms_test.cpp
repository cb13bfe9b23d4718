// The forms of all ops: that each is filled in, and has a row in the table.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "src/graph/input_ops.hpp"
#include "tests/ops/op_cases.hpp"

namespace spgrad::tests {
namespace {

bool has_inputs(const Op& op) { return &op != &ops::input && &op != &ops::shared && &op != &ops::constant; }

TEST(OpTable, HasARowForEveryOp) {
  std::set<std::string_view> rows;
  for (const OpCase& row : op_cases()) rows.insert(row.op);
  for (const Op* op : all_ops())
    EXPECT_TRUE(!has_inputs(*op) || rows.contains(op->name)) << op->name << " has no row in tests/ops/table";
}

// Rows may also make graphs of several ops: the logsumexp of a vector is one.
TEST(OpTable, HasARowThatMakesTheOpItNames) {
  for (const Format format : {Format::csr, Format::csc}) {
    std::set<std::string_view> made, named;
    for (const OpCase& row : op_cases()) {
      Make make({.format = format});
      made.insert(row.apply(make)->op->name);
      named.insert(row.op);
    }
    for (const std::string_view name : named) EXPECT_TRUE(made.contains(name)) << name << ", " << format;
  }
}

TEST(OpTable, TheOracleKnowsEveryOp) {
  for (const Op* op : all_ops())
    EXPECT_TRUE(!has_inputs(*op) || oracle_knows(op->name)) << op->name << " is unknown to the oracle: tests/ops/table";
}

TEST(OpForms, AreFilledIn) {
  for (const Op* op : all_ops()) {
    EXPECT_FALSE(op->name.empty());
    EXPECT_FALSE(op->formula.empty()) << op->name;
    EXPECT_NE(op->infer, nullptr) << op->name;
    EXPECT_EQ(find_op(op->name), op);
    if (!has_inputs(*op)) continue;
    EXPECT_FALSE(op->inputs.empty()) << op->name;
    EXPECT_FALSE(op->letters.empty()) << op->name;
    EXPECT_NE(op->run, nullptr) << op->name;
    EXPECT_NE(op->spread, nullptr) << op->name;
    EXPECT_EQ(op->inspect != nullptr, op->pattern.kind >= PatternOf::kStructural) << op->name;
    if (op->grad_kind == GradKind::none) continue;
    EXPECT_NE(op->vjp, nullptr) << op->name;
    EXPECT_TRUE(op->jvp != nullptr || op->linear != Linear::none) << op->name << " has no jvp";
  }
}

TEST(OpForms, HaveDifferentNames) {
  std::set<std::string_view> names;
  for (const Op* op : all_ops()) EXPECT_TRUE(names.insert(op->name).second) << op->name << " stands twice in the list";
}

// own, ghost and entries must name axes and inputs that exist, ghost and entries sparse ones; one entry an input.
TEST(OpForms, OfferSpreadsThatFitTheirInputs) {
  for (const OpCase& row : op_cases()) {
    Make make({});
    const Var out = row.apply(make);
    if (out->in.empty()) continue;
    const auto fits = [&](const Rows& rows, const Type& type) {
      if (rows.kind == Rows::kAll || rows.kind == Rows::kReplica || rows.kind == Rows::kUncombined)
        return !type.sparse();
      if (rows.kind == Rows::kAnywhere) return true;
      if (rows.kind == Rows::kOwn || rows.kind == Rows::kListed) return rows.axis < type.ndim();
      if (rows.kind == Rows::kRunning || rows.kind == Rows::kRunningBack)
        return !type.sparse() && rows.axis < type.ndim();
      const bool by_sparse =
          rows.by < static_cast<int>(out->in.size()) && out->in[static_cast<std::size_t>(rows.by)]->type.sparse();
      return by_sparse && (rows.kind == Rows::kEntries ? type.ndim() == 1 : rows.axis < type.ndim());
    };
    const Spreads spreads = out->op->spread(*out);
    EXPECT_FALSE(spreads.empty()) << row;
    for (const Spread& spread : spreads) {
      EXPECT_EQ(spread.in.size(), out->in.size()) << row;
      EXPECT_TRUE(fits(spread.out, out->type)) << row;
      for (std::size_t k = 0; k < spread.in.size(); ++k)
        EXPECT_TRUE(fits(spread.in[k], out->in[k]->type)) << row << ", input " << k;
    }
  }
}

TEST(OpForms, InferToleratesSizesThatOnlyTheDataWillTell) {
  for (const OpCase& row : op_cases()) {
    Make make({});
    const Var out = row.apply(make);
    Vars in;
    for (const Var& x : out->in) {
      Type type = x->type;
      for (int axis = 0; axis < type.ndim(); ++axis)
        if (type.shape[axis] != 1) type.shape[axis] = kUnknown;
      in.push_back(x->value ? x : input("x", type));
    }
    try {
      const Var open = apply(*out->op, in, out->attrs);
      EXPECT_EQ(open->type.ndim(), out->type.ndim()) << row;
      EXPECT_EQ(open->type.dtype, out->type.dtype) << row;
    } catch (const Error& e) {
      ADD_FAILURE() << row << ": " << e.what();
    }
  }
}

}  // namespace
}  // namespace spgrad::tests
