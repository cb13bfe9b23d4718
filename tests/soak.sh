#!/usr/bin/env bash
# The tests of faults at their full length; an hour or two. Prints a table: fault, rounds, outcome.
#   tests/soak.sh [BIN] [NAME..]     BIN: folder with the executables; NAME: ranks hosts damage disk kill power, default all
# Exit code: 0 if nothing failed, else 1.
set -uo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
bin=${1:-$here/../build/release/bin}
if [ $# -gt 0 ]; then shift; fi
failed=0
for name in ${*:-ranks hosts damage disk kill power}; do
  case $name in
    ranks) full=(all) ;;
    hosts) full=(5) ;;
    kill) full=(200) ;;
    power) full=(1 500) ;;   # before each call, at 500 random moments
    disk) full=(20) ;;       # sizes of the disk
    damage) full=(1000 200) ;;  # bits flipped, files cut short
    *) echo "tests/soak.sh: there is no '$name'" >&2; exit 2 ;;
  esac
  "$here/faults/${name}_test.sh" "$bin" "${full[@]}"
  rc=$?
  if [ $rc != 0 ] && [ $rc != 77 ]; then failed=1; fi
done
if [ $# = 0 ]; then  # every hostile file at 1, 2 and 3 ranks; damaged files with other seeds
  "$here/apps/hostile_test.sh" "$bin" all || failed=1
  SPGRAD_SEED=$((RANDOM * 100000)) SPGRAD_COUNT=100000 "$bin/tests_pretended" --gtest_filter='Mutants.*' || failed=1
fi
exit $failed
