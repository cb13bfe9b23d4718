// letters.hpp: an op's index letters ("ij jk -> ik") read for one node: they give the shape checks, the shape of the
// result, and later layouts and placement.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spgrad/op.hpp"

namespace spgrad {

/// The letters of every dimension of a node: in[k][axis], out[axis]. '1' is a dimension of size 1. Broadcast dimensions
/// ("*") get the digits '2' (last axis) and '3' (the one before), or '1' where the operand has size 1 and another has
/// not; '_' is like no other, not even another '_'.
struct Letters {
  std::vector<std::string> in;
  std::string out;
};

/// Reads op.letters for these inputs. Throws Error if no alternative fits their numbers of dimensions.
Letters letters_of(const Op& op, const Vars& in, const Attrs& attrs);
inline Letters letters_of(const Node& n) { return letters_of(*n.op, n.in, n.attrs); }

/// The shape of the result, from the letters; throws Error ("X has 3 columns but Y has 4 rows") where one letter
/// has two sizes. Letters of the result that stand in no input have size kUnknown.
Shape shape_by_letters(const Node& n);

/// Promoted dtype of the inputs that op.promotes names, weak literals giving way; throws Error where the op refuses it.
DType promoted_dtype(const Node& n);

/// The type most ops have: format dense, shape_by_letters, promoted_dtype.
Type dense_type(const Node& n);

}  // namespace spgrad
