// delay_messages_check: that libdelay_messages.so tells hidden messages from others. Two ranks exchange a message that
// takes as long as the work between its begin and its end.
//   mpirun -n 2 -x LD_PRELOAD=libdelay_messages.so delay_messages_check
#include <dlfcn.h>
#include <mpi.h>
#include <stdio.h>
#include <time.h>

enum { kBytes = 1 << 16 };
static const double kWork = 0.05;  // seconds
static char out[kBytes], in[kBytes];

static double cpu(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
static void work(double seconds) {
  for (const double start = cpu(); cpu() - start < seconds;) continue;
}

// Everything is by address: without the library there would be nothing to link.
static void (*set)(double, double, int, int);
static double (*now)(void);

static double hidden(int answer, int poll) {
  int rank = 0, done = 0;
  MPI_Request requests[2];
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  set(0, kWork / kBytes, answer, poll);
  MPI_Barrier(MPI_COMM_WORLD);
  const double start = now();
  MPI_Irecv(in, kBytes, MPI_BYTE, 1 - rank, 0, MPI_COMM_WORLD, &requests[0]);
  MPI_Isend(out, kBytes, MPI_BYTE, 1 - rank, 0, MPI_COMM_WORLD, &requests[1]);
  for (int piece = 0; piece < 50; ++piece) {
    work(kWork / 50);
    MPI_Testall(2, requests, &done, MPI_STATUSES_IGNORE);
  }
  MPI_Waitall(2, requests, MPI_STATUSES_IGNORE);
  const double took = now() - start;
  set(-1, 0, 0, 0);
  return 1 - (took - kWork) / kWork;
}

static int differs(const char* what, double is, double wanted) {
  const int wrong = is < wanted - 0.2 || is > wanted + 0.2;
  if (wrong) fprintf(stderr, "%s: %.2f of the message is hidden, not %.1f\n", what, is, wanted);
  return wrong;
}

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  *(void**)&set = dlsym(RTLD_DEFAULT, "delay_messages");
  *(void**)&now = dlsym(RTLD_DEFAULT, "delayed_now");
  if (set == 0 || now == 0) return fprintf(stderr, "libdelay_messages.so is not preloaded\n"), 2;
  int wrong = differs("a network that moves on by itself", hidden(0, 0), 1);
  wrong += differs("one that needs an answer, with tests", hidden(1, 1), 1);
  wrong += differs("one that needs an answer, without tests", hidden(1, 0), 0);
  MPI_Finalize();
  return wrong == 0 ? 0 : 1;
}
