#!/usr/bin/env bash
# Installs what spgrad is built with, on Debian 12 and its like: only what is missing, without questions.
#   cluster/install-deps.sh [--with-clients] [--with-dev]
#       --with-clients  also what the benchmarks and client tests compare with (python3-h5py, python3-scipy)
#       --with-dev      also what developers use (git, clang-format, clang-tidy, ccache; clang, for the fuzz targets)
# Run by root, or by a user with sudo. On a system without apt-get it names the packages and stops.
# Exit code: 0 all there, 1 something could not be installed, 2 usage.
set -euo pipefail

build=(g++ cmake ninja-build pkgconf)
libs=(libpetsc-real-dev libopenblas-pthread-dev libopenmpi-dev openmpi-bin libhdf5-openmpi-dev zlib1g-dev
  libcli11-dev libfmt-dev nlohmann-json3-dev libxxhash-dev libzip-dev)
programs=(graphviz)  # what the command calls: dot, for --graph
tests=(libgtest-dev libbenchmark-dev e2fsprogs python3)
clients=(python3-h5py python3-scipy)
dev=(git clang-format clang-tidy ccache clang libclang-rt-dev)

say() { echo "install-deps: $*"; }
die() { say "$*" >&2; exit 1; }
usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; }

wanted=("${build[@]}" "${libs[@]}" "${programs[@]}" "${tests[@]}")
for option in "$@"; do
  case $option in
    --with-clients) wanted+=("${clients[@]}") ;;
    --with-dev) wanted+=("${dev[@]}") ;;
    -h | --help) usage; exit 0 ;;
    *) echo "install-deps: unknown option $option (see --help)" >&2; exit 2 ;;
  esac
done

for tool in apt-get dpkg-query; do
  command -v "$tool" > /dev/null ||
    die "no $tool here: this is not Debian or its like. Install what these Debian packages hold: ${wanted[*]}"
done

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2> /dev/null | sed -n 's/^installed //p') || true
missing=()
for package in "${wanted[@]}"; do
  grep -qxF -e "$package" <<< "$installed" || missing+=("$package")
done
if [ ${#missing[@]} = 0 ]; then
  say "nothing to do, all ${#wanted[@]} packages are there"
  exit 0
fi

as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo > /dev/null || die "neither root nor sudo; as root, run: apt-get install ${missing[*]}"
  as_root=(sudo)
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {  # apt-get without questions; its output is shown only when it fails
  # The lock: a fresh machine is often busy with its own updates.
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@" \
    > "$log" 2>&1 < /dev/null || { tail -n 30 "$log" >&2; die "apt-get $1 failed (its last lines are above)"; }
}

say "installing ${missing[*]}"
[ ${#missing[@]} -lt 10 ] || say "with what they need about 230 MB to download and 1 GB on disk; a minute or a few"
apt update
apt install -y --no-install-recommends "${missing[@]}"
say "done in $SECONDS s"
