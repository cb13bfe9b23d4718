#include "commands.hpp"

int main(int argc, char** argv) {
  spgrad::Session session(argc, argv);
  return session.run([&] { return spgrad::app::run_command_line(session, argc, argv); });
}
