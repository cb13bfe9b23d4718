#!/usr/bin/env bash
# Installs the build into a folder of its own and builds and runs a program against it. Usage: test.sh BUILD_DIR
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) build=$1
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/prefix" > /dev/null
cmake -G Ninja -S "$here" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" > /dev/null
cmake --build "$work/build"
"$work/build/consumer"
for header in "$work"/prefix/include/spgrad/*.hpp; do  # each public header compiles alone, without MPI, PETSc or HDF5
  echo "#include \"spgrad/$(basename "$header")\"" > "$work/alone.cpp"
  c++ -std=c++20 -fsyntax-only -Wall -Wextra -Werror -I "$work/prefix/include" "$work/alone.cpp"
done
"$work/prefix/bin/spgrad" --version
