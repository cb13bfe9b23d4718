#include <csignal>

#include "commands.hpp"

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file above the limit of its size is an Error of who writes it
  spgrad::Session session(argc, argv);
  return session.run([&] { return spgrad::app::run_command_line(session, argc, argv); });
}
