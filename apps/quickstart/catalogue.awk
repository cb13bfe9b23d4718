# The Debian package catalogue as a classification problem: one package a row, its section the label.
#   apt-cache dumpavail | LC_ALL=C awk -v out=DIR [-v min_section=100] [-v min_seen=2] -f catalogue.awk > data.svm
# Features are of three kinds, kept apart: words of the package's name, words of its short description, and the packages
# it depends on (of alternatives the first). Features in fewer than min_seen rows and sections of fewer than min_section
# packages are left out. Row i has the value 1/sqrt(n) at each of its n features, so its length is one.
# Rows keep the order of the catalogue; labels (from 0) and features (from 1) count in order of first appearance.
#   stdout            svmlight: label feature:value ..
#   DIR/packages.txt  line i is the name of row i
#   DIR/sections.tsv  label, section, packages in it
#   DIR/features.txt  line j is feature j: name:WORD, word:WORD or needs:PACKAGE
# Any POSIX awk will do; LC_ALL=C, so that [a-z] is ASCII and other bytes part words.

BEGIN {
  if (min_section == "") min_section = 100
  if (min_seen == "") min_seen = 2
  if (out == "") out = "."
}

/^Package: / { package = $2 }
/^Section: / { section = $2 }
/^Description: / { description = substr($0, 14) }
/^Depends: / { depends = substr($0, 10) }
/^ / && field == "Depends" { depends = depends $0 }
/^[A-Za-z]/ { field = substr($0, 1, index($0, ":") - 1) }
/^$/ { end_record() }

END {
  end_record()
  count_features()
  for (i = 1; i <= packages; ++i)
    if (section_size[section_of[i]] >= min_section) write_row(i)
  for (l = 0; l < labels; ++l)
    print l "\t" section_with[l] "\t" section_size[section_with[l]] > (out "/sections.tsv")
}

function end_record() {
  if (package != "" && section != "") {
    name_of[++packages] = package
    section_of[packages] = section
    ++section_size[section]
    features_of[packages] = words("name:", package, "[^a-z0-9]+") words("word:", description, "[^a-z0-9-]+") needs()
  }
  package = section = description = depends = ""
}

# The words of text, each once, each as " KIND:WORD".
function words(kind, text, separators,    n, k, part, seen, list) {
  n = split(tolower(text), part, separators)
  for (k = 1; k <= n; ++k)
    if (part[k] != "" && !(part[k] in seen)) { seen[part[k]]; list = list " " kind part[k] }
  return list
}

# "a (>= 1) | b, c:any" needs a and c.
function needs(    n, k, part, plain) {
  n = split(depends, part, ",")
  for (k = 1; k <= n; ++k) {
    sub(/^[ \t]+/, "", part[k])
    sub(/[^A-Za-z0-9+.-].*/, "", part[k])
    plain = plain " " part[k]
  }
  return words("needs:", plain, " +")
}

function count_features(    i, n, k, part) {
  for (i = 1; i <= packages; ++i) {
    if (section_size[section_of[i]] < min_section) continue
    n = split(features_of[i], part, " ")
    for (k = 1; k <= n; ++k) ++rows_with[part[k]]
  }
}

function write_row(i,    n, k, part, kept, column, line, value) {
  n = split(features_of[i], part, " ")
  for (k = 1; k <= n; ++k) {
    if (rows_with[part[k]] < min_seen) continue
    if (!(part[k] in number_of)) number_of[part[k]] = new_feature(part[k])
    insert(column, ++kept, number_of[part[k]])
  }
  line = label(section_of[i])
  if (kept) value = sprintf(":%.9g", 1 / sqrt(kept))
  for (k = 1; k <= kept; ++k) line = line " " column[k] value
  print line
  print name_of[i] > (out "/packages.txt")
}

function new_feature(name) {
  print name > (out "/features.txt")
  return ++features
}

function label(section) {
  if (!(section in label_of)) {
    label_of[section] = labels + 0
    section_with[labels++] = section
  }
  return label_of[section]
}

# Puts x into the ascending list[1..n-1].
function insert(list, n, x) {
  for (; n > 1 && list[n - 1] > x; --n) list[n] = list[n - 1]
  list[n] = x
}
