// folder.cpp: the folder of checkpoint.hpp. Every change is one rename, so that a crash falls before or behind it.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdio>
#include <cstring>

#include "io/checkpoint.hpp"
#include "io/disk.hpp"

namespace spgrad::io {
namespace {

constexpr std::string_view kStep = "step-", kTemporary = ".tmp-", kOld = ".old-";

/// What `latest` points to; empty if it is not there.
std::string latest_in(const std::string& directory) {
  std::string target(PATH_MAX, '\0');
  const ssize_t n = readlink((directory + "/latest").c_str(), target.data(), target.size());
  target.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return target;
}

void set_latest(const std::string& directory, const std::string& name) {
  const std::string link = unused_name(directory + "/" + std::string(kTemporary));
  if (symlink(name.c_str(), link.c_str()) != 0)
    fail(ErrorKind::io, link, ": cannot be created: ", std::strerror(errno));
  rename(link, directory + "/latest");
}

/// A folder cannot be renamed over another one. Where the file system can exchange two names there is always one; else
/// the old one stands aside for a moment, where clean_up finds it. Returns where the old one is.
std::string replace(const std::string& folder, const std::string& directory, const std::string& name) {
  const std::string target = directory + "/" + name, aside = directory + "/" + std::string(kOld) + name;
  if (renameat2(AT_FDCWD, folder.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) return folder;
  rename(target, aside);
  rename(folder, target);
  return aside;
}

CheckpointEntry entry_of(const std::string& directory, const std::string& name) {
  CheckpointEntry entry{.name = name, .step = *step_of(name)};
  try {
    const std::string data = directory + "/" + name + kData, manifest = directory + "/" + name + kManifest;
    const Manifest m = parse_manifest(text_of(manifest), manifest);
    entry.bytes = m.bytes;
    entry.values = m.values.size();
    entry.about = m.about;
    const Index size = file_size(data);
    require(size == m.bytes, data, " has ", size, " bytes, but the manifest says ", m.bytes);
  } catch (const Error& e) {
    entry.complaint = e.what();
  }
  return entry;
}

}  // namespace

std::string step_name(Index step) {
  std::string digits = std::to_string(step);
  digits.insert(0, digits.size() < 8 ? 8 - digits.size() : 0, '0');
  return std::string(kStep) + digits;
}

std::optional<Index> step_of(const std::string& name) {
  if (!name.starts_with(kStep)) return {};
  Index step = 0;
  std::from_chars(name.data() + kStep.size(), name.data() + name.size(), step);
  return name == step_name(step) ? std::optional(step) : std::nullopt;
}

std::vector<std::string> checkpoints_in(const std::string& directory) {
  std::vector<std::string> names = names_in(directory);
  std::erase_if(names, [](const std::string& name) { return !step_of(name); });
  std::ranges::sort(names, std::greater(), [](const std::string& name) { return *step_of(name); });
  const auto latest = std::ranges::find(names, latest_in(directory));
  if (latest != names.end()) std::rotate(names.begin(), latest, latest + 1);
  return names;
}

std::vector<CheckpointEntry> list_checkpoints(const std::string& directory) {
  std::vector<CheckpointEntry> all;
  const std::string latest = latest_in(directory);
  for (const std::string& name : checkpoints_in(directory)) {
    all.push_back(entry_of(directory, name));
    all.back().latest = name == latest;
  }
  return all;
}

std::string begin_checkpoint(const std::string& directory) {
  std::string folder = unused_name(directory + "/" + std::string(kTemporary));
  make_folder(folder);
  create_file(folder + kData);
  return folder;
}

void publish_checkpoint(const std::string& folder, const std::string& directory, Index step) {
  const std::string name = step_name(step), target = directory + "/" + name;
  std::string old;
  sync(folder);
  if (exists(target))
    old = replace(folder, directory, name);
  else
    rename(folder, target);
  set_latest(directory, name);
  sync(directory);  // of both names: loading finds the one before where the power fails between them
  if (!old.empty()) remove_all(old);
}

void remove_old_checkpoints(const std::string& directory, int keep) {
  for (const std::string& name : checkpoints_in(directory)) {
    const std::string folder = directory + "/" + name;
    if (keep > 0 && entry_of(directory, name).complaint.empty()) {
      --keep;
      continue;
    }
    const std::string doomed = unused_name(directory + "/" + std::string(kTemporary));
    rename(folder, doomed);  // half removed it would look like a damaged one
    remove_all(doomed);
  }
}

void clean_up(const std::string& directory) {
  for (const std::string& name : names_in(directory)) {
    const std::string path = directory + "/" + name;
    if (name.starts_with(kTemporary)) remove_all(path);
    if (!name.starts_with(kOld)) continue;
    const std::string target = directory + "/" + name.substr(kOld.size());
    if (exists(target))
      remove_all(path);
    else
      publish(path, target);
  }
}

}  // namespace spgrad::io
