#include <algorithm>
#include <array>

#include "spgrad/ops.hpp"
#include "src/graph/input_ops.hpp"

namespace spgrad {
namespace {

constexpr std::array kOps{
    &ops::input,
    &ops::shared,
    &ops::constant,
    // element by element
    &ops::add,
    &ops::add_s_s,
    &ops::add_s_d,
    &ops::sub,
    &ops::mul,
    &ops::mul_s_s,
    &ops::mul_s_d,
    &ops::div,
    &ops::neg,
    &ops::conj,
    &ops::real,
    &ops::eq,
    &ops::neq,
    &ops::lt,
    &ops::le,
    &ops::gt,
    &ops::ge,
    &ops::eq_s_s,
    &ops::neq_s_s,
    &ops::lt_s_s,
    &ops::le_s_s,
    &ops::gt_s_s,
    &ops::ge_s_s,
    &ops::eq_s_d,
    &ops::neq_s_d,
    &ops::lt_s_d,
    &ops::le_s_d,
    &ops::gt_s_d,
    &ops::ge_s_d,
    &ops::cast,
    &ops::stop_gradient,
    &ops::sqr,
    &ops::sqrt,
    &ops::pow,
    &ops::abs,
    &ops::sign,
    &ops::exp,
    &ops::expm1,
    &ops::log,
    &ops::log1p,
    &ops::sigmoid,
    &ops::softplus,
    &ops::sin,
    &ops::cos,
    &ops::tan,
    &ops::arcsin,
    &ops::arctan,
    &ops::sinh,
    &ops::cosh,
    &ops::tanh,
    &ops::arcsinh,
    &ops::arctanh,
    &ops::rad2deg,
    &ops::deg2rad,
    &ops::rint,
    &ops::ceil,
    &ops::floor,
    &ops::trunc,
    &ops::maximum,
    &ops::minimum,
    &ops::where,
    // of stored entries only
    &ops::structured_exp,
    &ops::structured_log,
    &ops::structured_sigmoid,
    &ops::structured_pow,
    &ops::structured_add,
    &ops::structured_maximum,
    &ops::structured_minimum,
    // reductions
    &ops::sum,
    &ops::inner,
    &ops::max,
    &ops::logsumexp,
    &ops::softmax,
    &ops::scaled_softmax,
    &ops::sp_sum,
    &ops::min,
    &ops::index_of,
    &ops::cumsum,
    // random
    &ops::dropout,
    &ops::poisson,
    &ops::binomial,
    &ops::multinomial,
    // products
    &ops::dot,
    &ops::structured_dot,
    &ops::sampling_dot,
    &ops::usmm,
    // shape
    &ops::transpose,
    &ops::row,
    &ops::col,
    &ops::conform,
    &ops::broadcast_like,
    &ops::sum_like,
    &ops::count,
    &ops::concatenate,
    // parts of dense values
    &ops::take,
    &ops::put_rows,
    &ops::row_numbers,
    // sparse values and their data
    &ops::at,
    &ops::at_s_s,
    &ops::mul_e,
    &ops::add_s_s_data,
    &ops::sp_ones_like,
    &ops::dense_from_sparse,
    &ops::csm,
    &ops::csm_data,
    &ops::with_data,
    &ops::csm_indices,
    &ops::csm_indptr,
    &ops::csm_shape,
    &ops::sp_zeros_like,
    &ops::remove0,
    &ops::ensure_sorted_indices,
    &ops::sum_duplicates,
    &ops::sparse_from_dense,
    &ops::diag,
    &ops::square_diagonal,
};

}  // namespace

std::span<const Op* const> all_ops() { return kOps; }

const Op* find_op(std::string_view name) {
  const auto found = std::ranges::find(kOps, name, &Op::name);
  return found == kOps.end() ? nullptr : *found;
}

}  // namespace spgrad
