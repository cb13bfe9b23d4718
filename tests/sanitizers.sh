#!/usr/bin/env bash
# The tests under memory and thread checkers: builds what they need, runs it, prints a table: tool, program, ranks, outcome.
#   tests/sanitizers.sh [TOOL..]      TOOL: asan (with UBSan) tsan valgrind, default all; an hour on two cores
# What each said is in build/sanitizers. Exit code: 0 if nothing was found, else 1.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
. cluster/env.sh
# The suppressions are for Open MPI, and need the slow unwinder to match, which takes most of the time: without MPI the fast
# one does. PETSC_OPTIONS: a crash is told by the checker.
export ASAN_OPTIONS=fast_unwind_on_malloc=0 LSAN_OPTIONS=suppressions=$PWD/tests/faults/lsan.supp:print_suppressions=0
export UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=second_deadlock_stack=1 PETSC_OPTIONS=-no_signal_handler
export OMP_NUM_THREADS=1
said=build/sanitizers failed=0
mkdir -p $said

build() { cmake --preset "$1" > "$said/build-$1" && cmake --build --preset "$1" --target "${@:2}" >> "$said/build-$1" || exit 1; }
# checked TOOL PROGRAM RANKS COMMAND..: a row of the table.
checked() {
  local log=$said/$1-$2-$3 began=$SECONDS rc=0 outcome
  "${@:4}" > "$log" 2>&1 < /dev/null || rc=$?
  outcome=$(grep -m1 -oE 'ERROR: [A-Za-z]+Sanitizer: .*|WARNING: ThreadSanitizer: .*|runtime error: .*|FAILED: .*|\[  FAILED  \] .*' "$log")
  if [ $rc = 0 ] && [ -z "$outcome" ]; then
    outcome=$(grep -oE '[0-9]+ tests? from|[0-9]+ passed|[0-9]+ cases' "$log" | head -1 | sed 's/ from//')
    outcome="nothing found${outcome:+ in $outcome}"
  else outcome="exit code $rc: ${outcome:-see} ($log)"; failed=1; fi
  printf '| %-8s | %-24s | %5s | %4s s | %s\n' "$1" "$2" "$3" $((SECONDS - began)) "$outcome"
}
run_asan() {
  local bin=build/asan/bin name ranks
  build asan tests_pretended tests_mpi golden_cases large_cases spgrad_command misbehave hostile_files hostile_plugin logistic_regression power
  ASAN_OPTIONS=malloc_context_size=8 checked asan tests_pretended '1-9' $bin/tests_pretended --gtest_brief=1
  for ranks in 1 3; do
    checked asan tests_mpi $ranks mpirun --oversubscribe -n $ranks $bin/tests_mpi --gtest_brief=1
    checked asan golden_cases $ranks mpirun --oversubscribe -n $ranks $bin/golden_cases tests/golden/public_cases.h5
  done
  checked asan large_cases 3 mpirun --oversubscribe -n 3 $bin/large_cases --rows 5000
  for name in command resume run batch hostile logistic_regression; do checked asan "$name" '0-4' "tests/apps/${name}_test.sh" $bin; done
}
run_tsan() {
  build tsan tests_pretended
  checked tsan tests_pretended '1-9' build/tsan/bin/tests_pretended --gtest_brief=1
}
# Those of ctest -L tiny. The sign of a zero is lost in valgrind's own arithmetic.
run_valgrind() {
  local slow
  slow=$(sed -n 's/^set(slow \(.*\))$/\1/p' tests/CMakeLists.txt)
  build valgrind tests_pretended
  checked valgrind tests_pretended '1-9' valgrind --error-exitcode=9 -q build/valgrind/bin/tests_pretended --gtest_brief=1 \
    --gtest_filter="-$slow:Mutants.*:*MapKeepsTheSignOfZero"
}
for tool in ${*:-asan tsan valgrind}; do "run_$tool"; done
exit $failed
