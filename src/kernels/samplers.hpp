// samplers.hpp: counts of exact distributions from an element's uniform numbers.
#pragma once

#include "src/kernels/philox.hpp"
#include "src/kernels/views.hpp"

namespace spgrad::kernels {

/// The uniform numbers of one element of a draw.
struct Dice {
  const Draw& draw;
  Cell at;
  Uniforms roll(std::uint32_t attempt) const { return draw.uniforms(at, attempt); }
};

/// Poisson of a finite mean >= 0. Inversion below 10, else transformed rejection (PTRS: Hormann, The transformed
/// rejection method for generating Poisson random variables, 1993).
Index poisson(double mean, const Dice& dice);

/// Successes among n >= 0 trials of probability 0 <= p <= 1. Inversion where n min(p, 1 - p) < 10, else transformed
/// rejection (BTRS: Hormann, The generation of binomial random variates, 1993).
Index binomial(Index n, double p, const Dice& dice);

}  // namespace spgrad::kernels
