#!/usr/bin/env bash
# One rank throws, dies, hangs or leaves: the job ends soon, with a message that says which.
#   ranks_test.sh BIN [all]        all: every fault on every rank of 1 to 4 ranks, else some on one of 3
. "$(dirname "$0")/support.sh"
all=${2:-}
if [ "$all" = all ]; then places="1:0 2:0 2:1 3:0 3:1 3:2 4:0 4:1 4:2 4:3"; else places="3:1"; fi
count=$(wc -w <<< "$places")

# What a job takes in which nothing happens, on a machine that may be slow: limits stand above that.
timed 30 4 "$bin/misbehave" slow 0 0
[ "$rc" = 0 ] || fail "without a fault: exit code $rc: $(cat err)"
usual=$took
# within SECONDS: of the fault alone.
within() { awk -v a="$1" -v b="$usual" 'BEGIN { print a + b }'; }

# ends FAULT LIMIT CODES MESSAGES TEXT: within LIMIT s everywhere, with one of the exit codes and so many messages (-: any).
ends() {
  local fault=$1 limit=$2 codes=$3 wanted=$4 text=$5 longest=0 place
  for place in $places; do
    timed "$(within "$limit")" "${place%:*}" "$bin/misbehave" "$fault" "${place#*:}"
    grep -qw "$rc" <<< "$codes" || fail "$fault at $place: exit code $rc, not $codes"
    [ "$wanted" = - ] || [ "$messages" = "$wanted" ] || fail "$fault at $place: $messages messages: $(grep '^spgrad: ' err)"
    grep -q "$text" err || fail "$fault at $place: no '$text' in $(cat err)"
    if above "$took" "$longest"; then longest=$took; fi
  done
  row "$fault" "$count" "ended after $longest s at most, exit code $codes, messages: $wanted"
}
ends throw 5 65 1 'a kernel that fails'
ends memory 5 1 1 'out of memory'
ends outside-foreign 5 1 1 'an exception of unknown type'
ends noexcept 5 134 - 'thrown where nothing may be'
ends exit 5 3 - ''
if [ "$all" = all ]; then
  ends foreign 5 1 1 'an exception of unknown type'
  ends outside-throw 5 65 1 'a kernel that fails'
  ends outside-memory 5 1 1 'out of memory'
  ends abort 5 134 - ''
  ends segv 5 139 - ''
  ends kill 5 137 - ''
fi

# --- ranks that do not come: SPGRAD_HANG_TIMEOUT ---
export SPGRAD_HANG_TIMEOUT=1
places=$(tr ' ' '\n' <<< "$places" | grep -v '^1:' | tr '\n' ' ') count=$(wc -w <<< "$places")
# names FAULT TEXT: after 1 s, and at most 5 s more; the rank and what it does.
names() {
  local fault=$1 text=$2 place longest=0
  for place in $places; do
    timed "$(within 6)" "${place%:*}" "$bin/misbehave" "$fault" "${place#*:}"
    [ "$rc" = 70 ] || fail "$fault at $place: exit code $rc, not 70"
    [ "$messages" = 1 ] || fail "$fault at $place: $messages messages: $(cat err)"
    grep -q "rank ${place#*:} $text" err || fail "$fault at $place: 'rank ${place#*:} $text' is not in $(cat err)"
    if above "$took" "$longest"; then longest=$took; fi
  done
  row "$fault, --hang-timeout 1" "$count" "named, ended after $longest s at most, exit code 70"
}
names stop "is in 'run .*misbehaving_kernel"
if [ "$all" = all ]; then
  names sleep "is in 'run .*misbehaving_kernel"
  names outside-sleep "is in 'what follows a call'"
fi
names leave "waits in 'what follows a call': the end of the program"
for place in $places; do
  timed 10 "${place%:*}" "$bin/misbehave" slow "${place#*:}" 0.7
  [ "$rc" = 0 ] && [ "$messages" = 0 ] || fail "a kernel of 0.7 s at $place: exit code $rc, $(cat err)"
done
row "a kernel of 0.7 s, --hang-timeout 1" "$count" "no alarm"
finish
