#include "io/disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <random>
#include <utility>

#include "spgrad/error.hpp"

namespace spgrad::io {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void failed(const std::string& file, const char* what, int error = errno) {
  fail(ErrorKind::io, file, ": ", what, ": ", std::strerror(error));
}

/// A system call, again for as long as a signal interrupts it: a job that is told to stop goes on with its save.
template <class Call>
int uninterrupted(Call&& call) {
  int result = -1;
  do result = call();
  while (result < 0 && errno == EINTR);
  return result;
}

/// An open file; close() is checked, because some file systems report a full disk only there.
class Descriptor {
 public:
  Descriptor(const std::string& file, int flags)
      : file_(file), fd_(uninterrupted([&] { return open(file.c_str(), flags | O_CLOEXEC, 0666); })) {
    if (fd_ < 0) failed(file_, "cannot be opened");
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  operator int() const { return fd_; }
  void check(bool ok, const char* what) const {
    if (!ok) failed(file_, what);
  }
  void close() {
    if (::close(std::exchange(fd_, -1)) != 0) failed(file_, "cannot be closed");
  }

 private:
  std::string file_;
  int fd_;
};

template <class Work>
auto with_reason(const std::string& file, Work&& work) {
  try {
    return work();
  } catch (const fs::filesystem_error& e) {
    failed(file, "no access", e.code().value());
  }
}

}  // namespace

std::string real_file(const std::string& file) {
  return with_reason(file, [&] {
    if (!fs::exists(file)) return file;
    if (!fs::is_regular_file(file)) fail(ErrorKind::io, file, " is not a regular file");
    return fs::canonical(file).string();
  });
}

std::string folder_of(const std::string& file) {
  const std::string folder = fs::path(file).parent_path().string();
  return folder.empty() ? "." : folder;
}

bool exists(const std::string& file) {
  return with_reason(file, [&] { return fs::exists(fs::symlink_status(file)); });
}

Index file_size(const std::string& file) {
  return with_reason(file, [&] { return static_cast<Index>(fs::file_size(file)); });
}

std::string modified(const std::string& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) failed(file, "cannot be looked at");
  return utc(status.st_mtime);
}

std::string utc(std::time_t time) {
  std::tm parts{};
  std::array<char, 32> digits{};
  gmtime_r(&time, &parts);
  return {digits.data(), std::strftime(digits.data(), digits.size(), "%FT%TZ", &parts)};
}

std::string unused_name(const std::string& stem) {
  std::random_device random;
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789";
  while (true) {
    std::string name = stem;
    for (int i = 0; i < 8; ++i) name += letters[random() % letters.size()];
    if (!exists(name)) return name;
  }
}

void create_file(const std::string& file) { Descriptor(file, O_WRONLY | O_CREAT | O_EXCL).close(); }

void copy_file(const std::string& from, const std::string& to) {
  with_reason(to, [&] { fs::copy_file(from, to); });
}

void reserve(const std::string& file) {
  Descriptor fd(file, O_RDWR);
  struct stat status {};
  fd.check(fstat(fd, &status) == 0, "cannot be looked at");
  // Not posix_fallocate: where the file system cannot reserve, that would write every block.
  const bool reserved = status.st_size == 0 ||
                        uninterrupted([&] { return fallocate(fd, 0, 0, status.st_size); }) == 0 ||
                        errno == EOPNOTSUPP || errno == ENOSYS;
  if (!reserved) fail(ErrorKind::io, file, ": no room for ", status.st_size, " bytes: ", std::strerror(errno));
  fd.close();
}

void sync(const std::string& file_or_folder) {
  Descriptor fd(file_or_folder, O_RDONLY);
  fd.check(uninterrupted([&] { return fsync(fd); }) == 0, "cannot be synced to disk");
  fd.close();
}

RawFile::RawFile(const std::string& file, Mode mode)
    : file_(file),
      fd_(uninterrupted([&] { return open(file.c_str(), (mode == Mode::read ? O_RDONLY : O_RDWR) | O_CLOEXEC); })) {
  if (fd_ < 0) failed(file_, "cannot be opened");
}

RawFile::~RawFile() { ::close(fd_); }  // what could not be written is an error of sync()

void RawFile::read(Index at, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = pread(fd_, bytes.data(), bytes.size(), at);
    if (n < 0 && errno != EINTR) failed(file_, "cannot be read");
    if (n == 0) fail(ErrorKind::data, file_, " ends after ", at, " bytes");
    if (n < 0) continue;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    at += n;
  }
}

void RawFile::write(Index at, std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t n = pwrite(fd_, bytes.data(), bytes.size(), at);
    if (n < 0 && errno != EINTR) failed(file_, "cannot be written");
    if (n <= 0) continue;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    at += n;
  }
}

void RawFile::begin_sync(Index at, Index bytes) const { sync_file_range(fd_, at, bytes, SYNC_FILE_RANGE_WRITE); }

void RawFile::sync() const {
  if (uninterrupted([&] { return fsync(fd_); }) != 0) failed(file_, "cannot be synced to disk");
}

void write_text(const std::string& file, std::string_view content) {
  Descriptor fd(file, O_WRONLY | O_CREAT | O_EXCL);
  while (!content.empty()) {
    const ssize_t n = write(fd, content.data(), content.size());
    fd.check(n >= 0 || errno == EINTR, "cannot be written");
    if (n > 0) content.remove_prefix(static_cast<std::size_t>(n));
  }
  fd.check(uninterrupted([&] { return fsync(fd); }) == 0, "cannot be synced to disk");
  fd.close();
}

std::string text_of(const std::string& file) {
  Descriptor fd(file, O_RDONLY);
  std::string content(static_cast<std::size_t>(file_size(file)), '\0');
  std::size_t at = 0;
  while (at < content.size()) {
    const ssize_t n = read(fd, content.data() + at, content.size() - at);
    fd.check(n >= 0 || errno == EINTR, "cannot be read");
    if (n == 0) break;
    if (n > 0) at += static_cast<std::size_t>(n);
  }
  content.resize(at);
  return content;
}

void rename(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) failed(to, "cannot be put in place");
}

void publish(const std::string& from, const std::string& to) {
  rename(from, to);
  sync(folder_of(to));
}

void remove_all(const std::string& path) {
  with_reason(path, [&] { fs::remove_all(path); });
}

void discard(const std::string& path) noexcept {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

void make_folder(const std::string& folder) {
  if (mkdir(folder.c_str(), 0777) != 0) failed(folder, "cannot be created");
}

void create_folder(const std::string& folder) {
  with_reason(folder, [&] {
    std::vector<std::string> made;
    for (fs::path path = folder; !path.empty() && !fs::exists(path); path = path.parent_path()) made.push_back(path);
    fs::create_directories(folder);
    for (const std::string& path : made) sync(folder_of(path));
  });
}

std::vector<std::string> names_in(const std::string& folder) {
  return with_reason(folder, [&] {
    std::vector<std::string> names;
    if (!fs::exists(folder)) return names;
    for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
  });
}

}  // namespace spgrad::io
