# support.sh: what the tests of faults share. Sourced; $1 of a test is the folder with the executables. Each prints a
# table: fault, rounds, outcome.
. "$(dirname "${BASH_SOURCE[0]}")/../apps/support.sh"
cd "$work" || exit 1

# row FAULT ROUNDS OUTCOME..: a line of the table; those of a failed test have said FAILED before.
row() { local fault=$1 rounds=$2; shift 2; printf '| %-58s | %6s | %s\n' "$fault" "$rounds" "$*"; }

now() { date +%s%N; }
# since NANOSECONDS: seconds with one digit.
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f", (b - a) / 1e9 }'; }
above() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a > b) }'; }

# timed SECONDS RANKS PROGRAM ARG..: output in out and err, exit code in $rc, time in $took, which may not be above
# SECONDS; messages of ours in $messages.
timed() {
  local limit=$1 ranks=$2 began; shift 2
  began=$(now) rc=0
  mpirun --oversubscribe --timeout 60 -n "$ranks" "$@" > out 2> err < /dev/null || rc=$?
  took=$(since "$began") messages=$(grep -c '^spgrad: ' err)
  above "$took" "$limit" && fail "$* on $ranks ranks took $took s, more than $limit"
}

# --- a job that saves often ---
steps=4
printf 'in w = random:%s,seed=3\nlet d = w * w - 0.3\nupdate w = w - 0.1 * d\n' "${elements:-60000}" > model.spg
# To the last step, with a checkpoint at each; --checkpoint FOLDER is added; results in out.h5.
job=(run --file model.spg --iterate "$steps" --checkpoint-every 1 --keep 3 --out-file out.h5)
# undisturbed: what every run must come to, bit by bit.
undisturbed() { works 0 "${job[@]}"; mv out.h5 undisturbed.h5; }
# number_of step-00000012: 12, nothing: 0.
number_of() { local digits=${1#*step-}; echo $((10#${digits:-0})); }
# goes_on FOLDER STEP WHAT: the newest checkpoint is whole and of that step or later (0: there may be none), and a run
# that goes on from it ends with the bits of the undisturbed one. Sets $from.
goes_on() {
  local folder=$1 step=$2 what=$3
  rm -f out.h5
  on 0 "${job[@]}" --checkpoint "$folder" --resume auto
  from=$(sed -n 's/^resumed from step \([0-9]*\) .*/\1/p' "$work/out")
  [ "$rc" = 0 ] || fail "$what: exit code $rc of the resumed run: $(head -3 "$work/err")"
  [ "${from:-0}" -ge "$step" ] || fail "$what: resumed from step ${from:-0}, but step $step was saved: $(cat "$work/err")"
  cmp -s out.h5 undisturbed.h5 || fail "$what: another result than undisturbed after step ${from:-0}"
}
# random LIMIT: 0 to LIMIT - 1, the same sequence every time.
random_state=${SPGRAD_SEED:-1}
random() { random_state=$(((random_state * 6364136223846793005 + 1442695040888963407) & 0x7fffffffffffffff)); drawn=$(((random_state >> 20) % $1)); }
