// Sparse matrices made, taken apart, converted and rearranged.
#include "src/lang/functions.hpp"

namespace spgrad::lang {
namespace {

// Where the format is not said: the offsets are those of as many majors as it has.
Var gathered(const Arguments& a) {
  const Var indptr = a.get<Var>(2);
  const Shape shape = a.get<Shape>(3);
  const Format format = !a.values[7].none()                     ? a.get<Format>(7)
                        : indptr->type.shape[0] == shape[0] + 1 ? Format::csr
                                                                : Format::csc;
  return csm_grad(a.get<Var>(0), a.get<Var>(1), indptr, shape, a.get<Var>(4), a.get<Var>(5), a.get<Var>(6), format);
}

Var constant_of(const Arguments& a) {
  const Var x = a.get<Var>(0);
  require(static_cast<bool>(x->value), "x must be a number or a list of numbers");
  return constant(spgrad::cast(x->value, a.get<std::optional<DType>>(1).value_or(x->type.dtype)));
}

constexpr Function kFunctions[]{
    {"csm", "data, indices, indptr, shape, format='csr'", of<&csm>},
    {"CSR", "data, indices, indptr, shape", of<&CSR>},
    {"CSC", "data, indices, indptr, shape", of<&CSC>},
    {"csm_data", "A", of<&csm_data>},
    {"csm_indices", "A", of<&csm_indices>},
    {"csm_indptr", "A", of<&csm_indptr>},
    {"csm_shape", "A", of<&csm_shape>},
    {"csm_grad", "x_data, x_indices, x_indptr, shape, g_data, g_indices, g_indptr, format=None", gathered},
    {"with_data", "A, v", of<&with_data>},
    {"sp_ones_like", "A", of<&sp_ones_like>},
    {"sp_zeros_like", "A", of<&sp_zeros_like>},
    {"at", "A, g", of<&at>},
    {"mul_e", "A, B", of<&mul_e>},
    {"add_s_s_data", "A, B", of<&add_s_s_data>},
    {"as_format", "A, format", of<&as_format>},
    {"remove0", "A", of<&remove0>},
    {"ensure_sorted_indices", "A", of<&ensure_sorted_indices>},
    {"sum_duplicates", "A", of<&sum_duplicates>},
    {"clean", "A", of<&clean>},
    {"dense_from_sparse", "A, structured=True", of<&dense_from_sparse>},
    {"sparse_from_dense", "D, format='csr'", of<&sparse_from_dense>},
    {"csr_from_dense", "D", of<&csr_from_dense>},
    {"csc_from_dense", "D", of<&csc_from_dense>},
    {"diag", "A", of<&diag>},
    {"square_diagonal", "v", of<&square_diagonal>},
    {"stop_gradient", "x", of<&stop_gradient>},
    {"constant", "x, dtype=None", constant_of},
};

}  // namespace

std::span<const Function> matrix_functions() { return kFunctions; }

}  // namespace spgrad::lang
