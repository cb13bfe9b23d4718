#include "resume.hpp"

#include <algorithm>
#include <iostream>

namespace spgrad::app {
namespace {

// Both ways: what this run has and what only the checkpoint has.
std::string differences(const io::Facts& saved, const io::Facts& wanted) {
  const auto of = [](const io::Facts& facts, const std::string& name) {
    const auto found = std::ranges::find(facts, name, &io::Facts::value_type::first);
    return found == facts.end() ? std::string("nothing") : found->second;
  };
  std::string list;
  for (const auto& [name, value] : wanted)
    if (const std::string theirs = of(saved, name); theirs != value)
      list += text("\n    ", name, ": the checkpoint has ", theirs, ", this run ", value);
  for (const auto& [name, value] : saved)
    if (of(wanted, name) == "nothing")
      list += text("\n    ", name, ": the checkpoint has ", value, ", this run nothing");
  return list;
}

}  // namespace

std::optional<io::Snapshot> checkpoint_to_resume(const Session& session, const std::string& resume,
                                                 const std::string& checkpoint, const io::Facts& facts) {
  const bool automatic = resume == "auto";
  if (automatic && checkpoint.empty()) fail(ErrorKind::usage, "--resume auto needs --checkpoint DIR");
  const std::string& directory = automatic ? checkpoint : resume;
  const auto note = [&](const std::string& line) {
    if (session.rank() == 0) std::cerr << line << '\n';
  };
  auto snapshot = io::load_checkpoint(session.world(), directory, note);
  if (!snapshot && !automatic) fail(ErrorKind::io, "--resume ", directory, ": there is no whole checkpoint in it");
  if (!snapshot) return {};
  const std::string differ = differences(snapshot->facts, facts);
  require(differ.empty(), directory, ": the checkpoint of step ", snapshot->step, " is of another model:", differ);
  session.print("resumed from step ", snapshot->step, " of ", directory);
  return snapshot;
}

const Value* find_value(const io::Snapshot& snapshot, const std::string& path) {
  const auto found = std::ranges::find(snapshot.values, path, &std::pair<std::string, Value>::first);
  return found == snapshot.values.end() ? nullptr : &found->second;
}

const Value& value_of(const io::Snapshot& snapshot, const std::string& path) {
  const Value* const value = find_value(snapshot, path);
  require(value != nullptr, "the checkpoint of step ", snapshot.step, " lacks ", path);
  return *value;
}

}  // namespace spgrad::app
