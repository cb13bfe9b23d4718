// given.hpp: the values that `--in NAME=...` stands for.
#pragma once

#include <string>

#include "commands.hpp"
#include "spgrad/op.hpp"
#include "spgrad/session.hpp"

namespace spgrad::app {

struct GivenValue {
  Value value;
  Var literal{};    ///< where it is a number or a list of numbers: the same as a constant
  Location from{};  ///< where it was read; no file if it was not
};

/// Collective. FILE[:/PATH] (without a path the file's only matrix or array; text files too), a number or a list of
/// numbers, or random:SHAPE[,csr|csc][,density=0.01][,dtype=float64][,seed=0] (SHAPE as in 1000x20, or 1000), the same
/// for any number of ranks. Throws Error.
GivenValue given_value(const Session& session, const std::string& spec, const io::Caution& caution);

/// In (-1, 1): element `at` of the random sequence of a seed.
double random_number(std::uint64_t seed, Index at);

}  // namespace spgrad::app
