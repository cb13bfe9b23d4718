// sums.hpp: zero, and sums of derivatives, which may be missing, sparse, dense, or still lack axes along which they are
// constant.
#pragma once

#include "spgrad/op.hpp"

namespace spgrad {

/// The sum of the parts that are not empty; `like`: a Var of the shape the sum has. Entries of one Sparsity are added
/// entry by entry, where they turn out to have equal patterns, too; entries and a dense part make a dense sum.
Var sum_of(const Vars& parts, const Var& like);

/// Zeros: of a sparse x on its Sparsity.
Var zero_like(const Var& x);

/// The tangent of x for tangents of its inputs (empty: zero, at least one is not): by op.jvp, or from op.linear.
Var push_forward(const Var& x, Vars tangents);

/// The tangent t of a sparse x at its stored entries. Where t has come from other entries, it is taken by position;
/// that is refused at run time if x stores a position twice.
Var entry_tangent(const Var& x, const Var& t);

}  // namespace spgrad
