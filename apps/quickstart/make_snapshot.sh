#!/usr/bin/env bash
# Made snapshot.gz: a sample of the Debian package catalogue, for machines without one and for tests.
#   apt-cache dumpavail | apps/quickstart/make_snapshot.sh > apps/quickstart/snapshot.gz
# A package is in it if a hash of its name says so, whatever the other packages are: about two in 21, so the sections keep their
# shares. Of each record the four fields that catalogue.awk reads, as dumpavail writes them.
# The one in the repository was made from Debian 12 (bookworm, main, amd64, with its updates).
set -euo pipefail

LC_ALL=C awk '
  BEGIN { for (c = 1; c < 256; ++c) code[sprintf("%c", c)] = c }
  /^Package: / { keep = hash($2) % 21 < 2 }
  keep && /^(Package|Section|Depends|Description): / { print; in_depends = /^Depends/; next }
  keep && /^ / && in_depends { print; next }
  keep && /^$/ { print }
  { in_depends = 0 }
  function hash(name,    k, h) {
    for (k = 1; k <= length(name); ++k) h = (h * 131 + code[substr(name, k, 1)]) % 1000003
    return h
  }' | gzip -9n
