#!/usr/bin/env bash
# From nothing to a trained model: in which section of Debian does a package belong?
#   apps/quickstart/run.sh [--snapshot] [--ranks N] [--no-install]
#       --snapshot    use the small catalogue in this repository, not this machine's
#       --ranks N     train with N MPI ranks (default 2)
#       --no-install  everything needed is installed already (also for systems without apt-get)
# Installs what is missing, builds, turns the package catalogue into a sparse matrix, fits a softmax regression to it and shows
# what came out. Results go to build/quickstart, which each run begins anew. Exit code: 0, or that of the step that failed.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. cluster/env.sh

here=apps/quickstart out=build/quickstart spgrad=build/release/bin/spgrad
catalogue_at_least=10000  # a machine that lists fewer packages is not a Debian of the usual kind
snapshot='' ranks=2 install=yes

usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$here/run.sh"; }
die() { echo "quickstart: $2" >&2; exit "$1"; }
tenths() { echo $((${EPOCHREALTIME/./} / 100000)); }

# step NAME TEXT COMMAND..: runs COMMAND with its output in NAME.log, which is shown only if it fails.
step() {
  local log=$out/$1.log text=$2 start rc=0 took
  shift 2
  start=$(tenths)
  printf '  %-58s' "$text"
  "$@" > "$log" 2>&1 < /dev/null || rc=$?
  took=$(($(tenths) - start))
  if [ $rc != 0 ]; then
    echo failed
    tail -n 60 "$log" >&2
    die $rc "this step failed: $text (exit code $rc; the end of $log is above)"
  fi
  printf '%4d.%d s\n' $((took / 10)) $((took % 10))
}

build() { cmake --preset release && cmake --build --preset release --target spgrad_command; }

choose_catalogue() {
  local listed
  [ -z "$snapshot" ] || return 0
  listed=$(apt-cache dumpavail 2> /dev/null | grep -c '^Package:') || true
  if [ "$listed" -lt $catalogue_at_least ]; then
    echo "  this machine lists $listed packages (apt-get update fetches the lists), so the snapshot is used"
    snapshot=yes
  fi
}

catalogue() { if [ -n "$snapshot" ]; then gzip -dc $here/snapshot.gz; else apt-cache dumpavail; fi; }
make_rows() { catalogue | awk -v out=$out -v min_section="$min_section" -f $here/catalogue.awk > $out/data.svm; }
lines() { wc -l < "$out/$1"; }

train() {
  mpirun_here "$ranks" $spgrad train softmax --data $out/data.h5 --l2 1e-5 --holdout "$holdout" --optimizer lmvm \
    --iterations 100 --checkpoint $out/checkpoints --checkpoint-every 20 --keep 3 \
    --predictions $out/predictions.tsv --plot $out/loss.svg < /dev/null | tee $out/train.log
}

show_predictions() {  # eight of the held-out packages, evenly spaced
  awk -F '\t' -v every=$((holdout / 8)) '
    FILENAME ~ /sections/ { section[$1] = $2; next }
    FILENAME ~ /packages/ { package[FNR - 1] = $1; next }
    FNR == 1 { printf "  %-36s %-18s %s\n", "held-out package", "its section", "predicted" }
    FNR % every == 1 && shown++ < 8 {
      printf "  %-36s %-18s %s%s\n", package[$1], section[$2], section[$3], $2 == $3 ? "" : "   (wrong)"
    }' $out/sections.tsv $out/packages.txt $out/predictions.tsv
}

show_file() {  # NAME WHAT
  printf '  %-32s %7s  %s\n' "$out/$1" "$(du -sb "$out/$1" | cut -f1 | numfmt --to=iec --suffix=B)" "$2"
}

while [ $# -gt 0 ]; do
  case $1 in
    --snapshot) snapshot=yes ;;
    --no-install) install='' ;;
    --ranks) [[ ${2:-} =~ ^[1-9][0-9]{0,4}$ ]] || die 2 "--ranks needs a number of MPI ranks, at least 1"; ranks=$2; shift ;;
    -h | --help) usage; exit 0 ;;
    *) die 2 "unknown option $1 (see --help)" ;;
  esac
  shift
done

rm -rf $out
mkdir -p $out
echo 'In which section of Debian does a package belong? Its name, description and dependencies tell.'
if [ -n "$install" ]; then cluster/install-deps.sh || die $? "installing the dependencies failed"; fi
step build 'build (the first time takes minutes)' build

choose_catalogue
if [ -n "$snapshot" ]; then min_section=20; else min_section=100; fi
step rows 'package catalogue -> data.svm' make_rows
[ -s $out/data.svm ] || die 65 "the catalogue has no section with $min_section packages"
step convert 'data.svm -> data.h5' $spgrad convert $out/data.svm $out/data.h5
if [ -n "$snapshot" ]; then holdout=$(($(lines data.svm) / 10)); else holdout=6000; fi

echo
echo "$(lines packages.txt) packages x $(lines features.txt) features, $(lines sections.tsv) sections," \
  "$holdout packages held out, $ranks ranks"
train || die $? "training failed"
echo
show_predictions
echo
show_file data.h5 'the matrix X and the labels y'
show_file checkpoints 'checkpoints; train --resume auto goes on from the newest'
show_file predictions.tsv 'row, its label, the predicted label, for each held-out row'
show_file loss.svg 'the loss curve, for any browser'
