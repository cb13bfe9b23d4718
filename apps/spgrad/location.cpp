#include "commands.hpp"

namespace spgrad::app {

Location parse_location(const std::string& argument) {
  const auto at = argument.rfind(":/");
  if (at == std::string::npos) return {argument, "", {}};
  if (at == 0) fail(ErrorKind::usage, "'", argument, "' names no file: FILE[:/GROUP] is expected");
  return {argument.substr(0, at), argument.substr(at + 1), {}};
}

}  // namespace spgrad::app
