#!/usr/bin/env bash
# Jobs that are told to stop save what they have, end with 75 on every rank, and go on as if nothing had been.
. "$(dirname "$0")/support.sh"
cd "$work" || exit 1
catalogue_rows > data.svm
works 2 convert data.svm data.h5
train=(train softmax --data data.h5 --tolerance 0 --checkpoint-every 1000)
printf 'in w = random:200\nout loss = sum(sqr(dropout(w, 0.5, seed=1, draw=iteration) - 1.0))\nupdate w = w - 1e-4 * grad(loss, w)\n' > model.spg
loop=(run --file model.spg --checkpoint-every 1000000)

# started LAUNCHER RANKS ARG..: the command in the background, its process in $job.
started() {
  local launcher=$1 ranks=$2; shift 2
  rm -f job.out job.err  # those of the job before would show steps
  if [ "$launcher" = none ]; then "$bin/spgrad" "$@" > job.out 2> job.err < /dev/null &
  else mpirun --oversubscribe --timeout 60 -n "$ranks" "$bin/spgrad" "$@" > job.out 2> job.err < /dev/null & fi
  job=$!
}
# steps_done: waits until the loop runs, which its first line of progress tells.
steps_done() { for _ in $(seq 300); do grep -qsE '^[0-9]+/' job.err && return; sleep 0.05; done; fail "no step was made: $(cat job.err)"; }
# stopped WHY: exit code 75 and one message.
stopped() {
  rc=0; wait "$job" || rc=$?
  [ "$rc" = 75 ] || fail "$1: exit code $rc instead of 75 ($(grep -m1 '^spgrad: ' job.err))"
  [ "$(grep -c '^spgrad: ' job.err)" = 1 ] || fail "$1: not one message ($(grep '^spgrad: ' job.err | head -3))"
  grep -q "^spgrad: stopped after step [0-9]*: $1; " job.err || fail "the message of $1: $(grep '^spgrad: ' job.err)"
}
# goes_on RANKS FOLDER ARG..: resumed for ten more steps, the checkpoint (values, optimiser, loss curve) is, byte by byte, that of
# an undisturbed run of as many.
goes_on() {
  local ranks=$1 folder=$2 at; shift 2
  at=$(readlink "$folder/latest"); at=$((10#${at#step-}))
  works "$ranks" "$@" "$((at + 10))" --checkpoint "$folder" --resume auto
  grep -q "resumed from step $at" out || fail "$folder: not resumed from step $at: $(cat out)"
  works "$ranks" "$@" "$((at + 10))" --checkpoint "$folder.whole"
  cmp "$folder/latest/data.h5" "$folder.whole/latest/data.h5" || fail "$folder: resumed at $at it is another run"
}

started mpirun 2 "${train[@]}" --iterations 1000000 --checkpoint train
steps_done
kill -s USR1 "$job"
stopped SIGUSR1
grep -q '; checkpoint in train, continue with --resume auto' job.err || fail "SIGUSR1: $(cat job.err)"
goes_on 2 train "${train[@]}" --iterations
started mpirun 3 "${loop[@]}" --iterate 100000000 --checkpoint loop
steps_done
kill -s USR2 "$job"
stopped SIGUSR2
goes_on 3 loop "${loop[@]}" --iterate

# --- saves beside the steps are those of saves between them ---
works 2 "${loop[@]}" --iterate 30 --checkpoint-every 7 --keep 9 --checkpoint between
works 3 "${loop[@]}" --iterate 30 --checkpoint-every 7 --keep 9 --checkpoint beside --checkpoint-async
for step in 07 14 21 28 30; do
  cmp "between/step-000000$step/data.h5" "beside/step-000000$step/data.h5" || fail "--checkpoint-async: another step $step"
done
started mpirun 2 "${train[@]}" --iterations 1000000 --checkpoint async --checkpoint-every 1 --checkpoint-async
steps_done
kill -s USR1 "$job"
stopped SIGUSR1
goes_on 2 async "${train[@]}" --iterations

# --- without a launcher: TERM and INT; twice INT is the end ---
for signal in TERM INT; do
  started none 1 "${train[@]}" --optimizer gd --iterations 1000000 --checkpoint "$signal"
  steps_done
  kill -s "$signal" "$job"
  stopped "SIG$signal"
  goes_on 0 "$signal" "${train[@]}" --optimizer gd --iterations
done
# mpirun passes TERM on a second late, leaves one second more, and always ends with 1.
started mpirun 2 "${loop[@]}" --iterate 100000000 --checkpoint term
steps_done
kill -s TERM "$job"
wait "$job" && fail 'mpirun ends with 0 on SIGTERM'
grep -q '^spgrad: stopped after step [0-9]*: SIGTERM; checkpoint in term' job.err || fail "SIGTERM through mpirun: $(cat job.err)"
goes_on 2 term "${loop[@]}" --iterate
printf 'in A = random:3000x3000\nout loss = sum(A @ w)\nin w = random:3000x3000\nupdate w = A @ w\n' > slow.spg
started none 1 run --file slow.spg --iterate 1000 --checkpoint slow
steps_done
kill -s INT "$job"; sleep 0.2; kill -s INT "$job"
rc=0; wait "$job" || rc=$?
[ "$rc" = 130 ] || fail "SIGINT twice: exit code $rc instead of that of the signal"

# --- time: a limit, and the end of a Slurm job ---
started mpirun 2 "${loop[@]}" --iterate 100000000 --checkpoint limit --time-limit 0:00:01
stopped 'the time limit'
[ -e limit/latest/manifest.json ] || fail 'nothing saved at the time limit'
export SLURM_JOB_END_TIME=$(($(date +%s) + 31))
started mpirun 2 "${loop[@]}" --iterate 100000000
unset SLURM_JOB_END_TIME
stopped 'the end of the Slurm job'
grep -q 'nothing was saved, because there is no --checkpoint' job.err || fail "without --checkpoint: $(cat job.err)"
works 2 "${loop[@]}" --iterate 50 --time-limit 60
for bad in 1:60:00 1:00 soon -5 1.5x; do refuses 2 'time-limit' 0 "${loop[@]}" --iterate 5 --time-limit="$bad"; done

# --- one writer: a second job is refused while the first one lives; what outlives a killed launcher is waited for ---
busy=(run --file model.spg --checkpoint shared --checkpoint-every 50 --iterate 100000000)
started mpirun 2 "${busy[@]}"
steps_done
refuses 74 'shared: another job saves its checkpoints there \(process [0-9]+ on host .*, for [0-9]+ s\)' 2 "${busy[@]}" --resume auto
kill -s KILL "$job"
wait "$job" 2> /dev/null
started mpirun 2 "${busy[@]}" --resume auto --time-limit 2
stopped 'the time limit'
goes_on 2 shared "${loop[@]}" --iterate
finish
