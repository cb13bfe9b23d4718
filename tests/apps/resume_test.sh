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
before=$(cd two.ckpt && find . -type f | sort | xargs cksum)
refuses 65 'another model' 2 train softmax --data data.h5 --holdout 400 --iterations 30 --checkpoint two.ckpt --resume auto
grep -q 'holdout: the checkpoint has 500, this run 400' err || fail "no list of differences: $(cat err)"
refuses 65 'another model' 3 "${train[@]}" --l2 0.5 --checkpoint two.ckpt --resume auto
[ "$before" = "$(cd two.ckpt && find . -type f | sort | xargs cksum)" ] || fail "a refused resume changed the checkpoints"

# A damaged checkpoint is passed over for the one before.
works 2 "${train[@]}" --iterations 20 --checkpoint three.ckpt --checkpoint-every 10
printf 'x' | dd of=three.ckpt/step-00000020/data.h5 bs=1 seek=9000 conv=notrunc 2> /dev/null
works 3 "${train[@]}" --checkpoint three.ckpt --resume auto
grep -q 'resumed from step 10' out || fail "not resumed from step 10: $(cat out) $(cat err)"
near "$(number loss)" "$expected" 1e-6 || fail "loss $(number loss) after falling back, $expected undisturbed"
finish
