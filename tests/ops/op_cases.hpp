// op_cases.hpp: the table of all ops: a row buys every property check there is (properties.hpp).
#pragma once

#include <span>
#include <string>

#include "tests/ops/oracle.hpp"

namespace spgrad::tests {

/// How the inputs of a row are made this time.
struct Variant {
  Format format = Format::csr;  ///< of sparse inputs
  DType dtype = DType::float64;
  std::optional<DType> second{};  ///< dtype of every other input, if it differs
  enum Entries {
    unkind,
    kind,
    none
  } entries = unkind;  ///< unkind: unsorted, with duplicates, explicit zeros and empty rows
  unsigned transposed =
      0;                 ///< bit k: the k-th dense matrix is the transpose of an input, and so cut along the other axis
  bool unsized = false;  ///< the graph does not know the sizes
  Index size = 0, becomes = 0;  ///< dimensions of this size have that one instead (0: none does)
  unsigned seed = 1;
};
std::ostream& operator<<(std::ostream& out, const Variant& variant);

/// Makes a row's inputs, the same on every rank. Write different dimensions with different sizes.
class Make {
 public:
  explicit Make(const Variant& variant) : variant_(variant), random_(variant.seed) {}

  /// any: away from zero, either sign; positive: as it says; distinct: floats that differ by 1/16 and more, 1/128 above
  /// multiples of that; inside: of the open interval (-1, 1), away from its ends; between: floats away from whole and
  /// half numbers.
  enum Range { any, positive, distinct, inside, between };
  Var dense(Index m, Index n, Range range = any);
  Var vector(Index n, Range range = any) { return dense_input({size(n)}, range); }
  Var scalar(Range range = any) { return dense_input({}, range); }
  Var sparse(Index m, Index n, Range range = any) { return sparse_input(m, n, variant_.format, range); }
  Var other_format(Index m, Index n) { return sparse_input(m, n, flipped(variant_.format), any); }
  /// What follows is complex, whatever the variant says.
  Make& complex() {
    complex_ = true;
    return *this;
  }
  /// What follows has sizes that the graph does not know.
  Make& unsized() {
    variant_.unsized = true;
    return *this;
  }
  /// A value for each stored entry of A, an input.
  Var entries_of(const Var& A) { return dense_input({static_cast<Index>(given_.at(A.get()).x.size())}, any); }
  /// n row numbers of an axis of size m, from either end; none if that is 0.
  Index taken(Index n, Index m) const { return size(m) == 0 ? 0 : size(n); }
  Var row_numbers(Index n, Index m, DType integer = DType::int64);
  /// Other entries on the very Sparsity of `like`, an input.
  Var on(const Var& like);
  /// n indices of a dimension, some of them repeated, some counted from the end; none if it is empty, or if another one
  /// is that indices beside these name.
  Var indices(Index n, Index dimension, Index other = 1, DType integer = DType::int64);
  /// data, minor indices and offsets of a matrix.
  struct Parts {
    Var data, indices, indptr;
    Shape shape;
    Format format;
  };
  Parts parts(Index m, Index n, DType integer);

  Index size(Index n) const { return variant_.size == n ? variant_.becomes : n; }
  Format format() const { return variant_.format; }

  struct Input {
    Var var;
    Var like{};  ///< the input whose Sparsity it shares
  };
  const std::vector<Input>& inputs() const { return inputs_; }
  const Given& given() const { return given_; }
  /// Elements for a value of this type and, of a sparse one, these entries.
  Whole values_like(const Type& type, std::shared_ptr<const Positions> at = {}, Range range = any);
  /// A sparse value of this type with entries anywhere.
  Whole sparse_like(const Type& type, Range range = any);
  Var add_input(std::string name, Whole x, const Var& like = {});

 private:
  Var dense_input(const Shape& shape, Range range);
  Var sparse_input(Index m, Index n, Format format, Range range);
  std::shared_ptr<const Positions> positions(Index majors, Index minors);
  DType next_dtype() const;
  Complex element(DType dtype, Range range);
  double real_part(Range range);
  double uniform(double low, double high) { return std::uniform_real_distribution(low, high)(random_); }
  Index below(Index n) { return std::uniform_int_distribution<Index>(0, n - 1)(random_); }

  Variant variant_;
  bool complex_ = false;
  int matrices_ = 0;
  std::mt19937 random_;
  std::vector<Input> inputs_;
  Given given_;
};

/// A row. Variants of one op (by kinds of operands, attributes) are rows of their own, told apart by `form`.
struct OpCase {
  std::string_view op, form;
  Var (*apply)(Make&);
};
std::span<const OpCase> op_cases();
std::ostream& operator<<(std::ostream& out, const OpCase& row);

}  // namespace spgrad::tests
