// check.hpp: whether a distributed result is what a formula says, and a gradient what a difference says.
#pragma once

#include "tests/large/case.hpp"

namespace spgrad::large {

/// Collective. Some hundred elements (entries of whole rows or columns) of each rank's part, the first and last among
/// them; empty if all are right, else what is wrong with the first that is not, on the lowest rank that has one.
std::string compare(World& world, const Value& out, const Expected& expected);

/// A loss, the sum of the squares of a result, and its derivatives along random directions of all inputs, three ways.
struct Slopes {
  double by_gradient, by_tangent, by_difference;
  double scale;  ///< the sum of the moduli of what by_gradient is the sum of
  double loss;
};
std::string compare(const Slopes& slopes);

class Loss {
 public:
  Loss(World& world, const std::vector<Given>& inputs, const Var& out);
  std::vector<Value> gradient();  ///< loss and gradients, one call
  Index bytes_sent() const { return gradient_.bytes_sent(); }
  Slopes slopes();

 private:
  Bindings moved(double step) const;

  World& world_;
  std::vector<Given> inputs_;
  std::vector<Value> directions_;  ///< empty of what is not differentiable
  Function gradient_, tangent_;
};

Var loss_of(const Var& out);
Bindings bindings(const std::vector<Given>& inputs);
Vars variables(const std::vector<Given>& inputs);

}  // namespace spgrad::large
