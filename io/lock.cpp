#include "io/lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <map>
#include <mutex>
#include <thread>

#include "io/disk.hpp"
#include "spgrad/error.hpp"

namespace spgrad::io {
namespace {

constexpr std::chrono::milliseconds kPatience(5000), kPause(100);

using Lock = std::shared_ptr<const int>;  // of a descriptor: the kernel drops the lock when it is closed

[[noreturn]] void failed(const std::string& file, const char* what) {
  fail(ErrorKind::io, file, ": ", what, ": ", std::strerror(errno));
}

Lock opened_lock(const std::string& file) {
  const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) failed(file, "cannot be opened");
  return {new int(fd), [](const int* p) {
            close(*p);
            delete p;
          }};
}

/// False if somebody else has it. Not a lock of the process but of the open file: what other files it closes, and which
/// thread asks, does not matter.
bool taken(int fd, const std::string& file) {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (fcntl(fd, F_OFD_SETLK, &whole) == 0) return true;
  if (errno == EAGAIN || errno == EACCES || errno == EINTR) return false;
  // Some file systems are mounted without locks. There the names of what is being written keep writers apart.
  if (errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP) return true;
  failed(file, "cannot be locked");
}

/// Who holds it, for the message to others.
void sign(int fd, const std::string& file) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const std::string line = text(host.data(), ' ', getpid(), ' ', std::time(nullptr), '\n');
  const bool written = ftruncate(fd, 0) == 0 && pwrite(fd, line.data(), line.size(), 0) == std::ssize(line);
  if (!written) failed(file, "cannot be written");
}

std::string holder(const std::string& file) {
  std::istringstream line(text_of(file));
  std::string host;
  long pid = 0, since = 0;
  if (!(line >> host >> pid >> since)) return "a process that has not said its name";
  return text("process ", pid, " on host ", host, ", for ", std::time(nullptr) - since, " s");
}

}  // namespace

std::shared_ptr<const void> lock_folder(const std::string& directory) {
  static std::mutex mutex;
  static std::map<std::pair<dev_t, ino_t>, std::weak_ptr<const int>> all;  // what this process has
  const std::lock_guard guard(mutex);

  const std::string file = directory + "/lock";
  const Lock lock = opened_lock(file);
  struct stat status {};
  if (fstat(*lock, &status) != 0) failed(file, "cannot be looked at");
  std::weak_ptr<const int>& mine = all[{status.st_dev, status.st_ino}];
  if (const Lock held = mine.lock()) return held;

  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!taken(*lock, file)) {
    if (std::chrono::steady_clock::now() > deadline)
      fail(ErrorKind::io, directory, ": another job saves its checkpoints there (", holder(file),
           "): wait until it has ended, or name another folder");
    std::this_thread::sleep_for(kPause);
  }
  sign(*lock, file);
  mine = lock;
  return lock;
}

}  // namespace spgrad::io
