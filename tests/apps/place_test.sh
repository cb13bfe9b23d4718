#!/usr/bin/env bash
# --place: small weights are whole and tall ones cut, or as one says; losses, files and checkpoints are the same.
. "$(dirname "$0")/support.sh"
cd "$work" || exit 1
cat > net.spg <<'END'
in A = random:90x90,csr,density=0.05
in Y = random:90x6,csr,density=0.15,seed=3
in X = random:90x8
in W1 = random:8x5,seed=1
in W2 = random:5x6,seed=2
let scores = A @ (tanh(A @ (X @ W1)) @ W2)
out loss = (sum(logsumexp(scores, 1)) - sp_sum(at(Y, scores))) / 90
grad loss: W2
update W1 = W1 - 0.1 * grad(loss, W1)
update W2 = W2 - 0.1 * grad(loss, W2)
END
loop=(run --file net.spg --iterate 6 --json)

works 1 "${loop[@]}"
loss=$(number loss)
places=([2]='W1=all,W2=all W1=cols,W2=rows' [3]='W1=rows,W2=cols W1=all,W2=cols')
for ranks in 2 3; do
  works $ranks "${loop[@]}" --explain
  near "$(number loss)" "$loss" 1e-12 || fail "$ranks ranks: loss $(number loss), not $loss"
  grep -q 'given  *W2 .*, whole (costs less)' out || fail "$ranks ranks: W2 is not whole: $(grep given out)"
  grep -qE 'begin (gather_all|fold)' out && fail "$ranks ranks: $(grep -E 'gather_all|fold' out)"
  for place in ${places[ranks]}; do
    works $ranks "${loop[@]}" --place $place --explain --out-file out.h5
    near "$(number loss)" "$loss" 1e-12 || fail "$place on $ranks ranks: loss $(number loss), not $loss"
    [ "$(grep -c 'given.*(asked for)' out)" = 2 ] || fail "$place on $ranks ranks: $(grep given out)"
    works 1 run --in W=out.h5:/W2 --in G=out.h5:/grad/W2 --out 's = sum(sqr(W)) + sum(sqr(G))' --json
    sum=${sum:-$(number s)}
    near "$(number s)" "$sum" 1e-12 || fail "$place on $ranks ranks wrote other weights: $(number s), not $sum"
  done
done

# --- a checkpoint of values that are whole is resumed where they are cut, and the other way ---
for pair in '2 all 3 cols' '3 rows 2 all'; do
  read -r first there second here <<< "$pair"
  rm -rf ckpt
  works "$first" run --file net.spg --iterate 3 --checkpoint ckpt --place W1=$there --place W2=$there
  works "$second" "${loop[@]}" --checkpoint ckpt --resume auto --place W1=$here,W2=$here
  near "$(number loss)" "$loss" 1e-12 || fail "resumed $pair: loss $(number loss), not $loss"
done

# --- train, check-grad, plan ---
catalogue_rows | head -n 300 > rows.svm
works 0 convert rows.svm rows.h5
train=(train softmax --data rows.h5 --iterations 5 --json)
works 2 "${train[@]}"
loss=$(number loss)
for place in all cols; do
  works 2 "${train[@]}" --place W=$place
  near "$(number loss)" "$loss" 1e-9 || fail "train with W=$place: loss $(number loss), not $loss"
done
gradient=(--in A=random:50x20,csr,density=0.2 --in x=random:20 --let 'loss = sum(tanh(A @ x))' --grad loss:x)
for place in all rows; do works 2 check-grad "${gradient[@]}" --place x=$place; done
works 0 plan "${gradient[@]}" --ranks 4 --json
before=$(number halo_bytes)
works 0 plan "${gradient[@]}" --ranks 4 --json --place x=all
awk -v a="$before" -v b="$(number halo_bytes)" 'BEGIN { exit !(b < a) }' || fail "x=all saves plan no halo: $before, $(number halo_bytes)"

# --- what cannot be ---
refuses 2 'no input or shared value is called Z; there are A, ' 2 "${loop[@]}" --place Z=all
refuses 2 "'row' is no place; it is NAME=all, NAME=rows or NAME=cols" 2 "${loop[@]}" --place W1=row
refuses 2 'NAME=all, NAME=rows or NAME=cols' 2 "${loop[@]}" --place W1
refuses 2 'A, a csr float64 .*only dense values can be placed' 2 "${loop[@]}" --place A=all
refuses 2 'says twice where W1 is' 2 "${loop[@]}" --place W1=all --place W1=rows
refuses 2 'x, a dense float64 .20., has no cols' 2 check-grad "${gradient[@]}" --place x=cols
finish
