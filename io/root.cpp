#include "io/root.hpp"

#include <cstring>
#include <exception>

namespace spgrad::io {
namespace {

struct Header {
  ErrorKind kind = ErrorKind::other;
  bool failed = false;
  std::size_t length = 0;
};

std::string with_header(Header header, const std::string& content) {
  header.length = content.size();
  std::string bytes(sizeof header, '\0');
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes + content;
}

}  // namespace

std::string packed(const std::function<std::string()>& work) {
  try {
    return with_header({}, work());
  } catch (const Error& e) {
    return with_header({.kind = e.kind(), .failed = true}, e.what());
  } catch (const std::exception& e) {
    return with_header({.failed = true}, e.what());
  }
}

bool is_complete(const std::string& bytes) {
  Header header;
  if (bytes.size() < sizeof header) return false;
  std::memcpy(&header, bytes.data(), sizeof header);
  return bytes.size() - sizeof header == header.length;
}

std::string unpacked(const std::string& bytes) {
  Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  std::string content = bytes.substr(sizeof header);
  if (header.failed) throw Error(content, header.kind);
  return content;
}

std::string on_root(World& world, const std::function<std::string()>& work) {
  const std::string mine = world.rank() == 0 ? packed(work) : std::string();
  const auto bytes = world.gather_all(std::span<const char>(mine));
  return unpacked(std::string(bytes.begin(), bytes.end()));
}

void do_on_root(World& world, const std::function<void()>& work) {
  on_root(world, [&] {
    work();
    return std::string();
  });
}

}  // namespace spgrad::io
