#include "src/ops/elements/slopes.hpp"

namespace spgrad {

Type float_type(const Node& n) {
  Type type = with_dtype(n.in[0], float_of(promoted_dtype(n)));
  type.weak = false;
  return type;
}

Type dense_float_type(const Node& n) {
  if (n.in[0]->type.sparse()) {
    const std::string structured = text("structured_", n.op->name);
    require(find_op(structured) != nullptr,
            "x must be dense: the zeros that a sparse matrix does not store would have to be mapped, too");
    fail(ErrorKind::data,
         "x must be dense: the zeros that a sparse matrix does not store would have to be mapped, too; ", structured,
         " maps those that it stores");
  }
  return float_type(n);
}

Type stored_float_type(const Node& n) {
  constexpr std::string_view prefix = "structured_";
  require(n.in[0]->type.sparse(), "A must be csr or csc; ", n.op->name.substr(prefix.size()), " is for dense operands");
  return float_type(n);
}

}  // namespace spgrad
