// error.hpp: the one error class, and require(), by which every complaint is made.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace spgrad {

/// What kind of failure it is; the value is the exit code of a program that ends with it (sysexits.h).
enum class ErrorKind : int {
  other = 1,
  usage = 2,     ///< a wrong option or argument
  data = 65,     ///< broken or foreign content, shapes, labels, a checkpoint of another model
  io = 74,       ///< missing, unreadable, unwritable, full
  requeue = 75,  ///< checkpointed and to be started again
};

/// Every error of spgrad. what() is one sentence, perhaps followed by indented lines with the operands' types.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& what, ErrorKind kind = ErrorKind::data) : std::runtime_error(what), kind_(kind) {}
  ErrorKind kind() const { return kind_; }
  int exit_code() const { return static_cast<int>(kind_); }

 private:
  ErrorKind kind_;
};

/// The parts, streamed one after the other.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

template <class... Parts>
[[noreturn]] void fail(ErrorKind kind, const Parts&... parts) {
  throw Error(text(parts...), kind);
}

/// Throws an Error of the parts unless `ok`: require(k == m, "A has ", k, " columns but B has ", m, " rows").
template <class... Parts>
void require(bool ok, const Parts&... parts) {
  if (!ok) [[unlikely]]
    throw Error(text(parts...));
}

}  // namespace spgrad
