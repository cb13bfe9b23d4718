#!/usr/bin/env bash
# The example program: the loss falls, and a second run goes on from the checkpoint.
. "$(dirname "$0")/support.sh"
cd "$work" || exit 1
awk 'BEGIN { for (i = 0; i < 300; ++i) printf "%d %d:1 %d:1\n", i % 2, i % 2 + 1, 3 + i * 7 % 40 }' > data.svm
works 0 convert data.svm data.h5
for ranks in 1 2; do
  rm -rf checkpoints
  mpirun --oversubscribe --timeout 60 -n $ranks "$bin/logistic_regression" data.h5 checkpoints > out || fail "exit code $? at $ranks ranks"
  awk '/^step/ { if (seen && $4 >= last) bad = 1; last = $4; seen = 1 } END { exit bad || !seen }' out || fail "the loss does not fall: $(cat out)"
  [ -e checkpoints/latest ] || fail "no checkpoint"
done
"$bin/logistic_regression" missing.h5 none > out 2> err && fail "a missing file is no error"
finish
