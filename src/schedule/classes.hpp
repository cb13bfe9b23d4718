// classes.hpp: which dimensions of a graph are one dimension. Index letters unify them; each class has one layout.
#pragma once

#include <set>
#include <unordered_map>

#include "src/schedule/schedule.hpp"

namespace spgrad {

using DimensionSet = std::multiset<std::pair<int, Index>>;

class DimensionClasses {
 public:
  DimensionClasses(const Vars& order, const Offers& offers);

  /// The class of an axis of a node; -1 for a dimension of size 1.
  int of(const Node* n, int axis) const;
  bool is_cut(const Node* n, int axis) const { return of(n, axis) >= 0 && classes_[of(n, axis)].cut; }
  /// The first axis whose class is cut; kWhole if there is none.
  int cut_axis(const Node* n) const;
  /// All of them, in no order, with their sizes.
  DimensionSet set_of(const Node* n) const;
  const std::vector<DimensionClass>& classes() const { return classes_; }

 private:
  void unify(const Var& x);
  void induce(const Var& x);
  int root(int member);

  std::unordered_map<const Node*, std::vector<int>> members_;  // by node and axis; -1: of size 1
  std::vector<int> parent_;
  std::vector<int> entry_members_;
  std::vector<int> class_of_;
  std::vector<DimensionClass> classes_;
};

}  // namespace spgrad
