#!/usr/bin/env bash
# --graph, --trace, --profile and -log_view of `spgrad run` and `train`, as their users ask for them.
. "$(dirname "$0")/support.sh"
cd "$work" || exit 1
export PETSC_OPTIONS=
loop=(run --in A=random:60x40,csr,density=0.1 --in w=random:40 --out 'loss = sum(sqr(A @ w))'
  --update 'w = w - 0.01 * grad(loss, w)' --iterate 4)

# --- a picture, a trace, a profile ---
for ranks in 1 3; do
  works $ranks "${loop[@]}" --graph g.dot --trace t.json --profile --json
  grep -q '^profile of 4 calls on '$ranks out || fail "no profile on $ranks ranks: $(cat out)"
  grep -qE ' 4 .* = dot\(A, w' out || fail "the profile on $ranks ranks does not count dot: $(cat out)"
  [ -n "$(number bytes_per_step)" ] || fail "--json is not the last line on $ranks ranks: $(tail -n 1 out)"
  grep -q '<B>dot</B>(A, w' g.dot || fail "no dot in the picture: $(cat g.dot)"
  [ "$(grep -c '"name":"process_name"' t.json)" = $ranks ] || fail "not a process for each of $ranks ranks"
  [ "$(grep -c '"name":"step [1-4]"' t.json)" = $((4 * ranks)) ] || fail "steps are not marked on $ranks ranks"
  [ "$(grep -c '"cat":"call"' t.json)" = $((4 * ranks)) ] || fail "not 4 calls on each of $ranks ranks"
  [ "$(tail -n 1 t.json)" = ']}' ] || fail "the trace on $ranks ranks has no end"
done
grep -q '<B>gather  [1-9][0-9]* B</B>' g.dot || fail "no gather with its bytes: $(cat g.dot)"
works 2 "${loop[@]}" --trace t.json --trace-limit 40
grep -q 'its beginning; [1-9][0-9]* activities of each rank' out || fail "a trace that is cut says $(cat out)"
[ "$(grep -c '"tid":1,"ts"' t.json)" = 40 ] || fail "--trace-limit 40 keeps $(grep -c '"tid":1,"ts"' t.json)"
printf 'alpha = 1e-6\nflops = 1e9  # slow\n' > machine.txt
works 2 "${loop[@]}" --profile --machine machine.txt
grep -q 'by the model of machine.txt' out || fail "the profile does not say by which machine: $(cat out)"
for ranks in 1 2 3; do
  works $ranks "${loop[@]}" --explain --machine machine.txt
  first=$(head -n 1 out)
  [[ $first == "model of a call on $ranks rank"*", machine: machine.txt: "*" in kernels, "*" in moves" ]] ||
    fail "--explain on $ranks ranks does not begin with the predicted time: $(cat out)"
  sed -n 2p out | grep -q '^memory of the rank that needs most: .* taken by the call$' || fail "no memory beforehand: $(cat out)"
  grep -q '^memory that calls have taken at their peak: .* (model: ' out || fail "no memory afterwards: $(cat out)"
  grep -qE '^run .* = dot\(A, w.*\[model: [1-9].*flops, .*B, .*s\]$' out || fail "dot has no flops, bytes and time: $(cat out)"
done
grep -qE '^begin gather .*\[model: [1-9][0-9]* bytes of all ranks, .*s\]$' out || fail "gather has no bytes and time: $(cat out)"
if command -v dot > /dev/null; then
  works 2 "${loop[@]}" --graph g.svg
  grep -q '</svg>' g.svg || fail "g.svg is no picture"
fi
catalogue_rows | head -n 300 > rows.svm
works 0 convert rows.svm rows.h5
works 2 train softmax --data rows.h5 --iterations 3 --graph g.dot --trace t.json --profile --explain
grep -q '<B>gradient for W</B>' g.dot || fail "no gradient in the picture of train"
grep -q '^memory that calls have taken at their peak: ' out || fail "train --explain has no memory: $(cat out)"
grep -q ' = usmm(' out || fail "the profile of train has no usmm: $(cat out)"

# --- a model of any number of ranks, and the machine that it is of ---
works 0 plan "${loop[@]:1:8}" --ranks 1,3,1000 --explain --machine machine.txt
grep -q '^model, not measured; machine: machine.txt' out || fail "plan does not say that it is a model: $(cat out)"
grep -qE '^ +1000 ' out || fail "plan has no row for 1000 ranks: $(cat out)"
grep -q ' = dot(A, w' out || fail "plan --explain does not show dot: $(cat out)"
works 0 plan "${loop[@]:1:8}" --ranks 3 --json
halo=$(number halo_bytes)
[ -n "$halo" ] && [ "${halo%.*}" -gt 0 ] || fail "plan has no halo: $(cat out)"
works 2 plan --calibrate measured.txt
for what in alpha beta bandwidth flops cache rows_64 rows_256; do grep -q "^$what = [0-9]" measured.txt || fail "no $what in $(cat measured.txt)"; done
refuses 2 'without mpirun' 2 plan "${loop[@]:1:6}"
refuses 2 'nothing is asked for' 0 plan --ranks 4
refuses 74 'nowhere.txt' 0 plan "${loop[@]:1:6}" --machine nowhere.txt

# --- -log_view ---
PETSC_OPTIONS=-log_view works 2 "${loop[@]}"
for what in 'spgrad plan' 'spgrad run' '^dot  ' '^gather begin' '^reduce_all end'; do
  grep -q "$what" out || fail "-log_view does not show '$what'"
done

# --- a run that is stopped leaves its trace ---
works_75() { on "$@"; [ "$rc" = 75 ] || fail "exit code $rc instead of 75: $*"; }
works_75 2 "${loop[@]:0:9}" --iterate 100000000 --time-limit 1 --trace t.json --trace-limit 1000
[ "$(tail -n 1 t.json)" = ']}' ] || fail "the trace of a stopped run has no end"

# --- one that fails in the middle leaves what was recorded until then, of all ranks ---
for ranks in 1 3; do
  refuses 1 'step 4: .*not finite|step 4: .*infinity|step 4' $ranks run --in A=random:60x40,csr,density=0.1 --in w=random:40 \
    --out 'loss = sum(A @ w) / (3 - iteration)' --update 'w = w + 0 * loss' --iterate 9 --check-nan --trace t.json
  [ "$(tail -n 1 t.json)" = ']}' ] || fail "the trace of a run that failed on $ranks ranks has no end"
  [ "$(grep -c '"name":"step 4"' t.json)" = $ranks ] || fail "the trace of a run that failed lacks ranks of $ranks"
  [ "$(grep -c '"name":"error: ' t.json)" = $ranks ] || fail "the trace of a run that failed on $ranks ranks does not say why"
done

# --- what is wrong is said before anything runs ---
refuses 2 'g.jpg is no picture.*\.svg' 2 "${loop[@]}" --graph g.jpg
refuses 74 'nowhere/t.json cannot be written' 3 "${loop[@]}" --trace nowhere/t.json
refuses 74 'nowhere/g.svg' 2 "${loop[@]}" --graph nowhere/g.svg
refuses 74 'missing.txt' 2 "${loop[@]}" --profile --machine missing.txt
printf 'speed = 3\n' > bad.txt
refuses 65 "bad.txt:1: 'speed = 3' is not of the form" 3 "${loop[@]}" --profile --machine bad.txt
refuses 2 'machine' 1 "${loop[@]}" --machine machine.txt
mpirun --oversubscribe --timeout 60 -x PATH=/nowhere -n 2 "$bin/spgrad" "${loop[@]}" --graph g.svg > out 2> err
[ $? = 74 ] || fail "without dot the exit code is not 74"
grep -q 'g.svg needs the program dot of the package graphviz' err || fail "without dot: $(cat err)"
finish
