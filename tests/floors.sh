#!/usr/bin/env bash
# Each file includes only what its floor may use (src/README.md). Usage: floors.sh SOURCE_DIR
set -uo pipefail
cd "${1:-$(dirname "$0")/..}"
found=$(mktemp); trap 'rm -f "$found"' EXIT

# complain TITLE: every line on standard input is a violation.
complain() {
  local lines; lines=$(cat)
  [ -z "$lines" ] || printf '%s:\n%s\n' "$1" "$lines" | tee -a "$found"
}
# includes PATTERN FOLDER...: where files of the folders include what matches.
includes() {
  local pattern=$1; shift
  grep -rnE "#include *[<\"]($pattern)" "$@" --include='*.cpp' --include='*.hpp' || true
}
# floor FOLDER FORBIDDEN...: a floor and the folders above it.
floor() {
  local folder=$1; shift
  local forbidden; forbidden=$(IFS='|'; echo "$*")
  includes "$forbidden" "$folder" | complain "$folder includes from a floor above it"
}

floor src/value    src/kernels src/comm src/graph src/ops src/rewrites src/lang src/schedule src/run io/
floor src/kernels  src/comm src/graph src/ops src/rewrites src/lang src/schedule src/run io/ 'spgrad/(op|ops|grad|function|session)\.hpp'
floor src/comm     src/kernels src/graph src/ops src/rewrites src/lang src/schedule src/run io/ 'spgrad/(op|ops|grad|function|session)\.hpp'
floor src/graph    src/comm src/ops src/rewrites src/lang src/schedule src/run io/
floor src/ops      src/comm src/rewrites src/lang src/schedule src/run io/
floor src/rewrites src/comm src/lang src/schedule src/run io/
floor src/lang     src/kernels src/comm src/rewrites src/schedule src/run io/
floor src/schedule src/lang src/comm src/run io/
floor src/run      io/
floor io           src/graph src/ops src/rewrites src/schedule src/run
floor apps         src/ io/
floor include      src/ io/

includes 'mpi\.h|petsc[a-z]*\.h' src/value src/kernels src/graph src/ops src/rewrites src/lang src/schedule include apps io |
  complain "MPI and PETSc belong to src/comm and src/run"
includes 'hdf5\.h' src include apps | complain "HDF5 belongs to io"
grep -rnE '\bMPI_[A-Z][a-z]' io --include='*.cpp' --include='*.hpp' | grep -vE 'MPI_(Comm|Info)\b' | complain "io makes no MPI call"

[ ! -s "$found" ]
