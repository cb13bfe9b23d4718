#!/usr/bin/env bash
# Hostile files as users meet them: the exit code that is due, one message that names the file, in ten seconds, nothing
# left behind, and no foreign code run. With "all" behind the folder of executables: every file at 1, 2 and 3 ranks.
. "$(dirname "$0")/support.sh"
cd "$work" || exit 1
every=${2:-some}

# bad CODE TEXT RANKS ARG..: refuses() in ten seconds.
bad() {
  local start=$SECONDS
  refuses "$@"
  [ $((SECONDS - start)) -le 10 ] || fail "$((SECONDS - start)) seconds: $*"
}

"$bin/hostile_files" "$work" > table || fail "the hostile files cannot be made"
number=0 looked=0
while IFS='|' read -r file path code name; do  # tabs would swallow an empty path
  number=$((number + 1))
  for ranks in 1 2 3; do
    # Some: one in eight, each at another number of ranks.
    [ "$every" = all ] || [ $((number % 24)) = $((8 * (ranks - 1))) ] || continue
    beside bad "$code" "$(basename "$file")" $ranks info "$file${path:+:$path}"
    looked=$((looked + 1))
  done
done < <(tr '\t' '|' < table)
[ $looked -ge 8 ] || fail "only $looked hostile files were looked at"

# --- a plugin that is there ---
plugin_file=$(awk -F '\t' '$4 == "filter of a plugin" { print $1 }' table)
export HDF5_PLUGIN_PATH="$bin/../hostile_plugin" SPGRAD_PLUGIN_RAN="$work/plugin-ran"
"$bin/hostile_files" --read "$plugin_file" /data || fail "HDF5 alone cannot read through the plugin"
[ -e plugin-ran ] || fail "the plugin does not run when HDF5 is used without care: the test shows nothing"
rm -f plugin-ran
bad 65 'filter 40001' 0 info "$plugin_file"
bad 65 'filter 40001' 3 info "$plugin_file:/data"
[ ! -e plugin-ran ] || fail "the plugin of a foreign file was run"
unset HDF5_PLUGIN_PATH

# --- what is no file, in every command ---
printf '0 1:0.5 3:1\n1 2:nan\n' > small.svm
mkfifo pipe
ln -s /dev/zero zero
beside bad 74 'pipe is not a regular file' 2 info pipe
beside bad 74 'pipe is not a regular file' 1 convert pipe out.h5
beside bad 74 'zero is not a regular file' 2 train softmax --data zero
beside bad 74 'is not a regular file' 3 run --in A=. --out 'x = A'
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
  cp small.svm secret.svm
  chmod 600 secret.svm
  chmod 755 "$work"
  rc=0
  setpriv --reuid 65534 --regid 65534 --clear-groups "$bin/spgrad" info "$work/secret.svm" > out 2> err || rc=$?
  { [ $rc = 74 ] && grep -q 'secret.svm.*Permission denied' err; } || fail "an unreadable file: $rc, $(head -2 err)"
fi

# --- NaN ---
works 1 convert small.svm nan.h5
works 2 info nan.h5:/X
beside bad 65 'small.svm, line 2, column 5' 2 convert --nan refuse small.svm out.h5
beside bad 65 '/X/data\[2\] is NaN' 3 info --nan refuse nan.h5
beside bad 65 '/X/data\[2\] is NaN' 2 train softmax --data nan.h5
beside bad 65 '/X/data\[2\] is NaN' 1 run --nan refuse --in A=nan.h5:/X --out 'x = sp_sum(A)'

# --- nothing is left ---
all_done
sleep 0.2
for process in $(pgrep -r R,S,D,T -f "^$bin/spgrad "); do  # another test may run here, too
  [ "$(readlink "/proc/$process/cwd")" = "$work" ] && fail "a process is left: $(tr '\0' ' ' < "/proc/$process/cmdline")"
done
finish
