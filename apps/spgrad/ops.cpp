#include <iomanip>
#include <iostream>

#include "commands.hpp"
#include "spgrad/ops.hpp"

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

void describe(const Op& op) {
  std::cout << op.name << '(' << op.inputs << ")\n";
  row("computes", op.formula);
  row("note", op.doc);
  row("indices", op.letters);
  row("dtypes", dtypes(op));
  row("result", pattern(op));
  row("gradient", op.vjp == nullptr ? "none" : name(op.grad_kind));
  row("forward", op.jvp != nullptr || op.linear != Linear::none ? "yes" : "none");
  row("SciPy", op.aliases.scipy);
  row("PyTorch", op.aliases.torch);
  row("JAX", op.aliases.jax);
  row("PETSc", op.aliases.petsc);
}

}  // namespace

int ops(Session& session, const OpsOptions& options) {
  if (!options.name.empty()) {
    const Op* op = find_op(options.name);
    if (op == nullptr) fail(ErrorKind::usage, "there is no operation '", options.name, "'; `spgrad ops` lists them");
    if (session.rank() == 0) describe(*op);
    return 0;
  }
  if (session.rank() != 0) return 0;
  for (const Op* op : all_ops()) std::cout << std::left << std::setw(22) << op->name << op->formula << '\n';
  return 0;
}

}  // namespace spgrad::app
