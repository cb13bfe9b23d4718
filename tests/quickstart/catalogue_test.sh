#!/usr/bin/env bash
# catalogue.awk on a catalogue small enough to check by hand, and on the snapshot.
set -euo pipefail
export LC_ALL=C
quickstart=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../apps/quickstart" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

same() {  # WHAT EXPECTED GOT
  [ "$2" != "$3" ] || return 0
  failed=1
  printf 'FAILED: %s\n--- expected\n%s\n--- got\n%s\n' "$1" "$2" "$3"
}

rows_of() { awk -v out="$dir" -v min_section="$1" -v min_seen=2 -f "$quickstart/catalogue.awk" > "$dir/data.svm"; }

# Alternatives (the first counts), a continued Depends, versions and architectures, a dependency named twice, no Depends, a Tag that
# continues, bytes that are not ASCII, a word of each kind of feature with the same letters, and no empty line at the end.
rows_of 2 << 'END'
Package: zip-tools
Version: 1.0
Depends: libzip (>= 1), mail | postman (>= 2) [amd64],
 libc6:any (>= 2.36), libzip (<< 9)
Description: Tools for Zip -- a zip, café and e-mail
Tag: role::program,
 libc6::zip, postman
Section: utils

Package: zip
Depends: postman|libzip,libc6
Description: the Zip libzip
Section: utils

Package: lonely
Description: zip
Section: rare

Package: libzip-2
Description: e-mail zip for café
Section: libs

Package: nothing2see
Description: shared words: none
Section: libs
END

same 'rows' '0 1:0.40824829 2:0.40824829 3:0.40824829 4:0.40824829 5:0.40824829 6:0.40824829
0 1:0.577350269 3:0.577350269 6:0.577350269
1 2:0.5 3:0.5 4:0.5 5:0.5
1' "$(cat "$dir/data.svm")"
same 'features' 'name:zip
word:for
word:zip
word:caf
word:e-mail
needs:libc6' "$(cat "$dir/features.txt")"
same 'sections' $'0\tutils\t2\n1\tlibs\t2' "$(cat "$dir/sections.tsv")"
same 'packages' $'zip-tools\nzip\nlibzip-2\nnothing2see' "$(cat "$dir/packages.txt")"

# The snapshot: each row has ascending features, unit length and a label in range, and nothing was lost.
rows_of 20 < <(gzip -dc "$quickstart/snapshot.gz")
same 'snapshot' '5872 rows, 6846 features, 41 sections, 0 bad' "$(awk -v classes="$(wc -l < "$dir/sections.tsv")" \
  -v features="$(wc -l < "$dir/features.txt")" '
  {
    length2 = last = 0
    for (k = 2; k <= NF; ++k) {
      split($k, entry, ":")
      bad += entry[1] <= last || entry[1] > features
      last = entry[1] + 0
      length2 += entry[2] * entry[2]
    }
    bad += $1 !~ /^[0-9]+$/ || $1 >= classes || (NF > 1 && (length2 - 1) ^ 2 > 1e-14)
  }
  END { print NR " rows, " features " features, " classes " sections, " bad + 0 " bad" }' "$dir/data.svm")"

[ $failed = 0 ] && echo 'catalogue: all as expected'
