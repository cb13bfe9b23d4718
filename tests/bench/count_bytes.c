// count_bytes: a library to preload that counts the payload bytes an MPI program hands over for sending between
// MPI_Pcontrol(1) and MPI_Pcontrol(0), and prints the sum over ranks on standard error. It knows nothing of spgrad.
// Point-to-point messages count in full, without those of a rank to itself; of a reduction to all on P ranks each rank
// sends at least 2 (P - 1) / P of its size.
#include <mpi.h>
#include <stdio.h>

static int listening = 0;
static double messages_bytes = 0, reduction_bytes = 0, messages = 0;

static double size_in_bytes(int count, MPI_Datatype type) {
  int size = 0;
  PMPI_Type_size(type, &size);
  return (double)count * size;
}

static void count(int n, MPI_Datatype type, int dest, MPI_Comm comm) {
  int rank = 0;
  PMPI_Comm_rank(comm, &rank);
  if (!listening || dest == rank || dest == MPI_PROC_NULL) return;
  messages_bytes += size_in_bytes(n, type);
  messages += 1;
}

int MPI_Isend(const void* buf, int n, MPI_Datatype type, int dest, int tag, MPI_Comm comm, MPI_Request* request) {
  count(n, type, dest, comm);
  return PMPI_Isend(buf, n, type, dest, tag, comm, request);
}
int MPI_Send(const void* buf, int n, MPI_Datatype type, int dest, int tag, MPI_Comm comm) {
  count(n, type, dest, comm);
  return PMPI_Send(buf, n, type, dest, tag, comm);
}
int MPI_Allreduce(const void* in, void* out, int n, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  int ranks = 1;
  PMPI_Comm_size(comm, &ranks);
  if (listening) reduction_bytes += 2.0 * (ranks - 1) / ranks * size_in_bytes(n, type);
  return PMPI_Allreduce(in, out, n, type, op, comm);
}
// What a step must not use: counted loudly.
int MPI_Alltoallv(const void* in, const int* n, const int* at, MPI_Datatype type, void* out, const int* n2, const int* at2,
                  MPI_Datatype type2, MPI_Comm comm) {
  if (listening) fprintf(stderr, "count_bytes: MPI_Alltoallv inside the counted part\n");
  return PMPI_Alltoallv(in, n, at, type, out, n2, at2, type2, comm);
}
int MPI_Allgatherv(const void* in, int n, MPI_Datatype type, void* out, const int* n2, const int* at2, MPI_Datatype type2,
                   MPI_Comm comm) {
  if (listening) fprintf(stderr, "count_bytes: MPI_Allgatherv inside the counted part\n");
  return PMPI_Allgatherv(in, n, type, out, n2, at2, type2, comm);
}

int MPI_Pcontrol(const int level, ...) {
  if (level == 1) messages_bytes = reduction_bytes = messages = 0;
  listening = level == 1;
  if (level == 0) {
    double mine[3] = {messages_bytes, reduction_bytes, messages}, all[3];
    int rank = 0;
    PMPI_Allreduce(mine, all, 3, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0)
      fprintf(stderr, "{\"message_bytes\": %.0f, \"reduction_bytes\": %.0f, \"messages\": %.0f}\n", all[0], all[1], all[2]);
  }
  return MPI_SUCCESS;
}
