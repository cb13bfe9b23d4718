#!/usr/bin/env bash
# Full, read-only, missing and limited disks: exit code 74 within 30 s, one message, the checkpoint before intact.
#   disk_test.sh BIN [SIZES]       SIZES: of the full disk; root only
# Its mounts are seen by nobody else: one that a process elsewhere still had could not be mounted anew.
if [ -z "${SPGRAD_OWN_MOUNTS:-}" ] && unshare -m true 2> /dev/null; then
  SPGRAD_OWN_MOUNTS=1 exec unshare -m --propagation private "$0" "$@"
fi
. "$(dirname "$0")/support.sh"
sizes=${2:-2}
disk=$work/disk
mkdir "$disk"
undisturbed
trap 'umount "$disk" 2> /dev/null; rm -rf "$work"' EXIT

# ends WHAT: the last command failed as it should.
ends() {
  [ "$rc" = 74 ] || fail "$1: exit code $rc: $(head -3 "$work/err")"
  [ "$(grep -c '^spgrad: ' "$work/err")" = 1 ] || fail "$1: not one message: $(grep '^spgrad: ' "$work/err" | head -3)"
  above "$took" 30 && fail "$1: ended after $took s"
  if above "$took" "$worst"; then worst=$took; fi
}
# saves RANKS FOLDER: the job; how long it took.
saves() {
  local began
  began=$(now)
  on "$1" "${job[@]}" --checkpoint "$2"
  took=$(since "$began")
}

# full_disk NAME: a job on disks of SIZES sizes, from less than one checkpoint to less than three.
full_disk() {
  local k full=0
  worst=0
  for ((k = 0; k < sizes; ++k)); do
    kilobytes=$((200 + 1800 * k / sizes))
    mount -t tmpfs -o size=${kilobytes}k tmpfs "$disk" || { fail "no tmpfs"; return; }
    saves 2 "$disk/ckpt"
    if [ "$rc" = 0 ]; then [ -e "$disk/ckpt/step-00000004" ] || fail "$1, $kilobytes kB: said to be saved"
    else full=$((full + 1)); ends "$1, $kilobytes kB"; fi
    saved=$(number_of "$(readlink "$disk/ckpt/latest")")
    rm -rf copy; cp -a "$disk/ckpt" copy 2> /dev/null || mkdir -p copy
    goes_on copy "$saved" "$1, $kilobytes kB"
    umount "$disk"
  done
  row "$1" "$sizes" "$full times full: exit code 74 after $worst s at most, what was saved is intact"
  [ $full -gt 0 ] || fail "$1: never full"
}
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=100k tmpfs "$disk" 2> /dev/null; then
  umount "$disk"
  full_disk 'disk full'
  export OMPI_MCA_io=romio321
  full_disk 'disk full, ROMIO'
  unset OMPI_MCA_io
  preload=$bin/libpower.so
  export NO_FALLOCATE=1 LD_PRELOAD=$preload
  full_disk 'disk full, room cannot be reserved'
  unset NO_FALLOCATE LD_PRELOAD

  worst=0
  mount -t tmpfs tmpfs "$disk"
  saves 2 "$disk/ckpt"
  rm -rf copy; cp -a "$disk/ckpt" copy
  mount -o remount,ro "$disk"
  saves 2 "$disk/ckpt"
  ends 'read-only'
  saves 2 "$disk/other"
  ends 'read-only, a new folder'
  diff -r -x lock copy "$disk/ckpt" || fail 'read-only: changed'
  umount "$disk"
  row 'read-only' 2 "exit code 74 after $worst s at most, nothing changed"
else
  echo "skipped: full and read-only disks need root"
fi

worst=0
for folder in /proc/no-such/ckpt "$work/model.spg/ckpt"; do
  saves 2 "$folder"
  ends "a folder that cannot be made, $folder"
done
row 'a folder that cannot be made' 2 "exit code 74 after $worst s at most"

worst=0
saves 2 ckpt
rm -rf before; cp -a ckpt before
for blocks in 1 100 400; do
  began=$(now)
  rc=0
  # Limited are the ranks, not their launcher; their messages go over sockets, for shared memory is made of files.
  mpirun --oversubscribe --timeout 60 --mca btl self,tcp -n 2 bash -c 'ulimit -f "$1"; shift; exec "$@"' limited $blocks \
    "$bin/spgrad" "${job[@]}" --iterate 8 --checkpoint ckpt --resume auto > out 2> err < /dev/null || rc=$?
  took=$(since "$began")
  ends "files of at most $blocks blocks"
  diff -r -x lock before ckpt || fail "files of at most $blocks blocks: the checkpoints before are not intact"
done
row 'files of limited size (RLIMIT_FSIZE)' 3 "exit code 74 after $worst s at most, the checkpoints before intact"
finish
