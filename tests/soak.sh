#!/usr/bin/env bash
# The tests of faults at their full length; two hours. Prints a table: fault, rounds, outcome.
#   tests/soak.sh [BIN] [NAME..]     BIN: folder with the executables; NAME: see below, default all
# Exit code: 0 if nothing failed, else 1.
set -uo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
bin=${1:-$here/../build/release/bin}
if [ $# -gt 0 ]; then shift; fi

at_length() {
  case $1 in
    ranks) "$here/faults/ranks_test.sh" "$bin" all ;;
    hosts) "$here/faults/hosts_test.sh" "$bin" 5 ;;
    damage) "$here/faults/damage_test.sh" "$bin" 1000 200 ;;  # bits flipped, files cut short
    disk) "$here/faults/disk_test.sh" "$bin" 20 ;;            # sizes of the disk
    kill) "$here/faults/kill_test.sh" "$bin" 200 ;;
    power) "$here/faults/power_test.sh" "$bin" 1 500 ;;       # before each call, at random moments
    hostile) "$here/apps/hostile_test.sh" "$bin" all ;;       # every file at 1, 2 and 3 ranks
    mutants) SPGRAD_SEED=$((RANDOM * 100000)) SPGRAD_COUNT=100000 "$bin/tests_pretended" --gtest_filter='Mutants.*' ;;
    *) echo "tests/soak.sh: there is no '$1'" >&2; exit 2 ;;
  esac
}

failed=0
for name in ${*:-ranks hosts damage disk kill power hostile mutants}; do
  at_length "$name"
  rc=$?
  if [ $rc != 0 ] && [ $rc != 77 ]; then failed=1; fi  # 77: skipped, for want of rights
done
exit $failed
