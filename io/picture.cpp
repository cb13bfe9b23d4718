// picture.cpp: graphs in the language of Graphviz, drawn by its program `dot`.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <sstream>

#include "spgrad/io.hpp"
#include "src/comm/world.hpp"

extern char** environ;

namespace spgrad::io {
namespace {

namespace fs = std::filesystem;

// What dot is to make; empty: the text itself.
std::string format_of(const std::string& file) {
  const std::string extension = fs::path(file).extension();
  for (const char* known : {".svg", ".png", ".pdf"})
    if (extension == known) return extension.substr(1);
  if (extension != ".dot" && extension != ".gv")
    fail(ErrorKind::usage, file, " is no picture that can be made: its name must end in .svg, .png, .pdf or .dot");
  return "";
}

bool have_dot() {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (access((folder + "/dot").c_str(), X_OK) == 0) return true;
  return false;
}

[[noreturn]] void complain(const std::string& file) {
  fail(ErrorKind::io, file, " cannot be written: ", std::strerror(errno));
}

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

void put(const File& out, const std::string& text, const std::string& file) {
  if (out == nullptr || std::fwrite(text.data(), 1, text.size(), out.get()) != text.size() ||
      std::fflush(out.get()) != 0)
    complain(file);
}

// A file in place of a pipe: a dot that ends early kills nobody, and one that is slow holds nobody up.
void run_dot(const std::string& format, const std::string& dot, const std::string& file) {
  const File in(std::tmpfile(), std::fclose), out(std::fopen(file.c_str(), "wb"), std::fclose);
  if (out == nullptr) complain(file);
  put(in, dot, "the text of " + file);
  std::rewind(in.get());

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fileno(in.get()), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, fileno(out.get()), STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string program = "dot", type = "-T" + format, resolution = "-Gdpi=144";
  std::array<char*, 4> arguments{program.data(), type.data(), format == "png" ? resolution.data() : nullptr, nullptr};
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, "dot", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail(ErrorKind::io, file, " cannot be drawn: dot does not start: ", std::strerror(error));
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0)
    fail(ErrorKind::io, file, " cannot be drawn: dot fails, with exit code ", WEXITSTATUS(status),
         "; a file that ends in .dot takes the text for it");
}

}  // namespace

void prepare_picture(World& world, const std::string& file) {
  const bool drawn = !format_of(file).empty();
  world.together([&] {
    if (world.rank() != 0) return;
    if (drawn && !have_dot())
      fail(ErrorKind::io, file,
           " needs the program dot of the package graphviz, which is not there: install it, or ask "
           "for a file that ends in .dot");
    const File out(std::fopen(file.c_str(), "ab"), std::fclose);
    if (out == nullptr) complain(file);
  });
}

void write_picture(World& world, const std::string& file, const std::string& dot) {
  const std::string format = format_of(file);
  world.together([&] {
    if (world.rank() != 0) return;
    if (!format.empty()) return run_dot(format, dot, file);
    const File out(std::fopen(file.c_str(), "wb"), std::fclose);
    put(out, dot, file);
  });
}

}  // namespace spgrad::io
