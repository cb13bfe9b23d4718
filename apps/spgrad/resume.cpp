#include "resume.hpp"

#include <algorithm>
#include <iostream>

namespace spgrad::app {
namespace {

// Both ways: what this run has and what only the checkpoint has.
std::string differing_facts(const io::Snapshot& snapshot, const io::Facts& wanted) {
  const auto of = [](const io::Facts& facts, const std::string& name) {
    const auto found = std::ranges::find(facts, name, &io::Facts::value_type::first);
    return found == facts.end() ? std::string("nothing") : found->second;
  };
  const io::Facts& saved = snapshot.facts;
  std::string list;
  for (const auto& [name, value] : wanted)
    if (const std::string theirs = of(saved, name); theirs != value)
      list += text("\n    ", name, ": the checkpoint has ", theirs, ", this run ", value);
  for (const auto& [name, value] : saved) {
    const bool file = name.starts_with("in ") && snapshot.about.empty();  // version 1 kept the names of files here
    if (of(wanted, name) == "nothing" && !file)
      list += text("\n    ", name, ": the checkpoint has ", value, ", this run nothing");
  }
  return list;
}

std::string described(const io::Input* input) {
  if (input == nullptr) return "nothing";
  return text(input->file, input->path.empty() ? "" : ":", input->path, " (", input->bytes, " bytes of ",
              input->modified, ", fingerprint ", std::hex, input->fingerprint, ")");
}

// A file may be elsewhere or written anew: what counts is the value. Version 1 has no inputs.
std::string differing_inputs(const io::Snapshot& snapshot, const std::vector<io::Input>& now) {
  if (snapshot.about.empty()) return "";
  const std::vector<io::Input>& saved = snapshot.inputs;
  const auto find = [](const std::vector<io::Input>& inputs, const std::string& name) {
    const auto found = std::ranges::find(inputs, name, &io::Input::name);
    return found == inputs.end() ? nullptr : &*found;
  };
  std::string list;
  const auto compare = [&](const std::string& name) {
    const io::Input *const theirs = find(saved, name), *const ours = find(now, name);
    if (theirs && ours && theirs->fingerprint == ours->fingerprint) return;
    list += text("\n    ", name, ": the checkpoint has ", described(theirs), ", this run ", described(ours));
  };
  for (const io::Input& input : now) compare(input.name);
  for (const io::Input& input : saved)
    if (!find(now, input.name)) compare(input.name);
  return list;
}

}  // namespace

std::optional<io::Snapshot> checkpoint_to_resume(const Session& session, const std::string& resume,
                                                 const std::string& checkpoint, const io::Facts& facts,
                                                 const std::vector<io::Input>& inputs) {
  const bool automatic = resume == "auto";
  if (automatic && checkpoint.empty()) fail(ErrorKind::usage, "--resume auto needs --checkpoint DIR");
  const std::string& directory = automatic ? checkpoint : resume;
  const auto note = [&](const std::string& line) {
    if (session.rank() == 0) std::cerr << line << '\n';
  };
  auto snapshot = io::load_checkpoint(session.world(), directory, note);
  if (!snapshot && !automatic) fail(ErrorKind::io, "--resume ", directory, ": there is no whole checkpoint in it");
  if (!snapshot) return {};
  const std::string model = differing_facts(*snapshot, facts), data = differing_inputs(*snapshot, inputs);
  require(model.empty() && data.empty(), directory, ": the checkpoint of step ", snapshot->step,
          model.empty() ? " was made with other data:" : " is of another model:", model, data);
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
