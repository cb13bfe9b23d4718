// Functions of whole dense values or of rows and columns of them.
#include "src/lang/functions.hpp"

namespace spgrad::lang {
namespace {

constexpr Function kFunctions[]{
    {"sum", "x, axis=None", of<&sum>},
    {"mean", "x, axis=None", of<&mean>},
    {"max", "x, axis=None", of<&max>},
    {"min", "x, axis=None", of<&min>},
    {"argmax", "x, axis=None", of<&argmax>},
    {"argmin", "x, axis=None", of<&argmin>},
    {"var", "x, axis=None", of<&var>},
    {"std", "x, axis=None", of<&std>},
    {"count", "x, axis=None", of<&count>},
    {"all_true", "x, axis=None", of<&all_true>},
    {"any_true", "x, axis=None", of<&any_true>},
    {"norm", "x, ord=2, axis=None", of<&norm>},
    {"cumsum", "x, axis=0", of<&cumsum>},
    {"logsumexp", "x, axis=None", of<&logsumexp>},
    {"softmax", "x, axis", of<&softmax>},
    {"log_softmax", "x, axis", of<&log_softmax>},
    {"inner", "x, y", of<&inner>},
    {"sp_sum", "A, axis=None, sparse_grad=False", of<&sp_sum>},
};

}  // namespace

std::span<const Function> reduction_functions() { return kFunctions; }

}  // namespace spgrad::lang
