// ops.hpp: the operations. Names and meaning are PyTensor's (pytensor.sparse); one name serves dense and sparse
// operands. `spgrad ops NAME` prints the whole form of one: formula, dtypes, gradient, distribution, names elsewhere.
//
// A, B: sparse (csr or csc); D, X, Y: dense; v: vector; g: any. Unless said otherwise a result has the promoted dtype,
// and a sparse one the format of its first sparse operand. Shapes are checked when a Var is made: Error names both
// sizes.
#pragma once

#include <array>
#include <optional>

#include "spgrad/op.hpp"

namespace spgrad {

namespace ops {  // the forms
extern const Op add, add_s_s, add_s_d, sub, mul, mul_s_s, mul_s_d, div, neg, conj, real;
extern const Op sqr, sqrt, pow, abs, sign, exp, expm1, log, log1p, sigmoid, softplus;
extern const Op sin, cos, tan, arcsin, arctan, sinh, cosh, tanh, arcsinh, arctanh, rad2deg, deg2rad;
extern const Op rint, ceil, floor, trunc, maximum, minimum, where;
extern const Op structured_exp, structured_log, structured_sigmoid, structured_pow, structured_add;
extern const Op structured_maximum, structured_minimum;
extern const Op eq, neq, lt, le, gt, ge;
extern const Op eq_s_s, neq_s_s, lt_s_s, le_s_s, gt_s_s, ge_s_s, eq_s_d, neq_s_d, lt_s_d, le_s_d, gt_s_d, ge_s_d;
extern const Op cast, stop_gradient, conform, broadcast_like, sum_like, count;
extern const Op sum, inner, max, min, index_of, cumsum, logsumexp, softmax, scaled_softmax;
extern const Op dropout, poisson, binomial, multinomial;
extern const Op dot, structured_dot, sampling_dot, usmm;
extern const Op dot_s_s, structured_dot_s_s, true_dot, true_dot_s_d, sampling_dot_s, as_format;
extern const Op transpose, row, col, take, put_rows;
extern const Op at, at_s_s, at_entries, mul_e, add_s_s_data, sp_ones_like, dense_from_sparse, sp_sum, csm, csm_data;
extern const Op with_data;
extern const Op csm_indices, csm_indptr, csm_shape, sp_zeros_like, remove0, ensure_sorted_indices, sum_duplicates;
extern const Op sparse_from_dense;
extern const Op diag, square_diagonal;
extern const Op get_item_2d, put_2d, stack, part, put_part, get_item_list, put_list, get_item_2lists, from_entries;
extern const Op put_list_entries, nonzeros_of, put_nonzeros;
extern const Op get_item_scalar, put_scalar, construct_sparse_from_list, listed_values;
}  // namespace ops

// Element by element, with NumPy broadcasting between dense operands.
Var add(const Var& x,
        const Var& y);  ///< x + y. Sparse + sparse: union of the patterns; sparse + dense: dense, gradient structured
Var sub(const Var& x, const Var& y);  ///< x + (-y)
Var mul(const Var& x,
        const Var& y);  ///< x o y. Sparse x dense (matrix, vector along the columns, scalar): the sparse one's pattern;
                        ///< sparse x sparse: intersection of the patterns
Var div(const Var& x, const Var& y);  ///< x / y; integers give floats. y dense
Var neg(const Var& x);
Var conj(const Var& x);
Var real(const Var& x);  ///< the real part, of a real dtype

// Functions of every element of a dense operand, or of every stored entry of a sparse one: on the same Sparsity,
// duplicates each, explicit zeros too; gradient structured. Integers give floats (see float_of) unless said otherwise.
Var sin(const Var& x);
Var tan(const Var& x);
Var arcsin(const Var& x);
Var arctan(const Var& x);
Var sinh(const Var& x);
Var tanh(const Var& x);
Var arcsinh(const Var& x);
Var arctanh(const Var& x);
Var rad2deg(const Var& x);  ///< 180 x / pi
Var deg2rad(const Var& x);  ///< pi x / 180
Var expm1(const Var& x);    ///< exp(x) - 1
Var log1p(const Var& x);    ///< log(1 + x)
Var sqrt(const Var& x);
Var sqr(const Var& x);    ///< x o x, in x's dtype
Var abs(const Var& x);    ///< |x|, of a real dtype; gradient g x / |x|, 0 at 0
Var sign(const Var& x);   ///< x / |x|, 0 at 0, in x's dtype. Of a real x: without derivative (zero), as those below
Var rint(const Var& x);   ///< the nearest integer, the even one of two, in x's dtype
Var ceil(const Var& x);   ///< the next integer >= x
Var floor(const Var& x);  ///< the next integer <= x
Var trunc(const Var& x);  ///< towards zero
/// For dense operands, as they make something else of 0.
Var exp(const Var& x);
Var log(const Var& x);
Var cos(const Var& x);
Var cosh(const Var& x);
Var sigmoid(const Var& x);   ///< 1 / (1 + exp(-x))
Var softplus(const Var& x);  ///< log(1 + exp(x)), without overflow
/// For sparse ones: of the stored entries, what is not stored stays zero.
Var structured_exp(const Var& A);
Var structured_log(const Var& A);
Var structured_sigmoid(const Var& A);
/// Of the stored entries and a dense scalar y. The gradient by y is a sum over the stored entries.
Var structured_pow(const Var& A, const Var& y);      ///< A_ij^y
Var structured_add(const Var& A, const Var& y);      ///< A_ij + y
Var structured_maximum(const Var& A, const Var& y);  ///< max(A_ij, y); between equals A has the gradient
Var structured_minimum(const Var& A, const Var& y);  ///< min(A_ij, y); between equals A has the gradient

// Dense operands, with NumPy broadcasting.
Var pow(const Var& x, const Var& y);      ///< x^y; throws Error at the call for a negative integer power of an integer
Var maximum(const Var& x, const Var& y);  ///< between equals x has the gradient, as in PyTensor
Var minimum(const Var& x, const Var& y);  ///< between equals x has the gradient, as in PyTensor
/// x where c is true (or not 0), else y. c has no gradient.
Var where(const Var& c, const Var& x, const Var& y);
Var clip(const Var& x, const Var& low, const Var& high);  ///< min(max(x, low), high); at the bounds x has the gradient
Var relu(const Var& x);                                   ///< max(x, 0); its slope at 0 is 1, as that of maximum
/// Comparisons. Of dense operands: bool. Of a sparse and a dense matrix: dense uint8; of two sparse ones: sparse uint8
/// that stores the ones only. Not differentiable: their gradient is zero.
Var eq(const Var& x, const Var& y);
Var neq(const Var& x, const Var& y);
Var lt(const Var& x, const Var& y);
Var le(const Var& x, const Var& y);
Var gt(const Var& x, const Var& y);
Var ge(const Var& x, const Var& y);

Var cast(const Var& x, DType dtype);
inline Var bcast(const Var& x) { return cast(x, DType::int8); }
inline Var wcast(const Var& x) { return cast(x, DType::int16); }
inline Var icast(const Var& x) { return cast(x, DType::int32); }
inline Var lcast(const Var& x) { return cast(x, DType::int64); }
inline Var fcast(const Var& x) { return cast(x, DType::float32); }
inline Var dcast(const Var& x) { return cast(x, DType::float64); }
inline Var ccast(const Var& x) { return cast(x, DType::complex64); }
inline Var zcast(const Var& x) { return cast(x, DType::complex128); }

// Reductions of dense values; no axis: over all elements. An axis from the end is negative.
Var sum(const Var& x, std::optional<int> axis = {});
Var inner(const Var& x, const Var& y);  ///< sum of x o y over all elements (no conjugate); of one shape
Var mean(const Var& x, std::optional<int> axis = {});
Var max(const Var& x, std::optional<int> axis = {});  ///< gradient: shared evenly by equal maxima
Var min(const Var& x, std::optional<int> axis = {});  ///< likewise
/// Where the largest (smallest) element is, the first of equal ones, NaN before all: int64, without gradient. Of a
/// matrix without an axis, counted through the rows.
Var argmax(const Var& x, std::optional<int> axis = {});
Var argmin(const Var& x, std::optional<int> axis = {});
Var var(const Var& x, std::optional<int> axis = {});  ///< mean of |x - mean(x)|^2
Var cumsum(const Var& x, int axis = 0);               ///< out[k] = x[0] + .. + x[k]; small integers in 64 bits
/// (sum of |x|^ord)^(1/ord) for ord 1, 2 or infinity (the largest |x|). Without an axis over all elements, of a matrix
/// too. Where a 2-norm is 0 its gradient is 0. Throws Error for another ord.
Var norm(const Var& x, double ord = 2, std::optional<int> axis = {});
Var std(const Var& x, std::optional<int> axis = {});        ///< the square root of var; where it is 0 the gradient is 0
Var all_true(const Var& x, std::optional<int> axis = {});   ///< no element is false, or 0: a bool
Var any_true(const Var& x, std::optional<int> axis = {});   ///< some element is true, or not 0: a bool
Var logsumexp(const Var& x, std::optional<int> axis = {});  ///< log(sum(exp(x))), without overflow
Var softmax(const Var& x, int axis);                        ///< exp(x - logsumexp(x)) along the axis
Var log_softmax(const Var& x, int axis);                    ///< x - logsumexp(x) along the axis

// Products.
Var dot(const Var& x, const Var& y);  ///< x y: dense result, gradient of a sparse operand regular
/// The same result, sparse if both operands are; gradient of a sparse operand (of two: of x) on its pattern.
Var structured_dot(const Var& x, const Var& y);
/// x y: sparse result, in the format of the first sparse operand, gradients regular. Of a sparse and a dense operand:
/// the rows in which x = A stores entries (the columns, y = A), all of each. The gradient of a dense operand is dense;
/// with grad_preserves_dense = false it is made as a sparse product if the cotangent is sparse. Throws if none is
/// sparse.
Var true_dot(const Var& x, const Var& y, bool grad_preserves_dense = true);
/// P o (X Y^T) on P's pattern (SDDMM); Y is n x k. X and Y may be sparse: then their gradient is regular.
Var sampling_dot(const Var& X, const Var& Y, const Var& P);
Var usmm(const Var& alpha, const Var& x, const Var& y, const Var& z);  ///< alpha x y + z, alpha a scalar

// Shape.
Var transpose(const Var& x);  ///< csr becomes csc and the reverse; a vector is itself. Moves nothing
inline Var T(const Var& x) { return transpose(x); }
Var row(const Var& v);  ///< (n) -> (1 x n)
Var col(const Var& v);  ///< (n) -> (n x 1)
/// Dense vectors, or matrices that agree in the other axis, one after another along the axis.
Var concatenate(const Vars& xs, int axis = 0);

// Parts of dense values.
/// x[rows] (or x[:, rows]): rows is an integer vector, negative ones count from the end; the gradient of a row that is
/// taken twice is the sum. Throws at the call where there is no such row.
Var take(const Var& x, const Var& rows, int axis = 0);
/// The transpose of take: zeros like x, with g's rows added at these of x's. Of x only the shape is used.
Var put_rows(const Var& g, const Var& rows, const Var& x, int axis = 0);
/// A slice of an axis as Python's: negative bounds count from the end; what is left out takes the axis to its end.
struct Slice {
  std::optional<Index> start{}, stop{};
  Index step = 1;
  bool operator==(const Slice&) const = default;
};
/// x[rows], of a matrix or a vector, or x[rows, columns]: get_item_2d, or x itself where the slices take all.
Var subtensor(const Var& x, const Slice& rows, const Slice& columns = {});
/// (n) integers -> n x classes: 1 in column y[i] of row i; a y[i] that is no class gives a row of zeros.
Var one_hot(const Var& y, Index classes, DType dtype = DType::float64);

// Sparse values and their data.
Var as_format(const Var& A, Format format);  ///< A as csr or csc: itself, or turned
/// g (dense, broadcast to A's shape, or sparse of any pattern) at A's stored positions, on A's Sparsity.
Var at(const Var& A, const Var& g);
Var mul_e(const Var& A, const Var& B);                        ///< entry by entry, on one Sparsity
Var add_s_s_data(const Var& A, const Var& B);                 ///< entry by entry, on one Sparsity
Var sp_ones_like(const Var& A);                               ///< A's Sparsity, all data 1
Var dense_from_sparse(const Var& A, bool structured = true);  ///< duplicates are summed; the flag selects the gradient
Var sp_sum(const Var& A, std::optional<int> axis = {},
           bool sparse_grad = false);       ///< sum of entries; the flag selects the gradient
Var csm_data(const Var& A);                 ///< the stored values, in stored order: a vector cut as the entries are
Var with_data(const Var& A, const Var& v);  ///< A's Sparsity with the stored values v
/// The matrix of these stored values, global minor indices and offsets (`indptr`: majors + 1): the inverse of taking
/// one apart. shape: both sizes. Only data has a gradient.
Var csm(const Var& data, const Var& indices, const Var& indptr, const Shape& shape, Format format = Format::csr);

struct CsmProperties {
  Var data, indices, indptr, shape;
};
CsmProperties csm_properties(const Var& A);  ///< the four
Var csm_indices(const Var& A);               ///< int32: global minor indices, in stored order, cut as the entries are
Var csm_indptr(const Var& A);                ///< int32: offsets of the majors and the end, which the last rank has
Var csm_shape(const Var& A);                 ///< int32: (rows, columns)
Var CSR(const Var& data, const Var& indices, const Var& indptr, const Shape& shape);  ///< csm in that format
Var CSC(const Var& data, const Var& indices, const Var& indptr, const Shape& shape);
/// For each stored position of x the sum of g there, as a vector; both are given by their parts.
Var csm_grad(const Var& x_data, const Var& x_indices, const Var& x_indptr, const Shape& shape, const Var& g_data,
             const Var& g_indices, const Var& g_indptr, Format format = Format::csr);
Var sp_zeros_like(const Var& A);  ///< of A's shape, nothing stored
/// A without explicit zeros; gradient regular, and that of a structured function goes to the entries that stay. The
/// tangent of such a function is refused where A stores a position twice and an entry is dropped.
Var remove0(const Var& A);
Var ensure_sorted_indices(const Var& A);  ///< minor indices ascend, duplicates stay apart; gradient regular
Var sum_duplicates(const Var& A);         ///< every position stored once; gradient regular
Var clean(const Var& A);                  ///< remove0, then ensure_sorted_indices
Var sparse_from_dense(const Var& D, Format format = Format::csr);  ///< D's nonzeros; a vector is a matrix of one row
Var csr_from_dense(const Var& D);
Var csc_from_dense(const Var& D);
Var diag(const Var& A);             ///< the diagonal of a square matrix, absent entries 0; gradient regular
Var square_diagonal(const Var& v);  ///< csc (n x n) with v on the diagonal, zeros stored

// A vector along the rows or columns of A's stored entries. Gradients by A are structured.
Var mul_s_v(const Var& A, const Var& v);             ///< mul(A, v): A_ij v_j; gradient regular
Var structured_add_s_v(const Var& A, const Var& v);  ///< A_ij + v_j
Var col_scale(const Var& A, const Var& v);           ///< A_ij v_j
Var row_scale(const Var& A, const Var& v);           ///< v_i A_ij

// Random values. What is drawn depends on seed, draw and an element's global position alone: not on ranks, layouts or
// formats, and equal arguments draw the same again. A loop gets fresh numbers at each call from an integer input
// `draw` that it counts up; two ops of one graph that shall differ have different seeds.
/// x / (1 - p), or 0 with probability p; of a sparse x its stored entries, which stay stored. The gradient has the same
/// mask.
Var dropout(const Var& x, double p, Index seed, const Var& draw = 0);
/// A Poisson count of mean A_ij at each stored position; zeros are dropped. No gradient. Throws at the call where a
/// mean is negative or no number.
Var poisson(const Var& A, Index seed, const Var& draw = 0);
/// At every position the successes among n trials of probability p (scalars); zeros are not stored. No gradient.
Var binomial(const Var& n, const Var& p, const Shape& shape, Format format, DType dtype, Index seed,
             const Var& draw = 0);
/// In every row of a csr P, n trials (one number, or one a row) that fall on its stored entries, with probabilities in
/// proportion to them. On P's Sparsity. No gradient.
Var multinomial(const Var& n, const Var& P, Index seed, const Var& draw = 0);

// Parts of matrices, and matrices of parts. Dense operands too, except for stacks.
Var get_item_2d(const Var& A, const Slice& rows, const Slice& columns = {});  ///< A[rows, columns]
/// Zeros of A's shape, but g in the place of the slice: the transpose of get_item_2d.
Var put_2d(const Var& g, const Var& A, const Slice& rows, const Slice& columns = {});
/// Rows of A by an integer vector: any order, repeats allowed (they add in the gradient), negative ones from the end.
Var get_item_list(const Var& A, const Var& rows);
/// Zeros of A's shape, with row r of g added to row rows[r]: the transpose of get_item_list.
Var put_list(const Var& g, const Var& rows, const Var& A);
Var get_item_2lists(const Var& A, const Var& i, const Var& j);  ///< the vector of A[i[r], j[r]]
/// The matrix with v[r] at (i[r], j[r]); values of one position are summed. shape: both sizes.
Var from_entries(const Var& i, const Var& j, const Var& v, const Shape& shape, Format format = Format::csr);
Var get_item_scalar(const Var& A, Index i, Index j);           ///< A[i, j]
Var put_scalar(const Var& g, const Var& A, Index i, Index j);  ///< sparse zeros of A's shape, but g at (i, j)
/// csc of X's shape, with row r of V as row i[r]; all of V is stored, rows of one number as duplicates.
Var construct_sparse_from_list(const Var& X, const Var& V, const Var& i);
/// Blocks of either format below, or beside each other; dtype: the promoted one. Explicit zeros and duplicates stay.
Var vstack(const Vars& blocks, Format format = Format::csc, std::optional<DType> dtype = {});
Var hstack(const Vars& blocks, Format format = Format::csc, std::optional<DType> dtype = {});
Var block_diag(const Vars& blocks, Format format = Format::csc);  ///< zeros of dense blocks are not stored

// Images: a matrix with one a row, its channels one after another, each in raster order.
struct ImageShape {
  Index channels = 1, height = 0, width = 0;
  bool operator==(const ImageShape&) const = default;
};
struct Images {
  Var pixels;
  ImageShape shape;
};
enum class Border : std::uint8_t { valid, full };  ///< windows that lie inside, or all that touch; zeros around
/// out[b, n, y, x] = bias[n] + sum over c, i, j of kernels[n, (c, i, j)] images[b, c, y s + i - p, x t + j - q], with
/// s, t = step, p, q = 0 (valid) or height - 1, width - 1 of the window (full), as a product with the sparse matrix of
/// all kernels in all places. kernels: one a row, over `window` (height, width) of each channel. Throws Error where no
/// window fits, or for sizes that do not.
Images convolve(const Var& kernels, const std::array<Index, 2>& window, const Var& images, const ImageShape& of,
                const std::array<Index, 2>& step = {1, 1}, const Var& bias = {}, Border border = Border::valid);
/// The largest pixel of each channel in windows beside each other; what is left at the borders is not read. Of equal
/// pixels the first has the gradient.
Images max_pool(const Var& images, const ImageShape& of, const std::array<Index, 2>& window);

// What derivative rules need.
/// g's stored entries at P's, on P's Sparsity: of a position that both store several times, the k-th at the k-th.
/// Copies that g has of all of them are summed; throws at the call where the numbers of entries do not fit so.
Var at_entries(const Var& P, const Var& g);
Var stop_gradient(const Var& x);          ///< x itself, a constant for derivatives
Var conform(const Var& g, const Var& x);  ///< dense g broadcast to x's shape, cut and laid out as x is
Var broadcast_like(const Var& g,
                   const Var& x);          ///< dense g broadcast to x's shape (x may be sparse), x's values unused
Var sum_like(const Var& g, const Var& x);  ///< dense g summed over the axes that broadcasting x to g has added
Var count(const Var& x, std::optional<int> axis = {});  ///< number of elements (along the axis) of x, float64

inline Var operator+(const Var& x, const Var& y) { return add(x, y); }
inline Var operator-(const Var& x, const Var& y) { return sub(x, y); }
inline Var operator*(const Var& x, const Var& y) { return mul(x, y); }
inline Var operator/(const Var& x, const Var& y) { return div(x, y); }
inline Var operator-(const Var& x) { return neg(x); }

}  // namespace spgrad
