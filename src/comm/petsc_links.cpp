#include "src/comm/petsc_links.hpp"

#include <petscsf.h>

#include <algorithm>
#include <limits>

#include "spgrad/layout.hpp"

namespace spgrad::comm {
namespace {

void check(PetscErrorCode code, const char* call) {
  if (code == 0) return;
  const char* message = nullptr;
  PetscErrorMessage(code, &message, nullptr);
  fail(ErrorKind::other, call, " failed: ", message ? message : "unknown error");
}

PetscInt petsc_int(Index n, const char* what) {
  constexpr Index kMost = std::min<Index>(std::numeric_limits<PetscInt>::max(), std::numeric_limits<LocalIndex>::max());
  require(n <= kMost, "one rank has ", n, " ", what, ", but a star forest counts at most ", kMost, ": use more ranks");
  return static_cast<PetscInt>(n);
}

/// A PetscSF for the length of a scope.
class Forest {
 public:
  explicit Forest(MPI_Comm comm) { check(PetscSFCreate(comm, &sf_), "PetscSFCreate"); }
  ~Forest() { PetscSFDestroy(&sf_); }
  Forest(const Forest&) = delete;
  Forest& operator=(const Forest&) = delete;
  operator PetscSF() const { return sf_; }

 private:
  PetscSF sf_ = nullptr;
};

std::vector<PetscSFNode> nodes(const Layout& roots, std::span<const Index> wanted) {
  std::vector<PetscSFNode> out;
  out.reserve(wanted.size());
  for (const Index row : wanted) {
    const int owner = roots.owner(row);
    out.push_back({owner, petsc_int(row - roots.begin(owner), "rows")});
  }
  return out;
}

/// The lists of PetscSFGetRootRanks and GetLeafRanks, by ascending rank; ranks that need nothing are left out.
std::vector<Links::Peer> peers(PetscInt ranks, const PetscMPIInt* rank, const PetscInt* offset, const PetscInt* rows) {
  std::vector<Links::Peer> out;
  for (PetscInt i = 0; i < ranks; ++i)
    if (offset[i] < offset[i + 1]) out.push_back({rank[i], {rows + offset[i], rows + offset[i + 1]}});
  std::ranges::sort(out, {}, &Links::Peer::rank);
  return out;
}

}  // namespace

Links petsc_links(MPI_Comm comm, std::span<const Index> starts, std::span<const Index> wanted) {
  const Layout roots({starts.begin(), starts.end()});
  int me = 0;
  MPI_Comm_rank(comm, &me);
  const PetscInt nroots = petsc_int(roots.count(me), "rows"),
                 nleaves = petsc_int(static_cast<Index>(wanted.size()), "wanted rows");
  auto remote = nodes(roots, wanted);

  const Forest sf(comm);
  check(PetscSFSetGraph(sf, nroots, nleaves, nullptr, PETSC_COPY_VALUES, remote.data(), PETSC_COPY_VALUES),
        "PetscSFSetGraph");
  check(PetscSFSetUp(sf), "PetscSFSetUp");

  Links links;
  PetscInt count = 0;
  const PetscMPIInt* rank = nullptr;
  const PetscInt *offset = nullptr, *leaf = nullptr, *root = nullptr;
  check(PetscSFGetRootRanks(sf, &count, &rank, &offset, &leaf, nullptr), "PetscSFGetRootRanks");
  links.from = peers(count, rank, offset, leaf);
  check(PetscSFGetLeafRanks(sf, &count, &rank, &offset, &root), "PetscSFGetLeafRanks");
  links.to = peers(count, rank, offset, root);
  return links;
}

}  // namespace spgrad::comm
