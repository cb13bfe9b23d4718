#!/usr/bin/env bash
# `spgrad run` and `check-grad` as their users call them: every example of apps/models, files in and out, loops, bad input.
. "$(dirname "$0")/support.sh"
cd "$work" || exit 1
models=$root/apps/models

# model NAME STEPS FALLS: the same results on 1, 2 and 3 ranks; FALLS is a result that more steps make smaller.
model() {
  local name=$1 steps=$2 falls=$3 first last
  works 1 run --file "$models/$name.spg" --json
  first=$(number "$falls")
  works 1 run --file "$models/$name.spg" --iterate "$steps" --json
  last=$(number "$falls")
  awk -v a="$first" -v b="$last" 'BEGIN { exit !(b < a) }' || fail "$name: $falls was $first and is $last after $steps steps"
  for ranks in 2 3; do
    works $ranks run --file "$models/$name.spg" --iterate "$steps" --json
    near "$(number "$falls")" "$last" 1e-9 || fail "$name: $falls is $(number "$falls") on $ranks ranks, $last on one"
  done
}
# once NAME RESULT: the same without a loop.
once() {
  local name=$1 result=$2 one
  works 1 run --file "$models/$name.spg" --json
  one=$(number "$result")
  for ranks in 2 3; do
    works $ranks run --file "$models/$name.spg" --json
    near "$(number "$result")" "$one" 1e-9 || fail "$name: $result is $(number "$result") on $ranks ranks, $one on one"
  done
}
model bag_of_words 20 loss
model matrix_factorisation 20 loss
model graph_convolution 20 loss
model sparse_attention 10 loss
model ridge 20 loss
model pagerank 20 change
once tf_idf total
once power_iteration largest

# --- files in and out ---
works 2 run --in A=random:40x30,csr,density=0.2 --in U=random:40x4,seed=1 --in V=random:30x4,seed=2 \
  --out 'A2 = A' --out 'U2 = U' --out 'V2 = V' --out-file data.h5
works 3 run --in A=data.h5:/A2 --in U=data.h5:/U2 --in V=data.h5:/V2 --let 'E = sampling_dot(U, V, sp_ones_like(A)) - A' \
  --out 'loss = sp_sum(sqr(E))' --grad loss:U,V --hvp loss:U=data.h5:/U2 --jvp loss:V=data.h5:/V2 --out-file step.h5 --json
loss=$(number loss)
works 0 info step.h5
for path in /grad/U /grad/V /hvp/loss/U; do grep -q "step.h5:$path " out || fail "no $path in step.h5: $(cat out)"; done
works 1 run --in g=step.h5:/grad/V --in V=data.h5:/V2 --in j=step.h5:/jvp/loss/V --out 'differ = sum(g * V) - j' --json
awk -v d="$(number differ)" 'BEGIN { exit !(d < 1e-9 && d > -1e-9) }' || fail "<gradient, t> - jvp is $(number differ)"
works 2 check-grad --in A=data.h5:/A2 --in U=data.h5:/U2 --in V=data.h5:/V2 \
  --let 'loss = sp_sum(sqr(sampling_dot(U, V, A)))' --grad loss:A,U,V
grep -q '3 gradients are right' out || fail "check-grad says $(cat out)"
works 3 run --in A=data.h5:/A2 --out 'B = A[0:2, 0:2]' --out 's = sp_sum(A)'
grep -q '^B  csr float64 (2 x 2)' out || fail "a small matrix is not shown: $(cat out)"
works 2 run --in D=random:4x3 --in axis=1 --in 'rows=[3, -1]' --let 'first = 1' --out 'S = softmax(D[rows][:, first:], axis)' \
  --out 'rest = sum(S) - 2'
grep -q '^S  dense float64 (2 x 2)' out || fail "an axis, rows and a bound that have names: $(cat out)"

# --- a loop shows its scalars as it goes, ten times or as often as is asked ---
works 2 run --file "$models/ridge.spg" --iterate 20
[ "$(grep -c '^step ' out)" = 10 ] || fail "a loop of 20 steps shows $(cat out)"
works 2 run --file "$models/ridge.spg" --iterate 4 --print-every 1
[ "$(grep -c '^step [1-4]  loss [0-9.]*$' out)" = 4 ] || fail "--print-every 1 shows $(cat out)"

# --- a loop that is stopped goes on where it was ---
printf 'in w = random:30\nout loss = sum(sqr(w - 1.0))\nupdate w = w - lr * grad(loss, w)\n' > model.spg
works 2 run --file model.spg --in lr=0.1 --iterate 12 --json
whole=$(number loss)
works 3 run --file model.spg --in lr=0.1 --iterate 5 --checkpoint ckpt --checkpoint-every 2
works 2 run --file model.spg --in lr=0.1 --iterate 12 --checkpoint ckpt --resume auto --json
grep -q 'resumed from step 5' out || fail "not resumed: $(cat out)"
near "$(number loss)" "$whole" 1e-12 || fail "resumed: loss $(number loss), undisturbed $whole"
refuses 65 'another model' 2 run --file model.spg --in lr=0.2 --iterate 20 --checkpoint ckpt --resume auto

# --- the first NaN, and ranks that do not come ---
loop=(run --in w=random:30 --let 'v = w - 0.5' --out 'loss = sum(sqrt(v))' --update 'w = w - 0.3' --iterate 9)
works 2 "${loop[@]}"
refuses 1 'step 1: (rank [01]: )?sqrt makes the first value that is not finite, nan at \([0-9]+\)' 2 "${loop[@]}" --check-nan
refuses 1 'step [2-5]: (rank [012]: )?log makes.*-inf|nan' 3 run --in 'w=[4.0, 3.0]' --out 'loss = sum(log(w))' --update 'w = w - 1.0' --iterate 9 --check-nan
works 3 run --in 'w=[4.0, 3.0]' --out 'loss = sum(log(w))' --update 'w = w * 0.5' --iterate 9 --check-nan --hang-timeout 30
refuses 2 'hang-timeout' 2 run --in A=1 --out 'x = A + 1' --hang-timeout -1

# --- what is wrong is pointed at: 2 ---
refuses 2 "did you mean 'sampling_dot'" 2 run --in A=data.h5:/A2 --out 'x = smapling_dot(A, A, A)'
refuses 2 "no input or definition is called 'B'" 3 run --in A=data.h5:/A2 --out 'x = A + B'
refuses 2 "'B' is given but nothing that is asked for uses it" 2 run --in A=data.h5:/A2 --in B=1 --out 'x = sp_sum(A)'
refuses 2 "'A' is defined already" 1 run --in A=data.h5:/A2 --let 'A = 2' --out 'x = sp_sum(A)'
refuses 2 "sum has no parameter axes" 1 run --in U=data.h5:/U2 --out 'x = sum(U, axes=0)'
refuses 2 "x has 4 columns but y has 30 rows" 2 run --in U=data.h5:/U2 --in V=data.h5:/V2 --out 'x = U @ V'
refuses 2 "nothing is asked for" 0 run --in A=data.h5:/A2
refuses 2 "NAME = expression" 2 run --in A=1 --out 'A + A'
refuses 2 "needs an --update" 1 run --in A=1 --out 'x = A + 1' --iterate 5
refuses 2 "no --in gives its first value" 2 run --out 'x = 1 + 1' --update 'W = W + 1'
printf 'in A = 1\n\nout x = (A +\n  B)\n' > broken.spg
refuses 2 "broken.spg:3: line 2, column 3: no input or definition is called 'B'" 2 run --file broken.spg
refuses 74 'missing.h5' 3 run --in A=missing.h5 --out 'x = A + 1'
refuses 74 'missing.spg' 3 run --file missing.spg
refuses 65 'more than one' 2 run --in A=data.h5 --out 'x = A + 1'
finish
