// text_file.cpp: TextFile of text.hpp. zlib's own gzread takes whatever stands behind a member for its padding: of a
// file whose second member is damaged it would read the first, and say nothing.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "io/inspect.hpp"
#include "io/text.hpp"

namespace spgrad::io {
namespace {

constexpr std::size_t kPacked = 1 << 18;  // bytes read at once
constexpr int kGzip = MAX_WBITS + 16;     // inflateInit2: a gzip header and nothing else

int open_regular(const std::string& name) {
  const auto cannot = [&] { fail(ErrorKind::io, name, " cannot be opened: ", std::strerror(errno)); };
  struct stat status {};
  if (stat(name.c_str(), &status) != 0) cannot();
  if (!S_ISREG(status.st_mode)) fail(ErrorKind::io, name, " is not a regular file");
  const int fd = open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) cannot();
  return fd;
}

std::size_t read_at(int fd, const std::string& name, void* into, std::size_t bytes, Index offset) {
  for (;;) {
    const ssize_t n = pread(fd, into, bytes, offset);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) fail(ErrorKind::io, name, " cannot be read: ", std::strerror(errno));
  }
}

}  // namespace

TextFile::TextFile(std::string name, Index expansion) : name_(std::move(name)), fd_(open_regular(name_)) {
  try {
    bytes_ = stamp_of(name_).bytes;
    most_memory_ = io::most_memory(bytes_, expansion);
    std::array<unsigned char, 2> magic{};
    gzip_ = read_at(fd_, name_, magic.data(), 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
    if (!gzip_) return;
    packed_.resize(kPacked);
    if (inflateInit2(&stream_, kGzip) != Z_OK) fail(ErrorKind::other, name_, ": zlib does not start");
  } catch (...) {
    close(fd_);
    throw;
  }
}

TextFile::~TextFile() {
  if (gzip_) inflateEnd(&stream_);
  close(fd_);
}

void TextFile::check_memory(Index bytes, std::string_view what) const {
  if (bytes > most_memory_)
    fail(ErrorKind::data, name_, ": ", what, " would take more than the ", most_memory_, " bytes that a file of ",
         bytes_, " bytes may take unless more is allowed (--expansion)");
}

Index TextFile::size() {
  if (!gzip_) return bytes_;
  seek(0);
  std::vector<char> block(kPacked);
  while (read(block.data(), block.size()) > 0) check_memory(at_, "the decompressed text");
  return at_;
}

void TextFile::seek(Index offset) {
  if (!gzip_) {
    at_ = offset;
    return;
  }
  if (offset < at_ || at_ == 0) restart();
  std::vector<char> block(kPacked);
  while (at_ < offset)
    if (read(block.data(), static_cast<std::size_t>(std::min<Index>(offset - at_, kPacked))) == 0) break;
}

std::size_t TextFile::read(char* into, std::size_t bytes) {
  std::size_t have = 0;
  while (have < bytes) {
    const std::size_t n =
        gzip_ ? inflate(into + have, bytes - have) : read_at(fd_, name_, into + have, bytes - have, at_);
    if (n == 0) break;
    have += n;
    at_ += static_cast<Index>(n);
  }
  return have;
}

void TextFile::restart() {
  at_ = packed_end_ = 0;
  stream_.avail_in = 0;
  begin_member();
}

void TextFile::begin_member() {
  if (inflateReset(&stream_) != Z_OK) fail(ErrorKind::other, name_, ": zlib does not start again");
  in_member_ = false;  // until its first byte is there
}

bool TextFile::refill() {
  const std::size_t n = read_at(fd_, name_, packed_.data(), packed_.size(), packed_end_);
  stream_.next_in = packed_.data();
  stream_.avail_in = static_cast<unsigned>(n);
  packed_end_ += static_cast<Index>(n);
  return n > 0;
}

std::size_t TextFile::inflate(char* into, std::size_t bytes) {
  stream_.next_out = reinterpret_cast<unsigned char*>(into);
  stream_.avail_out = static_cast<unsigned>(std::min<std::size_t>(bytes, INT32_MAX));
  const unsigned room = stream_.avail_out;
  while (stream_.avail_out == room) {
    if (stream_.avail_in == 0 && !refill()) {
      require(!in_member_, name_, " is a gzip file that is cut short");
      return 0;
    }
    in_member_ = true;
    const int result = ::inflate(&stream_, Z_NO_FLUSH);
    if (result == Z_STREAM_END)
      begin_member();
    else
      require(result == Z_OK, name_, " is a broken gzip file: ", stream_.msg ? stream_.msg : "it needs a dictionary",
              " at byte ", packed_end_ - stream_.avail_in);
  }
  return room - stream_.avail_out;
}

}  // namespace spgrad::io
