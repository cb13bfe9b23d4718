// petsc_links.hpp: the graph of a star forest, found by PetscSF.
#pragma once

#include <mpi.h>

#include "src/comm/world.hpp"

namespace spgrad::comm {

/// Collective; see World::link. Throws Error if this PETSc's index type cannot number the rows.
Links petsc_links(MPI_Comm comm, std::span<const Index> starts, std::span<const Index> wanted);

}  // namespace spgrad::comm
