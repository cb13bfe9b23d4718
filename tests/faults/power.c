/* power.c: preloaded, it takes the power from an ext4 file system at a chosen moment (FS_IOC_SHUTDOWN: what is not on
 * disk is lost, and whatever comes later fails), and writes down which checkpoints were acknowledged before.
 *   POWER_FOLDER   where it is mounted; calls elsewhere are none of its business
 *   POWER_LOG      one line for each call that changes something there, and for each acknowledged checkpoint
 *   POWER_CUT_AT   before the call of this number, counted from 1
 *   POWER_AFTER    after so many milliseconds
 *   NO_FALLOCATE   fallocate fails, as on file systems that cannot reserve room; needs nothing of the above
 * Of several ranks the first is counted. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define FS_IOC_SHUTDOWN _IOR('X', 125, __u32)
#define NO_LOG_FLUSH 2

#define REAL(call) ((__typeof__(&call))dlsym(RTLD_NEXT, #call))

static const char* folder;
static dev_t device;
static int folder_fd = -1, log_fd = -1;
static long *calls, cut_at;   /* calls: of this process and its children */
static char latest[PATH_MAX]; /* what `latest` names, until it is synced */

static void cut(void) {
  __u32 how = NO_LOG_FLUSH;
  ioctl(folder_fd, FS_IOC_SHUTDOWN, &how);
}

static void* cut_later(void* milliseconds) {
  usleep((useconds_t)(1000 * (long)milliseconds));
  cut();
  return NULL;
}

static void note(const char* what, const char* name) {
  char line[PATH_MAX + 64];
  const int n = snprintf(line, sizeof line, "%s %s\n", what, name);
  if (log_fd >= 0 && REAL(write)(log_fd, line, (size_t)n) != n) abort();
}

__attribute__((constructor)) static void begin(void) {
  const char *rank = getenv("OMPI_COMM_WORLD_RANK"), *log = getenv("POWER_LOG"), *at = getenv("POWER_CUT_AT"),
             *after = getenv("POWER_AFTER");
  struct stat status;
  folder = getenv("POWER_FOLDER");
  if (folder == NULL || (rank != NULL && strcmp(rank, "0") != 0) || stat(folder, &status) != 0) return;
  device = status.st_dev;
  calls = mmap(NULL, sizeof *calls, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (calls == MAP_FAILED) abort();
  folder_fd = REAL(open)(folder, O_RDONLY | O_CLOEXEC);
  if (log != NULL) log_fd = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (at != NULL) cut_at = atol(at);
  pthread_t thread;
  if (after != NULL) pthread_create(&thread, NULL, cut_later, (void*)atol(after));
}

static void point(const char* call, const char* name) {
  if (__atomic_add_fetch(calls, 1, __ATOMIC_SEQ_CST) == cut_at) cut();
  note(call, name);
}
static void at_path(const char* call, const char* path) {
  if (folder_fd >= 0 && strncmp(path, folder, strlen(folder)) == 0) point(call, path);
}
static void at_file(const char* call, int fd) {
  struct stat status;
  if (folder_fd >= 0 && fstat(fd, &status) == 0 && status.st_dev == device) point(call, "");
}

int fsync(int fd) {
  at_file("fsync", fd);
  const int rc = REAL(fsync)(fd);
  if (rc == 0 && latest[0] != '\0') {
    note("acknowledged", latest);
    latest[0] = '\0';
  }
  return rc;
}
int rename(const char* from, const char* to) {
  char target[PATH_MAX] = "";
  const char* const name = strrchr(to, '/');
  const int is_latest = folder_fd >= 0 && name != NULL && strcmp(name, "/latest") == 0;
  if (is_latest && readlink(from, target, sizeof target - 1) < 0) target[0] = '\0';
  at_path("rename", to);
  const int rc = REAL(rename)(from, to);
  if (rc == 0 && is_latest) strcpy(latest, target);
  return rc;
}
int renameat2(int a, const char* from, int b, const char* to, unsigned flags) {
  at_path("renameat2", to);
  return REAL(renameat2)(a, from, b, to, flags);
}
int symlink(const char* to, const char* path) {
  at_path("symlink", path);
  return REAL(symlink)(to, path);
}
int mkdir(const char* path, mode_t mode) {
  at_path("mkdir", path);
  return REAL(mkdir)(path, mode);
}
int unlinkat(int folder_of, const char* path, int flags) {
  folder_of == AT_FDCWD ? at_path("unlinkat", path) : at_file("unlinkat", folder_of);
  return REAL(unlinkat)(folder_of, path, flags);
}
int fallocate(int fd, int mode, off_t at, off_t bytes) {
  if (getenv("NO_FALLOCATE") != NULL) {
    errno = EOPNOTSUPP;
    return -1;
  }
  at_file("fallocate", fd);
  return REAL(fallocate)(fd, mode, at, bytes);
}
int ftruncate(int fd, off_t bytes) {
  at_file("ftruncate", fd);
  return REAL(ftruncate)(fd, bytes);
}
ssize_t write(int fd, const void* bytes, size_t n) {
  at_file("write", fd);
  return REAL(write)(fd, bytes, n);
}
ssize_t writev(int fd, const struct iovec* parts, int n) {
  at_file("writev", fd);
  return REAL(writev)(fd, parts, n);
}
ssize_t pwrite(int fd, const void* bytes, size_t n, off_t at) {
  at_file("pwrite", fd);
  return REAL(pwrite)(fd, bytes, n, at);
}
ssize_t pwrite64(int fd, const void* bytes, size_t n, off64_t at) {
  at_file("pwrite64", fd);
  return REAL(pwrite64)(fd, bytes, n, at);
}
int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if (flags & O_CREAT) at_path("open", path);
  return REAL(open)(path, flags, mode);
}
