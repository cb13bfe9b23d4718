# support.sh: what the tests of the command share. Sourced; $1 of the test is the folder with the executables.
set -uo pipefail
bin=$(cd "$1" && pwd)
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=/dev/null
. "$root/cluster/env.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=$work/failed checks=()

fail() { echo "FAILED: $*" | tee -a "$failed"; }
finish() {
  all_done
  [ -e "$failed" ] && exit 1
  echo "all is well"
  exit 0
}
# beside COMMAND..: a check that neither needs nor disturbs another one, while those that follow run; a few at a time.
beside() {
  while [ "$(jobs -rp | wc -l)" -gt "$(nproc)" ]; do wait -n; done
  (work=$(mktemp -d "$work/beside.XXXX") && "$@") &
  checks+=($!)
}
all_done() { [ ${#checks[@]} = 0 ] || wait "${checks[@]}"; }

# on RANKS ARG..: the spgrad command; output in $work/out and $work/err, exit code in $rc. Nothing may take a minute.
on() {
  local ranks=$1; shift
  rc=0
  if [ "$ranks" = 0 ]; then timeout 60 "$bin/spgrad" "$@" > "$work/out" 2> "$work/err" < /dev/null || rc=$?
  else mpirun --oversubscribe --timeout 60 -n "$ranks" "$bin/spgrad" "$@" > "$work/out" 2> "$work/err" < /dev/null || rc=$?; fi
}

# refuses CODE TEXT RANKS ARG..: exit code CODE, one message of ours, and TEXT in it.
refuses() {
  local code=$1 text=$2; shift 2
  on "$@"
  [ "$rc" = "$code" ] || fail "exit code $rc instead of $code: $* ($(grep -m1 spgrad: "$work/err"))"
  [ "$(grep -c '^spgrad: ' "$work/err")" = 1 ] || fail "not one message: $* ($(grep '^spgrad: ' "$work/err" | head -3))"
  grep -qE "$text" "$work/err" || fail "no '$text' in the message of $* ($(grep -m1 '^spgrad: ' "$work/err"))"
}
# works RANKS ARG..: exit code 0.
works() { on "$@"; [ "$rc" = 0 ] || fail "exit code $rc: $* ($(grep -v '^-' "$work/err" | head -3))"; }
# number NAME: a number of the JSON object on the last line of standard output.
number() { tail -n 1 "$work/out" | sed -E "s/.*\"$1\":([-+0-9.eE]+).*/\1/"; }
# near A B TOLERANCE: relative difference.
near() { awk -v a="$1" -v b="$2" -v t="$3" 'BEGIN { d = a - b; if (d < 0) d = -d; s = b < 0 ? -b : b; exit !(d <= t * s) }'; }

# The snapshot of the catalogue as svmlight, made once for a test.
catalogue_rows() { gzip -dc "$root/apps/quickstart/snapshot.gz" | awk -v min_section=20 -f "$root/apps/quickstart/catalogue.awk"; }
