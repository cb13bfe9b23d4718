// estimate.hpp: what a graph costs, as far as that can be said before it runs.
#pragma once

#include <functional>

#include "spgrad/op.hpp"

namespace spgrad {

struct Cost {
  double flops = 0;  ///< multiplications and additions
  double bytes = 0;  ///< read and written by kernels, each operand and result once
  Cost& operator+=(const Cost& c) {
    flops += c.flops;
    bytes += c.bytes;
    return *this;
  }
  /// One number to compare by: a flop of a sparse kernel takes about as long as a byte.
  double total() const { return flops + bytes; }
};
inline Cost operator-(const Cost& a, const Cost& b) { return {a.flops - b.flops, a.bytes - b.bytes}; }

/// Counts over all ranks. Sizes that are not known count as 1000; of a sparse result nnz is estimated from its operands
/// as if entries were spread evenly.
class Estimate {
 public:
  /// `nnz`: of a sparse input or shared value; a negative number, or no function: not known, 1 % of the positions.
  explicit Estimate(std::function<double(const Var&)> nnz = {}) : given_nnz_(std::move(nnz)) {}

  double nnz(const Var& x) const;      ///< stored entries of a sparse x, elements of a dense one
  Cost of(const Var& x) const;         ///< of that op alone: by its index letters, 2 flops a term of a sum of products
  Cost of(const Vars& outputs) const;  ///< of the graph below, each node once

 private:
  /// The terms of a sum of products, one for each value of all index letters; `summed`: one is not in the result.
  struct Terms {
    double count = 1;
    bool summed = false;
  };
  Terms terms_of(const Var& x, int depth) const;
  double nnz(const Var& x, int depth) const;

  std::function<double(const Var&)> given_nnz_;
};

}  // namespace spgrad
