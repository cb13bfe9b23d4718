#include "src/ops/sparse/side_by_side.hpp"

#include "src/graph/letters.hpp"
#include "src/ops/common.hpp"

namespace spgrad {

Type infer_side_by_side(const Node& n) {
  require(n.in[0]->type.sparse() && n.in[1]->type.sparse(), "both operands must be csr or csc");
  return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
}

Spreads spread_side_by_side(const Node& n) {
  const Rows major = own_major(n.in[0]);
  return {{{major, major}, major}};
}

}  // namespace spgrad
