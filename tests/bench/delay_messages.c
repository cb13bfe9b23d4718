// delay_messages: a library to preload that puts a slow network between the ranks of one host, on a clock of its own,
// so that other work on the host does not disturb what is measured. It knows nothing of spgrad; the program finds the
// three functions below by dlsym.
//
// The clock of a rank is the CPU time that it spends outside of MPI, and what it has waited for messages. A message
// arrives latency + bytes * seconds_per_byte after it was sent; if it needs an answer, as large ones do on networks
// that do not move on by themselves, after the receiver first looked (in a test or in the wait) since then. The time of
// sending travels with each message. A test finds nothing: what has arrived costs nothing in the wait. A reduction or
// barrier ends for all when the last one comes.
#include <mpi.h>
#include <time.h>

enum { kPending = 256, kStamps = 1024, kLooks = 1 << 16 };

struct Pending {  // a receive under way; it stays where it is, since the time of sending arrives in it
  int used;
  MPI_Request request, stamp_request;
  double sent, takes;
};
static struct Pending pending[kPending];
static int next_stamp, active, answers, polls;
static double stamps[kStamps], looks[kLooks];  // looks: when this rank has tested, ascending
static long number_of_looks;
static MPI_Request stamp_sends[kStamps];
static double latency, seconds_per_byte, total, clock_at_entry, cpu_at_exit;
static MPI_Comm shadow = MPI_COMM_NULL;

static double cpu(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
static double enter(void) { return clock_at_entry += cpu() - cpu_at_exit; }
static int leave(int code) { return cpu_at_exit = cpu(), code; }

// Collective, with nothing under way. A negative latency: MPI as it is. `answer`: messages need one. `poll`: tests
// count as looks.
void delay_messages(double message_latency, double per_byte, int answer, int poll) {
  if (shadow == MPI_COMM_NULL) {
    PMPI_Comm_dup(MPI_COMM_WORLD, &shadow);
    for (int i = 0; i < kStamps; ++i) stamp_sends[i] = MPI_REQUEST_NULL;
  }
  latency = message_latency;
  seconds_per_byte = per_byte;
  answers = answer;
  polls = poll;
  active = message_latency >= 0;
  number_of_looks = 0;
  total = clock_at_entry = 0;
  leave(0);
}
double delayed_now(void) {
  const double now = enter();
  leave(0);
  return now;
}
// How long messages have taken since: of those that were waited for together, the longest.
double delayed_by(void) { return total; }

int MPI_Isend(const void* buf, int n, MPI_Datatype type, int dest, int tag, MPI_Comm comm, MPI_Request* request) {
  if (!active) return PMPI_Isend(buf, n, type, dest, tag, comm, request);
  const int i = next_stamp++ % kStamps;
  PMPI_Wait(&stamp_sends[i], MPI_STATUS_IGNORE);
  stamps[i] = enter();
  PMPI_Isend(&stamps[i], 1, MPI_DOUBLE, dest, tag, shadow, &stamp_sends[i]);
  return leave(PMPI_Isend(buf, n, type, dest, tag, comm, request));
}

int MPI_Irecv(void* buf, int n, MPI_Datatype type, int source, int tag, MPI_Comm comm, MPI_Request* request) {
  if (!active) return PMPI_Irecv(buf, n, type, source, tag, comm, request);
  enter();
  const int code = PMPI_Irecv(buf, n, type, source, tag, comm, request);
  int size = 1;
  PMPI_Type_size(type, &size);
  struct Pending* p = pending;
  while (p != pending + kPending && p->used) ++p;
  if (p == pending + kPending) PMPI_Abort(MPI_COMM_WORLD, 1);
  p->used = 1;
  p->request = *request;
  p->takes = latency + seconds_per_byte * n * size;
  PMPI_Irecv(&p->sent, 1, MPI_DOUBLE, source, tag, shadow, &p->stamp_request);
  return leave(code);
}

static struct Pending* find(MPI_Request request) {
  for (struct Pending* p = pending; p != pending + kPending; ++p)
    if (p->used && p->request == request) return p;
  return 0;
}

// The first look not before `sent`; `otherwise` if there is none among those that are kept.
static double first_look(double sent, double otherwise) {
  const long oldest = number_of_looks > kLooks ? number_of_looks - kLooks : 0;
  for (long i = oldest; i < number_of_looks; ++i)
    if (looks[i % kLooks] >= sent) return looks[i % kLooks];
  return otherwise;
}

static double arrival(struct Pending* p, double now) {
  PMPI_Wait(&p->stamp_request, MPI_STATUS_IGNORE);
  const double otherwise = now > p->sent ? now : p->sent;
  return (answers ? first_look(p->sent, otherwise) : p->sent) + p->takes;
}

int MPI_Testall(int n, MPI_Request requests[], int* flag, MPI_Status statuses[]) {
  if (!active) return PMPI_Testall(n, requests, flag, statuses);
  const double now = enter();
  if (polls) looks[number_of_looks++ % kLooks] = now;
  *flag = 0;
  return leave(MPI_SUCCESS);
}

int MPI_Waitall(int n, MPI_Request requests[], MPI_Status statuses[]) {
  if (!active) return PMPI_Waitall(n, requests, statuses);
  const double now = enter();
  double longest = 0, last = now;
  for (int i = 0; i < n; ++i) {
    struct Pending* p = find(requests[i]);
    if (p == 0) continue;
    const double there = arrival(p, now);
    if (there > last) last = there;
    if (p->takes > longest) longest = p->takes;
    p->used = 0;
  }
  total += longest;
  clock_at_entry = last;
  return leave(PMPI_Waitall(n, requests, statuses));
}

// All go on at the time of the last.
static void meet(void) {
  const double now = enter();
  PMPI_Allreduce(&now, &clock_at_entry, 1, MPI_DOUBLE, MPI_MAX, shadow);
}
int MPI_Allreduce(const void* in, void* out, int n, MPI_Datatype type, MPI_Op op, MPI_Comm comm) {
  if (!active) return PMPI_Allreduce(in, out, n, type, op, comm);
  meet();
  return leave(PMPI_Allreduce(in, out, n, type, op, comm));
}
int MPI_Barrier(MPI_Comm comm) {
  if (!active) return PMPI_Barrier(comm);
  meet();
  return leave(PMPI_Barrier(comm));
}
