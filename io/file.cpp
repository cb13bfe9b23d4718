#include "io/file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace spgrad::io {
namespace {

Index size_here(const std::string& name) {
  struct stat status {};
  if (stat(name.c_str(), &status) != 0) fail(ErrorKind::io, name, ": ", std::strerror(errno));
  return static_cast<Index>(status.st_size);
}

/// A rank that cannot open the file while the others do would leave them waiting: so all look first.
void check_all_see(World& world, const std::string& name) {
  Index size = 0;
  world.together([&] { size = size_here(name); });
  const Index most = world.reduce(size, comm::Combine::max);
  world.together([&] {
    if (size != most)
      fail(ErrorKind::io, name, " has ", size, " bytes here but ", most,
           " on another rank: all ranks need to see one file");
  });
}

Handle access_to(const World& world) {
  Handle access = opened(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, ErrorKind::other, "HDF5 cannot make a property list");
  if (const void* comm = world.communicator())
    check_hdf5(H5Pset_fapl_mpio(access, *static_cast<const MPI_Comm*>(comm), MPI_INFO_NULL) >= 0, ErrorKind::other,
               "HDF5 does not take the communicator");
  return access;
}

}  // namespace

File::File(World& world, const std::string& name) : world_(&world), name_(name) {
  check_all_see(world, name);
  world.together([&] {
    const Hdf5 library;
    const Handle access = access_to(world);
    handle_ =
        opened(H5Fopen(name.c_str(), H5F_ACC_RDONLY, access), H5Fclose, ErrorKind::io, name, ": HDF5 cannot open it");
  });
}

}  // namespace spgrad::io
