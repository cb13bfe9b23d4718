// verify.cpp: `spgrad checkpoints` and `spgrad verify`.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "spgrad/io.hpp"

namespace spgrad::app {
namespace {

std::string about(const io::CheckpointEntry& e, const char* name) {
  const auto found = std::ranges::find(e.about, name, &io::Facts::value_type::first);
  return found == e.about.end() ? "" : found->second;
}

nlohmann::ordered_json json_of(const io::CheckpointEntry& e) {
  nlohmann::ordered_json json{{"name", e.name},     {"step", e.step},     {"bytes", e.bytes},
                              {"values", e.values}, {"latest", e.latest}, {"whole", e.complaint.empty()}};
  for (const auto& [name, value] : e.about) json["about"][name] = value;
  if (!e.complaint.empty()) json["complaint"] = e.complaint;
  return json;
}

}  // namespace

int checkpoints(Session& session, const CheckpointsOptions& options) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  const std::vector<io::CheckpointEntry> all = io::list_checkpoints(options.directory);
  if (all.empty()) fail(ErrorKind::io, options.directory, ": there is no checkpoint in it");
  for (const io::CheckpointEntry& e : all) {
    if (options.json) {
      json.push_back(json_of(e));
      continue;
    }
    const std::string time = about(e, "time"), ranks = about(e, "ranks");
    session.print(e.name, "  ", time.empty() ? "no time" : time, "  ", e.bytes, " bytes  ", e.values, " values  ",
                  ranks.empty() ? "?" : ranks, ranks == "1" ? " rank  " : " ranks  ",
                  e.complaint.empty() ? "whole" : e.complaint, e.latest ? "  (latest)" : "");
  }
  if (options.json) session.print(json.dump());
  return 0;
}

int verify(Session& session, const VerifyOptions& options) {
  const std::vector<io::Verdict> verdicts = io::verify(session.world(), options.path);
  std::ptrdiff_t damaged = 0;
  for (const io::Verdict& v : verdicts) {
    if (v.complaints.empty()) session.print(v.path, ": whole");
    for (const std::string& complaint : v.complaints) session.print(complaint);
    damaged += v.complaints.empty() ? 0 : 1;
  }
  require(damaged == 0, options.path, ": ", damaged, " of ", verdicts.size(), damaged == 1 ? " is" : " are",
          " damaged, as said above");
  return 0;
}

}  // namespace spgrad::app
