// on_ranks.hpp: test bodies for ranks. One body serves pretended ranks and mpirun.
//
// In a body use EXPECT_*, never ASSERT_*: a rank that returns early leaves the others waiting. Files named *_ranks.cpp
// use for_ranks() only; they are built into tests_pretended and into tests_mpi.
#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "src/comm/world.hpp"

namespace spgrad::tests {

/// Runs body(world) on `ranks` pretended ranks; failures say on which rank of how many.
void on_ranks(int ranks, const std::function<void(World&)>& body);

/// In tests_pretended: on_ranks of 1, 2, 3, 5 and 9. In tests_mpi: body on the ranks of MPI_COMM_WORLD.
void for_ranks(const std::function<void(World&)>& body);

}  // namespace spgrad::tests
