#!/usr/bin/env bash
# Single bits of a checkpoint flipped, its files cut short: the one before is loaded, and said why; nothing is silently
# wrong.    damage_test.sh BIN [FLIPS TRUNCATIONS]
elements=300
. "$(dirname "$0")/support.sh"
flips=${2:-12} truncations=${3:-4}
undisturbed
on 2 "${job[@]}" --checkpoint whole
last=whole/step-0000000$steps
bytes_data=$(stat -c %s $last/data.h5) bytes_manifest=$(stat -c %s $last/manifest.json)

# damaged WHAT FILE: the newest checkpoint is in a copy; it is passed over with a message that names the file.
damaged() {
  goes_on copy $((steps - 1)) "$1"
  if [ "$from" = "$steps" ]; then fail "$1: not noticed"; silent=$((silent + 1)); fi
  grep -a "step-0000000$steps is passed over" "$work/err" | grep -aq "$2" || fail "$1: $2 is not named: $(cat "$work/err")"
}
silent=0
for ((k = 0; k < flips; ++k)); do
  rm -rf copy; cp -a whole copy
  random $((bytes_data + bytes_manifest)); at=$drawn file=data.h5
  random 8; bit=$drawn
  if [ $at -ge $bytes_data ]; then at=$((at - bytes_data)) file=manifest.json; fi
  path=copy/step-0000000$steps/$file
  byte=$(od -An -tu1 -j $at -N 1 $path)
  printf "\\$(printf %o $((byte ^ (1 << bit))))" | dd of=$path bs=1 seek=$at conv=notrunc 2> /dev/null
  damaged "bit $bit of byte $at of $file" $file
done
row "one bit flipped, in data.h5 ($bytes_data bytes) or manifest.json ($bytes_manifest)" "$flips" "$silent silently wrong; the checkpoint before was loaded"
silent=0
for ((k = 0; k < truncations; ++k)); do
  rm -rf copy; cp -a whole copy
  file=data.h5 size=$bytes_data
  if [ $((k % 4)) = 3 ]; then file=manifest.json size=$bytes_manifest; fi
  random $((size - 1))  # without its last byte, a newline, a manifest is whole
  truncate -s $drawn copy/step-0000000$steps/$file
  damaged "$file cut to $drawn bytes" $file
done
row "a file cut short" "$truncations" "$silent silently wrong; the checkpoint before was loaded"
finish
