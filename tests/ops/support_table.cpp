#include "tests/ops/support_table.hpp"

#include <algorithm>
#include <sstream>

#include "spgrad/distribution.hpp"
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
