// case.hpp: the table of large cases. A row makes an op's inputs and its graph, and says what it must give, by formula,
// and how many bytes all ranks may send for it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "spgrad/spgrad.hpp"
#include "src/comm/world.hpp"
#include "tests/large/lazy.hpp"

namespace spgrad::large {

/// An input: in the graph, by formula, and this rank's part of it.
struct Given {
  Var var;
  Lazy is;
  Value value;
  bool differentiable = true;
  operator const Var&() const { return var; }

  Index ghosts = 0;  ///< of a sparse one: minors that its ranks name and do not own; each rank's counted, then summed
  Index strays = 0;  ///< entries whose minor lives on another rank, over all ranks
  Index stored = 0;  ///< over all ranks
};

/// Makes a row's inputs. Collective.
class Make {
 public:
  Make(World& world, Index rows, Format format) : world_(world), n_(rows), format_(format) {}

  Given sparse(Pattern pattern = Pattern::scattered, Range range = Range::either_sign);
  Given other_format(Pattern pattern = Pattern::scattered);
  Given on(const Given& like);                                      ///< other entries on the Sparsity of `like`
  Given dense(Index m, Index k, Range range = Range::either_sign);  ///< cut by rows, whole if they are few
  Given across(Index k, Index n);                                   ///< cut by columns
  Given vector(Index n, Range range = Range::either_sign);
  Given scalar(double x);
  /// Integers by formula, cut evenly.
  Given integers(Index count, std::function<Index(Index)> f);
  /// A value for each stored entry of A.
  Given entries_of(const Given& A);

  World& world() const { return world_; }
  Index n() const { return n_; }
  Format format() const { return format_; }
  bool csr() const { return format_ == Format::csr; }
  Layout even(Index size) const { return Layout::even(size, world_.size()); }
  const std::vector<Given>& inputs() const { return inputs_; }

  /// How many of k < count lie on another rank than f(k) < n does, where both are cut evenly.
  Index moving(Index count, Index n, const std::function<Index(Index)>& f) const;
  /// The bytes that it costs to have so many elements whole on every rank.
  Index on_every_rank(Index elements) const { return elements * 8 * (world_.size() - 1); }
  /// To have so many elements cut along the other axis.
  Index turned(Index elements) const { return elements * 8 * (world_.size() - 1) / world_.size(); }

  /// The sum of f(i), i < m, over all ranks.
  double total(Index m, const std::function<double(Index)>& f) const;
  double largest(Index m, const std::function<double(Index)>& f) const;

 private:
  Given add(Given input, std::string_view kind);
  Given sparse(Pattern pattern, Range range, Format format);
  Given filled(Lazy is, int cut, DType dtype);

  World& world_;
  Index n_;
  Format format_;
  std::vector<Given> inputs_;
};

struct Expected {
  Var out;
  Lazy is;
  /// What all ranks may send in a warm call, of the op and of a loss with its gradient, besides scalars.
  Index bytes = 0, gradient_bytes = 0;
  bool differentiable = true;
  /// In place of `is.at`, where values are drawn.
  std::function<bool(Index i, Index j, double x)> accepts{};
};

/// A row.
struct Case {
  std::string name;
  Expected (*make)(Make&);
  bool formats = true;  ///< has sparse operands: runs as csr and as csc
};

std::vector<Case> elementwise_cases();
std::vector<Case> dense_cases();
std::vector<Case> structure_cases();
std::vector<Case> product_cases();
std::vector<Case> part_cases();
std::vector<Case> dense_part_cases();

}  // namespace spgrad::large
