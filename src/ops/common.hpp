// common.hpp: what many forms share.
#pragma once

#include "spgrad/ops.hpp"
#include "src/graph/letters.hpp"
#include "src/graph/run_context.hpp"

namespace spgrad {

/// The axis along which a sparse type is cut: rows of csr, columns of csc.
inline int major_axis(const Type& type) { return type.format == Format::csc ? 1 : 0; }
inline Rows own_major(const Var& x) { return own(major_axis(x->type)); }

/// The global number of the first row (along its slow axis) of a dense value's part on this rank.
inline Index first_row(const Value& dense) { return dense.cut() == kWhole ? 0 : dense.layout().begin(dense.rank()); }
/// The format that the attribute of that name says.
inline Format format_attr(const Node& n) {
  return n.attr<std::string>("format") == name(Format::csc) ? Format::csc : Format::csr;
}

/// An attribute that is a list of `count` integers. Throws Error if it has another length.
const std::vector<Index>& list_attr(const Node& n, std::string_view key, std::size_t count);
/// The attribute "shape" of a matrix: both sizes.
Shape shape_attr(const Node& n);

/// Entry p of the one stands where entry p of the other does.
inline bool one_pattern(const Sparsity& A, const Sparsity& B) { return &A == &B || A.fingerprint == B.fingerprint; }

/// Throws Error if entries of A were to be summed with values by position (attribute by_entry) although A stores a
/// position twice: each of its entries has a gradient of its own then, which no sum by position can hold.
void require_one_entry_each(const Node& n, const Sparsity& A);

/// `part` is what a cotangent g of out says of the operand x from which out's entries are taken. Where g is on out's
/// own Sparsity, entries of one position have cotangents of their own: each goes to the entry of x that it belongs to.
Var entry_for_entry(const Var& part, const Var& x, const Var& g, const Var& out);

/// A cotangent g of the sparse x: entry by entry where the two turn out to have one pattern, else by position, in no
/// pattern that some operand of x might have.
Var entries_if_alike(const Var& g, const Var& x);

/// A negative axis counts from the end. Throws Error if there is no such axis.
int checked_axis(const Var& x, int axis);
/// {"axis", a} if there is one, nothing otherwise.
Attrs axis_attrs(const Var& x, std::optional<int> axis);

/// What sums of dense values are computed in: int64 for bools and integers, uint64 for unsigned ones, else t.
DType dtype_of_sum(DType t);

/// The spread of an element-by-element op that is additive in those inputs together, on parts that the ranks have of
/// them, so that the sum over the ranks comes behind it; none where that could change a dtype or a shape, or where
/// another input is no number of the program, finite and not 0 (an infinite one would make NaN of a part that is 0).
Spreads before_sums(const Node& n, std::uint32_t inputs);

/// Spreads of an element-by-element op on dense operands: before sums where it is linear; cut along either axis of the
/// result (an operand that is broadcast along it is needed whole), or everything whole. For sparse operands of one
/// pattern: their major axis.
Spreads elementwise_spread(const Node& n);

/// f(T) for the C++ type of the dtype, float32 and float64 (and complex ones) only.
template <class F>
void dispatch_floating(DType dtype, F&& f) {
  dispatch(dtype, [&]<class T>() {
    if constexpr (std::is_floating_point_v<T> || is_complex_v<T>)
      f.template operator()<T>();
    else
      fail(ErrorKind::data, "no floating dtype: ", dtype);
  });
}
template <class F>
void dispatch_real(DType dtype, F&& f) {
  dispatch(dtype, [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>)
      f.template operator()<T>();
    else
      fail(ErrorKind::data, "no real floating dtype: ", dtype);
  });
}

}  // namespace spgrad
