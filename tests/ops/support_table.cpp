#include "tests/ops/support_table.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include "tests/ops/claims.hpp"

namespace spgrad::tests {
namespace {

constexpr const char* kHead =
    R"(# What every operation does

Made by `build/release/bin/support_table > docs/OPERATIONS.md`; a test fails while this file differs from what that prints. A line is a row
of the table of operations in `tests/ops/table`, with its operands (A, B sparse; D, X, Y dense; v a vector; s a scalar). `spgrad ops NAME`
says what the operation computes.

* **dtypes**: those with which the row is run: bool, int (signed and unsigned, 8 to 64 bits), float (32, 64), complex (64, 128).
* **gradient** of a sparse operand: regular (at every position), structured (at the stored positions).
* **vjp, jvp, second**: compared with differences of the oracle in csr and csc, on 1 to 9 pretended ranks and 1 to 4 real ones; *second*: reverse over
  reverse, reverse over forward and forward over reverse.
* **distributed**: what a rank has of each operand, and what it makes of the result, for each way in which the plan may run it.

| operation | operands | formats | dtypes | gradient | vjp | jvp | second | distributed |
|---|---|---|---|---|---|---|---|---|
)";

std::string joined(const std::vector<std::string>& words, const char* comma = ", ") {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : comma) + word;
  return line;
}

std::string kind_of(DType t) {
  return t == DType::bool_ ? "bool" : is_integer(t) ? "int" : is_float(t) ? "float" : "complex";
}

bool works(const OpCase& row, DType dtype) {
  try {
    Make made({.dtype = dtype});
    return static_cast<bool>(row.apply(made));
  } catch (const Error&) {
    return false;
  }
}

// A kind of dtypes that all work by its name, else each by its own.
std::string dtypes(const OpCase& row) {
  std::vector<std::string> list;
  for (const char* kind : {"bool", "int", "float", "complex"}) {
    std::vector<std::string> some;
    bool every = true;
    for (int k = 0; k < kDTypes; ++k)
      if (const auto t = static_cast<DType>(k); kind_of(t) == kind) {
        if (works(row, t))
          some.push_back(text(t));
        else
          every = false;
      }
    if (every) some = {kind};
    list.insert(list.end(), some.begin(), some.end());
  }
  return joined(list);
}

std::string input_name(const Op& op, std::size_t k) {
  std::istringstream words{std::string(op.inputs)};
  std::string word, last;
  for (std::size_t i = 0; i <= k && words >> word && word != "..."; ++i) last = word;
  return last;
}

std::string operand_part(const Rows& rows, const Type& type, const Op& op) {
  const std::string by = input_name(op, static_cast<std::size_t>(rows.by));
  switch (rows.kind) {
    case Rows::kOwn:
      return type.ndim() < 2 ? "own elements" : rows.axis == 0 ? "own rows" : "own columns";
    case Rows::kGhost:
      return text(rows.axis == 0 ? "rows" : "columns", " that ", by, " names");
    case Rows::kEntries:
      return text("those of own entries of ", by);
    case Rows::kListed:
      return type.ndim() < 2 ? "the elements wanted" : rows.axis == 0 ? "the rows wanted" : "the columns wanted";
    case Rows::kAnywhere:
      return "its shape";
    default:
      return "whole";
  }
}

std::string result_part(const Rows& rows, const Type& type, const Op& op) {
  constexpr std::array combined{"summed", "combined by max", "combined by min"};
  switch (rows.kind) {
    case Rows::kGhost:
      return text("parts of the rows that ", input_name(op, static_cast<std::size_t>(rows.by)), " names, ",
                  combined[rows.combine], " in their owners");
    case Rows::kAll:
      return text("a part of the whole, ", combined[rows.combine], " over ranks");
    case Rows::kRunning:
    case Rows::kRunningBack:
      return text(operand_part(own(rows.axis), type, op), ", sums of the other ranks added");
    case Rows::kReplica:
      return "the whole, on each rank";
    default:
      return operand_part(rows, type, op);
  }
}

std::string distribution(const Node& n) {
  std::vector<std::string> ways;
  for (const Spread& spread : n.op->spread(n)) {
    std::vector<std::string> parts;
    for (std::size_t k = 0; k < spread.in.size(); ++k)
      parts.push_back(text(input_name(*n.op, k), ": ", operand_part(spread.in[k], n.in[k]->type, *n.op)));
    ways.push_back(text(joined(parts), " -> ", result_part(spread.out, n.type, *n.op)));
  }
  if (n.op->lowered != nullptr)
    ways.push_back(text(input_name(*n.op, 0), " is cut along the axis: made by other operations"));
  return joined(ways, "; or ");
}

std::string formats(const Make& made, const Node& out) {
  const bool sparse = std::ranges::any_of(made.inputs(), [](const Make::Input& x) { return x.var->type.sparse(); });
  return sparse || out.type.sparse() ? "csr, csc" : "dense";
}

// Of the sparse operands, in their order, where they differ.
std::string gradient_kind(const Node& n) {
  std::vector<std::string> kinds;
  for (const Var& x : n.in)
    if (x->type.sparse()) kinds.emplace_back(structured(n, x) ? "structured" : "regular");
  if (kinds.empty()) return "dense";
  return std::ranges::all_of(kinds, [&](const std::string& kind) { return kind == kinds[0]; }) ? kinds[0]
                                                                                               : joined(kinds);
}

void describe(std::ostream& out, const OpCase& row) {
  const Trial trial(row, {}, Depth::second);
  const Node& n = *trial.out();
  if (n.op->name != row.op) return;  // a graph of several ops
  const auto claimed = [&](std::string_view what) {
    return std::ranges::any_of(trial.claims(), [&](const Claim& c) { return c.what.starts_with(what); });
  };
  const auto said = [](bool yes) { return yes ? " yes |" : " |"; };
  const bool vjp = claimed("vjp of a cotangent");
  out << "| " << row.op << " | " << row.form << " | " << formats(trial.made(), n) << " | " << dtypes(row) << " | "
      << (vjp ? gradient_kind(n) : "none") << " |" << said(vjp) << said(claimed("jvp"))
      << said(claimed("vjp of vjp by") && claimed("vjp of jvp")) << ' ' << distribution(n) << " |\n";
}

}  // namespace

std::string support_table() {
  std::ostringstream out;
  out << kHead;
  std::vector<OpCase> rows(op_cases().begin(), op_cases().end());
  std::ranges::stable_sort(rows, {}, &OpCase::op);
  for (const OpCase& row : rows) describe(out, row);
  return out.str();
}

}  // namespace spgrad::tests
