// estimate.hpp: what a graph costs, as far as that can be said before it runs.
#pragma once

#include <array>
#include <functional>
#include <span>

#include "spgrad/op.hpp"

namespace spgrad {

/// Rows of a dense array that entries name, one after the other and anywhere in it.
struct FetchedRows {
  double bytes = 0;  ///< of all of them, each as often as it is named; twice if it is written, too
  double row = 0;    ///< of one
  double array = 0;  ///< of the array that they are rows of
};

struct Cost {
  double flops = 0;       ///< multiplications and additions
  double bytes = 0;       ///< read and written by kernels, each operand once
  FetchedRows fetched{};  ///< of these, what is not read from one end to the other; of one op, sums leave it out
  Cost& operator+=(const Cost& c) {
    flops += c.flops;
    bytes += c.bytes;
    return *this;
  }
  /// One number to compare by: a flop of a sparse kernel takes about as long as a byte.
  double total() const { return flops + bytes; }
};
inline Cost operator-(const Cost& a, const Cost& b) { return {a.flops - b.flops, a.bytes - b.bytes}; }

/// How much there is of a value: in all, or on one rank.
struct Extent {
  std::array<double, 2> sizes{1, 1};  ///< by axis
  double stored = 1;                  ///< elements; of a sparse one, stored entries
};

/// What one op does on operands and for a result of these extents: 2 flops for every term of a sum of products, 1 for
/// every term of another sum, else 1 for every element or entry of the result, or what Op::flops says instead; operands
/// and result read and written once, minor indices where the op has to look at them. The rows of a dense operand or
/// result that the minor indices of a sparse operand name are fetched for each entry. A view of another value costs
/// nothing. The same function serves the rewrites (with estimated extents), the profile (with those of a rank), and
/// models of runs on any number of ranks.
Cost cost_of(const Node& x, std::span<const Extent> in, const Extent& out);

/// What is known for certain of a pattern.
struct PatternFacts {
  bool unique = false;  ///< no position is stored twice
  bool sorted = false;  ///< minor indices ascend
};

/// Counts over all ranks. Sizes that are not known count as 1000; of a sparse result nnz is estimated from its operands
/// as if entries were spread evenly.
class Estimate {
 public:
  /// `nnz`: of a sparse input or shared value; a negative number, or no function: not known, 1 % of the positions.
  /// `facts`: of the patterns of the same.
  explicit Estimate(std::function<double(const Var&)> nnz = {}, std::function<PatternFacts(const Var&)> facts = {})
      : given_nnz_(std::move(nnz)), given_facts_(std::move(facts)) {}

  double nnz(const Var& x) const;          ///< stored entries of a sparse x, elements of a dense one
  Cost of(const Var& x) const;             ///< cost_of that op alone
  Cost of(const Vars& outputs) const;      ///< of the graph below, each node once
  PatternFacts facts(const Var& x) const;  ///< of a sparse x; what is not known is false

 private:
  double nnz(const Var& x, int depth) const;
  Extent extent(const Var& x, int depth) const;
  std::vector<Extent> extents(const Vars& x, int depth) const;

  std::function<double(const Var&)> given_nnz_;
  std::function<PatternFacts(const Var&)> given_facts_;
};

}  // namespace spgrad
