// Parts of matrices and vectors, and matrices of parts.
#include "src/lang/functions.hpp"

namespace spgrad::lang {
namespace {

using Bound = std::optional<Index>;

Var slice_2d(const Var& A, Bound i0, Bound i1, Bound di, Bound j0, Bound j1, Bound dj) {
  return get_item_2d(A, {i0, i1, di.value_or(1)}, {j0, j1, dj.value_or(1)});
}
Var blocks_on_diagonal(const Vars& blocks, Format format, std::optional<DType> dtype) {
  const Var out = block_diag(blocks, format);
  return dtype ? cast(out, *dtype) : out;
}

constexpr Function kFunctions[]{
    {"transpose", "x", of<&transpose>},
    {"row", "v", of<&row>},
    {"col", "v", of<&col>},
    {"get_item_2d", "A, start=None, stop=None, step=None, start2=None, stop2=None, step2=None", of<&slice_2d>},
    {"get_item_scalar", "A, i, j", of<&get_item_scalar>},
    {"get_item_list", "A, rows", of<&get_item_list>},
    {"get_item_2lists", "A, i, j", of<&get_item_2lists>},
    {"take", "x, rows, axis=0", of<&take>},
    {"one_hot", "y, classes, dtype='float64'", of<&one_hot>},
    {"from_entries", "i, j, v, shape, format='csr'", of<&from_entries>},
    {"construct_sparse_from_list", "X, V, i", of<&construct_sparse_from_list>},
    {"concatenate", "xs..., axis=0", of<&concatenate>},
    {"vstack", "blocks..., format='csc', dtype=None", of<&vstack>},
    {"hstack", "blocks..., format='csc', dtype=None", of<&hstack>},
    {"block_diag", "blocks..., format='csc', dtype=None", of<&blocks_on_diagonal>},
};

}  // namespace

std::span<const Function> part_functions() { return kFunctions; }

}  // namespace spgrad::lang
