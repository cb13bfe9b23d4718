#include "src/run/model_collectives.hpp"

#include <algorithm>
#include <cmath>

namespace spgrad {

CollectiveCost collective_cost(Move move, int ranks, double own, double all, double row) {
  const double others = ranks - 1, steps = std::ceil(std::log2(ranks)), part = others / ranks;
  switch (move) {
    case Move::gather_all:
      return {all * part, steps};
    case Move::fold:
      return {own * part, steps};
    case Move::reduce_all:
      return {2 * own * part, 2 * steps};
    case Move::carry:
    case Move::carry_back:
      return {row * steps, steps};
    case Move::relayout:
      return {own * part, std::min(others, 2.0), true};
    default:  // turn: to everyone; fetch: from wherever
      return {own * part, others, move == Move::fetch};
  }
}

}  // namespace spgrad
