#!/usr/bin/env bash
# Every test: installs what is missing, builds, runs the test programs, then the quickstart on the snapshot.
#   tests/run.sh [CTEST OPTION..]        e.g. tests/run.sh -R dot
# The last line is "N passed, M failed". Exit code: 0 if nothing failed, else 1.
set -uo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
. cluster/env.sh

passed=0 failed=0
out=build/quickstart

finish() {
  echo
  echo "$passed passed, $failed failed"
  exit $((failed > 0))
}

# check WHAT COMMAND..: one test.
check() {
  local what=$1
  shift
  if "$@"; then
    passed=$((passed + 1))
    echo "  ok      $what"
  else
    failed=$((failed + 1))
    echo "  FAILED  $what"
  fi
}

# needed WHAT COMMAND..: what all tests stand on; without it there is nothing to run.
needed() {
  local what=$1
  shift
  "$@" < /dev/null && return
  echo "tests/run.sh: $what failed" >&2
  failed=1
  finish
}

# Adds ctest's own count, "98% tests passed, 1 tests failed out of 52"; without that line something is broken.
run_ctest() {
  local log=build/release/ctest.log rc=0 summary
  ctest --preset release --no-tests=error --timeout 300 -j "$(nproc)" "$@" < /dev/null | tee $log || rc=$?
  summary=$(sed -n 's/.*tests passed, \([0-9]*\) tests failed out of \([0-9]*\)$/\1 \2/p' $log | tail -n 1)
  read -r failed total <<< "${summary:-1 1}"
  if [ $rc != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
  passed=$((total - failed))
}

accuracy_beats_majority() {
  sed -n 's/.*held-out accuracy: \([0-9.]*\) (majority class: \([0-9.]*\)).*/\1 \2/p' $out/train.log |
    awk '{ good = $1 > 0.7 && $1 > $2 + 0.3 } END { exit !good }'
}
whole_predictions() { awk -F '\t' 'NF != 3 { bad = 1 } END { exit bad || NR < 500 }' $out/predictions.tsv; }
a_picture() { grep -q '<svg' $out/loss.svg && grep -q '</svg>' $out/loss.svg; }
a_checkpoint() { [ -n "$(find $out/checkpoints -type f -size +0 -print -quit)" ]; }

needed 'installing the dependencies' cluster/install-deps.sh
needed 'cmake --preset release' cmake --preset release
needed 'the build' cmake --build --preset release
run_ctest "$@"

echo
check 'quickstart on the snapshot' timeout -k 10 600 apps/quickstart/run.sh --snapshot
check 'quickstart: accuracy far above the majority class' accuracy_beats_majority
check 'quickstart: a prediction for each held-out package' whole_predictions
check 'quickstart: a loss curve' a_picture
check 'quickstart: a checkpoint' a_checkpoint
finish
