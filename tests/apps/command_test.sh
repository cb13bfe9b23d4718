#!/usr/bin/env bash
# The command as its users call it: formats, exit codes, one clear message for every bad input, on any number of ranks.
. "$(dirname "$0")/support.sh"
cd "$work" || exit 1

printf '0 1:0.5 3:1\n1 2:1.5\n2 1:1 2:1 3:1\n1 3:2\n0 1:1\n2 2:1 3:3\n' > small.svm
printf '%%%%MatrixMarket matrix coordinate real symmetric\n3 3 3\n1 1 2\n2 1 -1\n3 3 4\n' > small.mtx
gzip -k small.svm small.mtx

# --- what works ---
for file in small.svm small.svm.gz; do
  for ranks in 0 1 3; do
    works $ranks convert $file out.h5
    works $ranks info out.h5
    grep -q 'csr float64 (6 x 3), 10 stored' out || fail "info of $file at $ranks ranks: $(cat out)"
  done
done
works 2 convert small.mtx.gz out.h5:/graph/A
works 0 info out.h5:/graph/A
grep -q '(3 x 3), 4 stored' out || fail "the symmetric entries were not expanded: $(cat out)"
works 0 info small.mtx
works 2 convert out.h5:/graph/A again.h5
works 0 ops
works 0 ops sampling_dot
grep -q 'ik jk ij -> ij' out || fail "ops sampling_dot says $(cat out)"
grep -q 'sampling_dot(D, D, A): X: own rows, Y: rows that P names, P: own rows -> own rows' out || fail "no distribution in $(cat out)"
for help in "--help" "convert --help" "info --help" "train softmax --help" "ops --help"; do
  works 2 $help
  grep -qiE 'usage|options' out || fail "no help from $help"
done
works 0 convert small.svm small.h5
works 2 train softmax --data small.h5 --holdout 2 --iterations 5 --json --optimizer gd
near "$(number iterations)" 5 0 || fail "iterations $(number iterations)"

# --- usage: 2 ---
beside refuses 2 'no-such-option' 2 info --no-such-option small.h5
beside refuses 2 'FILE' 2 info
beside refuses 2 'frobnicate' 0 frobnicate
beside refuses 2 'optimizer' 2 train softmax --data small.h5 --optimizer newton
beside refuses 2 'iterations' 1 train softmax --data small.h5 --iterations -3
beside refuses 2 'holdout' 2 train softmax --data small.h5 --holdout 100
beside refuses 2 'no_such_op' 0 ops no_such_op
beside refuses 2 'checkpoint' 1 train softmax --data small.h5 --resume auto

# --- files that are not there, cannot be read or written: 74 ---
for ranks in 0 2 3; do
  beside refuses 74 'missing.h5' $ranks info missing.h5
  beside refuses 74 'missing.svm' $ranks convert missing.svm never.h5
  beside refuses 74 'missing.h5' $ranks train softmax --data missing.h5
  beside refuses 74 'no/such/folder' $ranks convert small.svm no/such/folder/out.h5
done
touch a-file
beside refuses 74 'a-file' 2 train softmax --data small.h5 --iterations 2 --checkpoint a-file/inside
beside refuses 74 'a-file' 2 train softmax --data small.h5 --iterations 2 --checkpoint a-file

# --- broken content: 65 ---
printf '0 1:0.5\n1 2:1.5\n1 3:abc\n' > broken.svm
printf '0 1:0.5\nfoo 2:1.5\n' > label.svm
printf '%%%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 1\n5 1 1\n' > range.mtx
head -c 700 small.h5 > truncated.h5
head -c 4000 /dev/urandom > noise.h5
printf 'hello\n' > text.h5
for ranks in 0 2 3; do
  beside refuses 65 'broken.svm.*line 3.*column 5' $ranks convert broken.svm never.h5
  beside refuses 65 'label.svm.*line 2' $ranks convert label.svm never.h5
  beside refuses 65 'range.mtx.*line 4' $ranks convert range.mtx never.h5
  beside refuses 65 'truncated.h5' $ranks info truncated.h5
  beside refuses 65 'noise.h5' $ranks info noise.h5
  beside refuses 65 'text.h5' $ranks train softmax --data text.h5
done
beside refuses 65 '/Y' 2 info small.h5:/Y
beside refuses 65 '/X|/y' 2 train softmax --data out.h5
printf -- '-1 1:1\n0 2:1\n' > negative.svm; printf '0.5 1:1\n1 2:1\n' > fraction.svm; printf '0 1:1\n99999999 2:1\n' > huge.svm
for labels in negative fraction huge; do
  works 0 convert $labels.svm $labels.h5
  beside refuses 65 'label' 2 train softmax --data $labels.h5
done
all_done
[ ! -e never.h5 ] || fail 'a file was made of what was refused'
finish
