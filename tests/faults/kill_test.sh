#!/usr/bin/env bash
# kill -9 of one rank, of all ranks, of mpirun, at random moments of a job that saves all the time: the newest checkpoint
# is whole and goes on to the undisturbed result, bit by bit.    kill_test.sh BIN [ROUNDS]
. "$(dirname "$0")/support.sh"
rounds=${2:-10} victims=(one all mpirun) early=0 inside=0 late=0
undisturbed
running() { pgrep -f "$work/ckpt" -r R,S,D > /dev/null; }  # state Z is dead
for ((round = 0; round < rounds; ++round)); do
  victim=${victims[round % 3]}
  rm -rf ckpt
  mpirun --oversubscribe --timeout 60 -n 2 "$bin/spgrad" "${job[@]}" --checkpoint "$work/ckpt" > /dev/null 2>&1 < /dev/null &
  launcher=$!
  for _ in $(seq 200); do [ -e ckpt ] && break; sleep 0.02; done
  random 400; sleep "$(awk -v ms=$drawn 'BEGIN { print ms / 1000 }')"
  read -ra ranks <<< "$(pgrep -P $launcher | tr '\n' ' ')"
  case $victim in
    one) [ ${#ranks[@]} = 0 ] || kill -KILL "${ranks[round % ${#ranks[@]}]}" 2> /dev/null ;;
    all) kill -KILL "${ranks[@]}" 2> /dev/null ;;
    mpirun) kill -KILL $launcher 2> /dev/null ;;
  esac
  wait $launcher 2> /dev/null
  for _ in $(seq 200); do running || break; sleep 0.02; done
  running && fail "round $round ($victim): still running after 4 s"
  saved=$(number_of "$(readlink ckpt/latest)")
  goes_on ckpt "$saved" "round $round ($victim)"
  grep -q 'passed over' "$work/err" && fail "round $round ($victim): $(cat "$work/err")"
  case $saved in 0) early=$((early + 1)) ;; "$steps") late=$((late + 1)) ;; *) inside=$((inside + 1)) ;; esac
done
row "kill -9 of one rank, of all, of mpirun in turn" "$rounds" \
  "0 torn, 0 lost; same bits as undisturbed ($early before the first checkpoint, $inside between, $late behind the last)"
finish
