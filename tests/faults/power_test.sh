#!/usr/bin/env bash
# The power fails while checkpoints are saved: what was acknowledged is there, whole.    power_test.sh BIN [STRIDE RANDOM]
# Cuts before every STRIDE-th call that changes the file system, and RANDOM ones at any moment. Needs root and loop devices.
# Its mounts are seen by nobody else: one that a process elsewhere still had could not be mounted anew.
if [ -z "${SPGRAD_OWN_MOUNTS:-}" ] && unshare -m true 2> /dev/null; then
  SPGRAD_OWN_MOUNTS=1 exec unshare -m --propagation private "$0" "$@"
fi
. "$(dirname "$0")/support.sh"
stride=${2:-32} cuts=${3:-3}
disk=$work/disk
mkdir "$disk"
undisturbed
truncate -s 24M fresh.img
mkfs.ext4 -q -F fresh.img 2> /dev/null
insert() { mount -o loop disk.img "$disk" 2> /dev/null; }
cp --sparse=always fresh.img disk.img
if [ "$(id -u)" != 0 ] || ! insert; then
  echo "skipped: cutting the power of a file system needs root and loop devices"
  exit 77
fi
umount "$disk"
trap 'umount "$disk" 2> /dev/null; rm -rf "$work"' EXIT
lost=0 worst=0 early=0 inside=0 late=0

# round WHAT VARIABLE=VALUE: a job on a fresh disk whose power fails; what was acknowledged must be there.
round() {
  local what=$1 began acknowledged; shift
  cp --sparse=always fresh.img disk.img
  insert || fail "$what: the disk cannot be mounted"
  rm -f power.log
  began=$(now)
  rc=0
  mpirun --oversubscribe --timeout 60 -n 2 -x LD_PRELOAD="$bin/libpower.so" -x POWER_FOLDER="$disk" -x POWER_LOG="$work/power.log" \
    -x "$1" "$bin/spgrad" "${job[@]}" --checkpoint "$disk/ckpt" > out 2> err < /dev/null || rc=$?
  took=$(since "$began")
  if above "$took" "$worst"; then worst=$took; fi
  above "$took" 30 && fail "$what: the job ended after $took s"
  acknowledged=$(number_of "$(sed -n 's/^acknowledged //p' power.log 2> /dev/null | tail -n 1)")
  if [ "$rc" != 0 ]; then
    [ "$(grep -c '^spgrad: ' err)" = 1 ] || fail "$what: not one message: $(grep '^spgrad: ' err | head -3)"
    [ "$rc" = 74 ] || fail "$what: exit code $rc: $(grep -m1 '^spgrad: ' err)"
  fi
  umount "$disk" || fail "$what: still in use"
  insert || fail "$what: the disk cannot be mounted again"
  goes_on "$disk/ckpt" "$acknowledged" "$what"
  case $acknowledged in 0) early=$((early + 1)) ;; "$steps") late=$((late + 1)) ;; *) inside=$((inside + 1)) ;; esac
  if [ "${from:-0}" -lt "$acknowledged" ]; then lost=$((lost + 1)); fi
  umount "$disk"
}

round 'no cut' POWER_CUT_AT=0
[ "$rc" = 0 ] || fail "without a cut: exit code $rc: $(cat err)"
whole=$(awk -v s="$took" 'BEGIN { print int(1000 * s) }')
points=$(grep -vc '^acknowledged' power.log) saved=$(grep -c '^acknowledged' power.log)
[ "$saved" = "$steps" ] || fail "$saved of $steps checkpoints were acknowledged"
rounds=0
for ((at = 1; at <= points; at += stride)); do
  round "power cut before call $at ($(grep -v '^acknowledged' power.log | sed -n "${at}p" | cut -d' ' -f1))" POWER_CUT_AT=$at
  rounds=$((rounds + 1))
done
row "power cut before a call that changes the disk, of $points" "$rounds" "$lost acknowledged checkpoints lost; ended after $worst s at most"
lost=0 early=0 inside=0 late=0
for ((k = 0; k < cuts; ++k)); do
  random $whole
  round "power cut after $drawn ms" POWER_AFTER=$drawn
done
row "power cut at a random moment" "$cuts" "$lost acknowledged checkpoints lost ($early before the first, $inside between, $late behind the last)"
finish
