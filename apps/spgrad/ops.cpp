#include <iomanip>
#include <iostream>

#include "commands.hpp"
#include "sample_calls.hpp"
#include "spgrad/distribution.hpp"
#include "spgrad/ops.hpp"
#include "spgrad/parse.hpp"
#include "spgrad/rewrite.hpp"

namespace spgrad::app {
namespace {

std::string dtypes(const Op& op) {
  std::string list;
  for (int k = 0; k < kDTypes; ++k) {
    const auto t = static_cast<DType>(k);
    const int kind = t == DType::bool_ ? kBool : is_integer(t) ? kInteger : is_float(t) ? kReal : kComplex;
    if ((op.accepts & kind) != 0) list += text(list.empty() ? "" : " ", t);
  }
  return list;
}

std::string pattern(const Op& op) {
  switch (op.pattern.kind) {
    case PatternOf::kDense:
      return "dense";
    case PatternOf::kSame:
      return text("that of input ", static_cast<int>(op.pattern.at));
    case PatternOf::kStructural:
      return "structural: from the inputs' patterns";
    case PatternOf::kData:
      break;
  }
  return "from the data, at every call";
}

void row(const char* what, std::string_view value) {
  if (!value.empty()) std::cout << "  " << std::left << std::setw(14) << what << value << '\n';
}

// How an expression calls it.
std::string_view parameters_of(std::string_view function) {
  for (const FunctionName& f : language_functions())
    if (f.name == function) return f.parameters;
  return {};
}

void describe(const Op& op) {
  std::cout << op.name << '(' << op.inputs << ")\n";
  if (const auto parameters = parameters_of(op.name); !parameters.empty())
    row("call", text(op.name, '(', parameters, ')'));
  row("computes", op.formula);
  row("note", op.doc);
  row("attributes", op.attributes);
  row("indices", op.letters);
  row("dtypes", dtypes(op));
  row("result", pattern(op));
  row("gradient", op.vjp == nullptr ? "none" : name(op.grad_kind));
  row("forward", op.jvp != nullptr || op.linear != Linear::none ? "yes" : "none");
  const auto calls = sample_calls(op);
  for (const auto& [call, node] : calls) row("distributed", text(call, ": ", distribution(*node)));
  if (calls.empty() && op.spread != nullptr) row("distributed", "as `spgrad run --explain` shows for a call of it");
  row("SciPy", op.aliases.scipy);
  row("PyTorch", op.aliases.torch);
  row("JAX", op.aliases.jax);
  row("PETSc", op.aliases.petsc);
}

}  // namespace

int ops(Session& session, const OpsOptions& options) {
  if (!options.name.empty()) {
    const Op* op = find_op(options.name);
    const std::string_view parameters = parameters_of(options.name);
    if (op == nullptr && parameters.empty())
      fail(ErrorKind::usage, "there is no operation '", options.name, "'; `spgrad ops` lists them");
    if (op != nullptr && session.rank() == 0) describe(*op);
    if (op == nullptr) session.print(options.name, '(', parameters, ")\n  made of other operations");
    return 0;
  }
  if (session.rank() != 0) return 0;
  if (options.rewrites) {
    for (const Rewrite& rule : default_rewrites())
      std::cout << std::left << std::setw(28) << rule.name << rule.formula << '\n';
    return 0;
  }
  for (const Op* op : all_ops()) std::cout << std::left << std::setw(22) << op->name << op->formula << '\n';
  std::cout << "\nMade of them:\n";
  for (const FunctionName& f : language_functions())
    if (find_op(f.name) == nullptr) std::cout << "  " << f.name << '(' << f.parameters << ")\n";
  return 0;
}

}  // namespace spgrad::app
