// Steps that multiply matrices, one of them sparse at least.
#include "spgrad/ops.hpp"
#include "tests/random/steps.hpp"

namespace spgrad::tests {
namespace {

using In = const Vars&;

Var kept_sparse(In in, Index choice) { return true_dot(in[0], in[1], choice % 2 == 0); }
Var sampled(In in, Index) { return sampling_dot(in[0], in[1], in[2]); }
Var scaled_and_added(In in, Index) { return usmm(in[0], in[1], in[2], in[3]); }

constexpr Step kSteps[]{
    {"dot", "Sij Djk", of_two<dot>},
    {"dot", "Dij Sjk", of_two<dot>},
    {"dot", "Sij Dj", of_two<dot>},
    {"dot", "Di Sij", of_two<dot>},
    {"dot", "Sij Sjk", of_two<dot>},
    {"structured_dot", "Sij Djk", of_two<structured_dot>},
    {"structured_dot", "Dij Sjk", of_two<structured_dot>},
    {"structured_dot", "Sij Dj", of_two<structured_dot>},
    {"structured_dot", "Sij Sjk", of_two<structured_dot>},
    {"true_dot", "Sij Sjk", kept_sparse},
    {"true_dot", "Sij Djk", kept_sparse},
    {"true_dot", "Dij Sjk", kept_sparse},
    {"sampling_dot", "Dik Djk Sij", sampled},
    {"sampling_dot", "Sik Djk Sij", sampled},
    {"sampling_dot", "Dik Sjk Sij", sampled},
    {"sampling_dot", "Sik Sjk Sij", sampled},
    {"usmm", "D Sij Djk Dik", scaled_and_added},
    {"usmm", "D Dij Sjk Dik", scaled_and_added},
    {"usmm", "D Sij Sjk Dik", scaled_and_added},
    {"usmm", "D Sij Dj Di", scaled_and_added},
    {"usmm", "D Di Sij Dj", scaled_and_added},
};

}  // namespace

Steps product_steps() { return kSteps; }

}  // namespace spgrad::tests
