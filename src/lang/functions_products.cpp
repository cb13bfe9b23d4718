// Products.
#include "src/lang/functions.hpp"

namespace spgrad::lang {
namespace {

constexpr Function kFunctions[]{
    {"dot", "x, y", of<&dot>},
    {"structured_dot", "x, y", of<&structured_dot>},
    {"true_dot", "x, y, grad_preserves_dense=True", of<&true_dot>},
    {"sampling_dot", "X, Y, P", of<&sampling_dot>},
    {"usmm", "alpha, x, y, z", of<&usmm>},
};

}  // namespace

std::span<const Function> product_functions() { return kFunctions; }

}  // namespace spgrad::lang
