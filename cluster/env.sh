# shellcheck shell=bash
# How programs are started on this machine. Sourced by bash scripts:  . cluster/env.sh; mpirun_here 2 PROGRAM [ARG..]

# Open MPI refuses to run as root unless told twice; in containers root is the ordinary user.
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
# Containers often forbid the system call behind single-copy messages, and Open MPI then complains at every message.
if [ -e /.dockerenv ] || [ -e /run/.containerenv ]; then
  export OMPI_MCA_btl_vader_single_copy_mechanism=${OMPI_MCA_btl_vader_single_copy_mechanism:-none}
fi
# Without keepalive a job whose network link is cut hangs for good; with it the job ends within seconds.
export OMPI_MCA_oob_tcp_keepalive_time=${OMPI_MCA_oob_tcp_keepalive_time:-2}
export OMPI_MCA_oob_tcp_keepalive_intvl=${OMPI_MCA_oob_tcp_keepalive_intvl:-1}
export OMPI_MCA_oob_tcp_keepalive_probes=${OMPI_MCA_oob_tcp_keepalive_probes:-3}
# One rank a core: BLAS must not start a thread per core in each of them.
export OPENBLAS_NUM_THREADS=${OPENBLAS_NUM_THREADS:-1}

# Cores this process may use. Open MPI counts cores, not hardware threads, and nproc does not know the difference.
cores_here() {
  local allowed cores
  allowed=$(nproc)
  cores=$(lscpu -p=Core,Socket 2> /dev/null | grep -v '^#' | sort -u | wc -l) || true
  echo $((cores > 0 && cores < allowed ? cores : allowed))
}

# mpirun_here RANKS PROGRAM [ARG..]: mpirun on this machine, also with more ranks than cores.
mpirun_here() {
  local options=()
  if [ "$1" -gt "$(cores_here)" ]; then options+=(--oversubscribe); fi
  mpirun "${options[@]}" -n "$@"
}
