#!/usr/bin/env bash
# Training that is killed goes on, on another number of ranks, along the loss curve of the undisturbed run.
. "$(dirname "$0")/support.sh"
cd "$work" || exit 1
catalogue_rows > data.svm
works 2 convert data.svm data.h5
train=(train softmax --data data.h5 --holdout 500 --iterations 30 --tolerance 0 --json)

works 1 "${train[@]}"
expected=$(number loss) accuracy=$(number accuracy)
for ranks in 2 3 4; do
  works $ranks "${train[@]}"
  near "$(number loss)" "$expected" 1e-6 || fail "loss $(number loss) at $ranks ranks, $expected at 1"
done
works 1 "${train[@]}" --iterations 10; ten=$(number loss)
for ranks in 2 3 4; do
  works $ranks "${train[@]}" --iterations 10
  near "$(number loss)" "$ten" 1e-10 || fail "loss $(number loss) at $ranks ranks after 10 iterations, $ten at 1"
done

# kill -9 of every rank at 3 ranks as soon as step 10 is there; resumed on 2.
mpirun --oversubscribe --timeout 60 -n 3 "$bin/spgrad" "${train[@]}" --checkpoint run.ckpt --checkpoint-every 5 > /dev/null 2>&1 &
launcher=$!
for _ in $(seq 600); do [ -e run.ckpt/step-00000010/manifest.json ] && break; sleep 0.05; done
pkill -KILL -P "$launcher" || true
kill -KILL "$launcher" 2> /dev/null
wait "$launcher" 2> /dev/null
sleep 1.5  # ranks outlive a killed launcher for about a second
[ -e run.ckpt/step-00000030 ] && echo "note: the run ended before it was killed"
works 2 "${train[@]}" --checkpoint run.ckpt --checkpoint-every 5 --resume auto
grep -q '^resumed from step' out || fail "nothing was resumed: $(cat out)"
near "$(number loss)" "$expected" 1e-6 || fail "loss $(number loss) after kill -9 and resume, $expected undisturbed"
near "$(number accuracy)" "$accuracy" 0.01 || fail "accuracy $(number accuracy) after a resume, $accuracy undisturbed"

# The same ranks make the same steps: stopped at 12 and resumed, bit by bit.
works 2 "${train[@]}"; whole=$(number loss)
works 2 "${train[@]}" --iterations 12 --checkpoint two.ckpt
works 2 "${train[@]}" --checkpoint two.ckpt --resume auto
[ "$(number loss)" = "$whole" ] || fail "resumed on the same ranks: $(number loss) instead of $whole"

# A checkpoint of another model is refused with a list of differences, and stays as it was.
before=$(cd two.ckpt && find . -type f ! -name lock | sort | xargs cksum)
refuses 65 'another model' 2 train softmax --data data.h5 --holdout 400 --iterations 30 --checkpoint two.ckpt --resume auto
grep -q 'holdout: the checkpoint has 500, this run 400' err || fail "no list of differences: $(cat err)"
refuses 65 'another model' 3 "${train[@]}" --l2 0.5 --checkpoint two.ckpt --resume auto
[ "$before" = "$(cd two.ckpt && find . -type f ! -name lock | sort | xargs cksum)" ] || fail "a refused resume changed the checkpoints"

# A damaged checkpoint is passed over for the one before.
works 2 "${train[@]}" --iterations 20 --checkpoint three.ckpt --checkpoint-every 10
printf 'x' | dd of=three.ckpt/step-00000020/data.h5 bs=1 seek=9000 conv=notrunc 2> /dev/null
works 3 "${train[@]}" --checkpoint three.ckpt --resume auto
grep -q 'resumed from step 10' out || fail "not resumed from step 10: $(cat out) $(cat err)"
near "$(number loss)" "$expected" 1e-6 || fail "loss $(number loss) after falling back, $expected undisturbed"

# Other data are refused, with what is known of both; the same data elsewhere are not.
sed '1s/:[0-9.]*$/:7/' data.svm > other.svm
works 0 convert other.svm other.h5
refuses 65 'made with other data' 2 "${train[@]}" --data other.h5 --checkpoint two.ckpt --resume auto
grep -qE '^ +X: the checkpoint has data.h5:/X \([0-9]+ bytes of .*Z, fingerprint [0-9a-f]+\), this run other.h5:/X \(' err || fail "no list of differences: $(cat err)"
grep -q ' y: ' err && fail "y is the same in both: $(cat err)"
mkdir elsewhere && cp data.h5 elsewhere
works 3 "${train[@]}" --iterations 31 --data elsewhere/data.h5 --checkpoint two.ckpt --resume auto

# Inputs by value: the checkpoint is all that is needed.
works 2 "${train[@]}" --iterations 12 --checkpoint four.ckpt --checkpoint-with inputs,gradients
works 0 info four.ckpt/latest/data.h5:/gradients/W
mv data.h5 gone.h5
works 2 "${train[@]}" --data four.ckpt/latest/data.h5:/inputs --checkpoint four.ckpt --resume auto
[ "$(number loss)" = "$whole" ] || fail "resumed from inputs in the checkpoint: $(number loss) instead of $whole"

# A folder that version 1 wrote is gone on with.
printf 'in A = random:6x5,csr,density=0.4\nin B = random:6x5,csc,density=0.4,seed=3,dtype=complex64\nin w = random:7\nin n = [1, 2, 3]
out loss = sum(sqr(w))\nupdate A = A * 2.0\nupdate B = B * 2.0\nupdate w = w * 0.5\nupdate n = n + 1\n' > model.spg
cp -r "$root/tests/io/fixtures/checkpoint_v1" v1.ckpt
works 2 run --file model.spg --iterate 5 --json; fifth=$(number loss)
works 2 run --file model.spg --iterate 5 --checkpoint v1.ckpt --resume auto --json
grep -q 'resumed from step 3' out || fail "not resumed from version 1: $(cat out)"
[ "$(number loss)" = "$fifth" ] || fail "resumed from version 1: $(number loss) instead of $fifth"

# What is there, and whether it is whole.
works 0 checkpoints three.ckpt
grep -qE '^step-00000030 .*Z .* 3 ranks  whole  \(latest\)$' out || fail "checkpoints says $(cat out)"
works 0 checkpoints v1.ckpt --json
grep -qE '"step":5,.*"latest":true,"whole":true,"about":\{"command":".*spgrad run --file model.spg' out || fail "checkpoints --json says $(cat out)"
for ranks in 1 3; do
  works $ranks verify v1.ckpt
  [ "$(grep -c ': whole$' out)" = 2 ] || fail "verify says $(cat out)"
done
printf 'x' | dd of=v1.ckpt/step-00000003/data.h5 bs=1 seek=9000 conv=notrunc 2> /dev/null
refuses 65 '1 of 2 is damaged' 2 verify v1.ckpt
grep -q 'step-00000003/data.h5: bytes 0 to 12240 do not have' out || fail "verify says $(cat out)"
works 1 verify other.h5
refuses 74 'no checkpoint in it' 1 checkpoints elsewhere
refuses 74 'nowhere' 2 verify nowhere
finish
