// count_bytes: a library to preload that counts the payload bytes an MPI program hands over for sending between
// MPI_Pcontrol(1) and MPI_Pcontrol(0), and prints the sum over ranks on standard error. It knows nothing of spgrad.
// Point-to-point messages count in full, without those of a rank to itself. Of a collective on P ranks each rank sends
// at least: 2 (P - 1) / P of a reduction to all, P - 1 times what it adds to a gathering.
#include <mpi.h>
#include <stdio.h>

static int listening = 0;
static double message_bytes, messages, collective_bytes, collectives;

static double size_in_bytes(int count, MPI_Datatype type) {
  int size = 0;
  PMPI_Type_size(type, &size);
  return (double)count * size;
}
static int size_of(MPI_Comm comm) {
  int ranks = 1;
  PMPI_Comm_size(comm, &ranks);
  return ranks;
}

static void count(int n, MPI_Datatype type, int dest, MPI_Comm comm) {
  int rank = 0;
  PMPI_Comm_rank(comm, &rank);
  if (!listening || dest == rank || dest == MPI_PROC_NULL) return;
  message_bytes += size_in_bytes(n, type);
  messages += 1;
}
static void count_collective(double bytes) {
  if (!listening) return;
  collective_bytes += bytes;
  collectives += 1;
}
// What cannot be counted here must not go uncounted.
static void refuse(const char* call) {
  if (!listening) return;
  fprintf(stderr, "count_bytes: %s inside the counted part\n", call);
  PMPI_Abort(MPI_COMM_WORLD, 1);
}

int MPI_Isend(const void* buf, int n, MPI_Datatype type, int dest, int tag, MPI_Comm comm, MPI_Request* request) {
  count(n, type, dest, comm);
  return PMPI_Isend(buf, n, type, dest, tag, comm, request);
}
int MPI_Send(const void* buf, int n, MPI_Datatype type, int dest, int tag, MPI_Comm comm) {
  count(n, type, dest, comm);
  return PMPI_Send(buf, n, type, dest, tag, comm);
}
int MPI_Issend(const void* buf, int n, MPI_Datatype type, int dest, int tag, MPI_Comm comm, MPI_Request* request) {
  count(n, type, dest, comm);
  return PMPI_Issend(buf, n, type, dest, tag, comm, request);
}
int MPI_Start(MPI_Request* request) {
  refuse("MPI_Start");
  return PMPI_Start(request);
}
int MPI_Startall(int n, MPI_Request requests[]) {
  refuse("MPI_Startall");
  return PMPI_Startall(n, requests);
}

int MPI_Allreduce(const void* in, void* out, int n, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  const int ranks = size_of(comm);
  count_collective(2.0 * (ranks - 1) / ranks * size_in_bytes(n, type));
  return PMPI_Allreduce(in, out, n, type, op, comm);
}
int MPI_Allgather(const void* in, int n, MPI_Datatype type, void* out, int n2, MPI_Datatype type2, MPI_Comm comm) {
  count_collective((size_of(comm) - 1) * size_in_bytes(n, type));
  return PMPI_Allgather(in, n, type, out, n2, type2, comm);
}
int MPI_Allgatherv(const void* in, int n, MPI_Datatype type, void* out, const int* n2, const int* at2,
                   MPI_Datatype type2, MPI_Comm comm) {
  count_collective((size_of(comm) - 1) * size_in_bytes(n, type));
  return PMPI_Allgatherv(in, n, type, out, n2, at2, type2, comm);
}
int MPI_Alltoall(const void* in, int n, MPI_Datatype type, void* out, int n2, MPI_Datatype type2, MPI_Comm comm) {
  count_collective((size_of(comm) - 1) * size_in_bytes(n, type));
  return PMPI_Alltoall(in, n, type, out, n2, type2, comm);
}
int MPI_Alltoallv(const void* in, const int* n, const int* at, MPI_Datatype type, void* out, const int* n2,
                  const int* at2, MPI_Datatype type2, MPI_Comm comm) {
  refuse("MPI_Alltoallv");
  return PMPI_Alltoallv(in, n, at, type, out, n2, at2, type2, comm);
}
int MPI_Bcast(void* buf, int n, MPI_Datatype type, int root, MPI_Comm comm) {
  refuse("MPI_Bcast");
  return PMPI_Bcast(buf, n, type, root, comm);
}
int MPI_Barrier(MPI_Comm comm) {
  count_collective(0);
  return PMPI_Barrier(comm);
}

int MPI_Pcontrol(const int level, ...) {
  if (level == 1) message_bytes = messages = collective_bytes = collectives = 0;
  listening = level == 1;
  if (level == 0) {
    double mine[4] = {message_bytes, messages, collective_bytes, collectives}, all[4];
    int rank = 0;
    PMPI_Allreduce(mine, all, 4, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0)
      fprintf(stderr,
              "{\"message_bytes\": %.0f, \"messages\": %.0f, \"collective_bytes\": %.0f, \"collectives\": %.0f}\n",
              all[0], all[1], all[2], all[3] / size_of(MPI_COMM_WORLD));
  }
  return MPI_SUCCESS;
}
