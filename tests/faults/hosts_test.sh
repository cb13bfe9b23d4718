#!/usr/bin/env bash
# A job on several hosts, one of which dies, or whose network link is cut or fails for two seconds. The hosts are network
# namespaces with a shared memory and a name of their own, joined by a bridge in another one; root only.
#   hosts_test.sh BIN [ROUNDS]
. "$(dirname "$0")/support.sh"
rounds=${2:-1}
net=10.77.5 tag=spgrad$$ hosts=3
remove() {
  local i p
  for ((i = 1; i <= hosts; ++i)); do
    for p in $(ip netns pids $tag-$i 2> /dev/null); do kill -KILL "$p" 2> /dev/null; done
    ip netns del $tag-$i 2> /dev/null
  done
  ip netns del $tag-switch 2> /dev/null
}
if [ "$(id -u)" != 0 ] || ! ip netns add $tag-switch 2> /dev/null; then
  echo "skipped: hosts of their own need root and network namespaces"
  exit 77
fi
trap 'remove; rm -rf "$work"' EXIT
ip -n $tag-switch link add bridge type bridge && ip -n $tag-switch link set bridge up || { echo "skipped: no bridge"; exit 77; }
for ((i = 1; i <= hosts; ++i)); do
  ip netns add $tag-$i
  ip link add v0 netns $tag-$i type veth peer name port$i netns $tag-switch
  ip -n $tag-$i addr add $net.$i/24 dev v0
  for device in v0 lo; do ip -n $tag-$i link set $device up; done
  ip -n $tag-switch link set port$i master bridge
  ip -n $tag-switch link set port$i up
  echo "$net.$i slots=8"
  mkdir tmp$i
done > hosts
cat > agent << EOF
#!/bin/sh
host=\$1 i=\${1##*.}; shift
exec ip netns exec $tag-\$i unshare -u -i -m --propagation private /bin/sh -c \\
  "hostname $tag-\$i; mount -t tmpfs none /dev/shm; export TMPDIR=$work/tmp\$i; \$*"
EOF
chmod +x agent

# start STEPS: a job of 6 ranks on the hosts, in the background; its launcher is $launcher.
start() {
  rm -f err
  ip netns exec $tag-1 unshare -u /bin/sh -c "hostname $tag-1; "'exec "$@"' sh \
    timeout 90 mpirun --hostfile "$work/hosts" --map-by node --bind-to none --oversubscribe -n 6 --mca plm rsh --mca plm_rsh_agent "$work/agent" \
    --mca plm_rsh_no_tree_spawn 1 --mca pml ob1 --mca btl self,vader,tcp --mca btl_tcp_if_include $net.0/24 \
    --mca oob_tcp_if_include $net.0/24 --mca btl_vader_single_copy_mechanism none --mca orte_keep_fqdn_hostnames 1 \
    -x OMPI_ALLOW_RUN_AS_ROOT -x OMPI_ALLOW_RUN_AS_ROOT_CONFIRM -x OPENBLAS_NUM_THREADS "$bin/spgrad" run \
    --in A=random:600x600,csr,density=0.02 --in x=random:600 --update 'x = (A @ x) / norm(A @ x)' --out 'size = norm(A @ x)' \
    --iterate "$1" --json > out 2> err < /dev/null &
  launcher=$!
}
# runs: waits until the job is in its loop, which its first line of progress tells, and a second more: before, nothing but
# the launcher would meet the fault.
runs() {
  for _ in $(seq 600); do grep -qsE '^[0-9]+/' err && break; sleep 0.1; done
  grep -qE '^[0-9]+/' err || fail "the job has not begun after a minute: $(head -3 err)"
  sleep 1
}
# heal: the link of the third host, until it answers again (that nobody listens): a job that starts before never does.
heal() {
  ip -n $tag-switch link set port3 up
  for _ in $(seq 200); do
    [[ $(ip netns exec $tag-1 timeout 1 bash -c ": < /dev/tcp/$net.3/9" 2>&1) == *refused* ]] && return
    sleep 0.1
  done
  fail 'the link does not come back'
}
# left: processes on the hosts that are not dead.
left() {
  local i p n=0
  for ((i = 1; i <= hosts; ++i)); do
    for p in $(ip netns pids $tag-$i); do grep -qs '^State:.[^Z]' /proc/"$p"/status && n=$((n + 1)); done
  done
  echo $n
}
# ended WHAT LIMIT: the job ends within LIMIT s and leaves nothing.
ended() {
  local began k
  began=$(now) rc=0
  wait $launcher || rc=$?
  took=$(since "$began")
  above "$took" "$2" && fail "$1: ended after $took s, more than $2"
  [ "$rc" != 0 ] || fail "$1: exit code 0"
  for ((k = 0; k < 40; ++k)); do [ "$(left)" = 0 ] && break; sleep 0.1; done
  [ "$(left)" = 0 ] || fail "$1: $(left) processes left"
  if above "$took" "$longest"; then longest=$took; fi
}

# As many steps as take about ten seconds here.
steps=200
start $steps
wait $launcher || fail "undisturbed: exit code $?: $(head -3 err)"
steps=$(awk -v n=$steps -v s="$(number seconds)" 'BEGIN { print int(n * 10 / (s + 0.01)) + 1 }')
start "$steps"
wait $launcher || fail "undisturbed: exit code $?: $(head -3 err)"
size=$(number size)
longest=0
for ((k = 0; k < rounds; ++k)); do
  start 1000000
  runs
  for p in $(ip netns pids $tag-2); do kill -KILL "$p" 2> /dev/null; done
  ended 'a host dies' 10
done
row 'a host of three dies' "$rounds" "ended after $longest s at most, nothing left"
longest=0
for ((k = 0; k < rounds; ++k)); do
  start 1000000
  runs
  ip -n $tag-switch link set port3 down
  ended 'a link is cut' 15
  heal
done
row 'the link of a host is cut' "$rounds" "ended after $longest s at most, nothing left"
for ((k = 0; k < rounds; ++k)); do
  start "$steps"
  runs
  ip -n $tag-switch link set port3 down
  sleep 2
  ip -n $tag-switch link set port3 up
  kill -0 $launcher || fail "a link that fails for 2 s: the job has ended before"
  rc=0
  wait $launcher || rc=$?
  [ "$rc" = 0 ] || fail "a link that fails for 2 s: exit code $rc: $(head -3 err)"
  [ "$(number size)" = "$size" ] || fail "a link that fails for 2 s: $(number size) instead of $size"
done
row 'the link of a host fails for 2 s' "$rounds" "the job ends well, with the same result"
finish
