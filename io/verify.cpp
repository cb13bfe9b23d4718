// verify.cpp: all that can be checked about what lies on disk.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "io/checkpoint.hpp"
#include "io/disk.hpp"
#include "io/inspector.hpp"
#include "io/objects.hpp"
#include "io/root.hpp"

namespace spgrad::io {
namespace {

using Complaints = std::vector<std::string>;

/// What `check` throws becomes a complaint; false then.
template <class Check>
bool passes(Complaints& complaints, Check&& check) try {
  check();
  return true;
} catch (const Error& e) {
  complaints.push_back(e.what());
  return false;
}

/// The datasets of a file that overlap a range of its bytes, as text: "/W, elements 100 to 200". A damaged file may
/// make HDF5 crash, and does so in a child.
std::string datasets_between(const std::string& file, Index begin, Index end) try {
  return in_child(file, [&] {
    const Hdf5 library;
    const Handle open(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    std::string found;
    const auto look = [&](const std::string& path) {
      const Handle dataset(H5Dopen2(open, path.c_str(), H5P_DEFAULT), H5Dclose);
      const Handle type(H5Dget_type(dataset), H5Tclose);
      const haddr_t offset = H5Dget_offset(dataset);
      if (offset == HADDR_UNDEF) return;
      const Index from = static_cast<Index>(offset), size = static_cast<Index>(H5Dget_storage_size(dataset));
      const Index first = std::max(begin, from), last = std::min(end, from + size);
      const Index element = static_cast<Index>(H5Tget_size(type));
      if (first < last)
        found += text(found.empty() ? "" : "; ", path, ", elements ", (first - from) / element, " to ",
                      (last - from + element - 1) / element);
    };
    for (const Content& c : contents_of(file, "", 0))
      if (c.entry.format == Format::dense)
        look(c.entry.path);
      else
        for (const char* part : {"/data", "/indices", "/indptr"}) look(c.entry.path + part);
    return found;
  });
} catch (const Error&) {
  return "";
}

/// Collective. Compares the blocks that are there with those of the manifest.
void check_blocks(World& world, const std::string& file, const Manifest& m, Complaints& complaints) {
  const Index size = std::stoll(on_root(world, [&] { return std::to_string(file_size(file)); }));
  if (size != m.bytes) complaints.push_back(text(file, " has ", size, " bytes, but the manifest says ", m.bytes));
  // The last block is a shorter one.
  const Index bytes = size >= m.bytes ? m.bytes : size / kBlockBytes * kBlockBytes;
  const std::vector<std::uint64_t> there = hash_blocks(world, file, bytes);
  const std::size_t blocks = std::min(there.size(), m.blocks.size());
  const auto damaged = [&](std::size_t b) { return b < blocks && there[b] != m.blocks[b]; };
  for (std::size_t b = 0; b < blocks; ++b) {
    if (!damaged(b)) continue;
    const Index begin = static_cast<Index>(b) * kBlockBytes;
    while (damaged(b + 1)) ++b;
    const Index end = std::min(static_cast<Index>(b + 1) * kBlockBytes, m.bytes);
    const std::string where = on_root(world, [&] { return datasets_between(file, begin, end); });
    complaints.push_back(text(file, ": bytes ", begin, " to ", end, " do not have the checksums of the manifest",
                              where.empty() ? "" : " (", where, where.empty() ? "" : ")"));
  }
}

Complaints verify_checkpoint(World& world, const std::string& folder) {
  Complaints complaints;
  Manifest m;
  std::vector<Content> contents;
  const std::string data = folder + kData, manifest = folder + kManifest;
  const auto read_manifest = [&] { m = parse_manifest(on_root(world, [&] { return text_of(manifest); }), manifest); };
  if (!passes(complaints, read_manifest)) return complaints;
  const auto named = step_of(std::filesystem::path(folder).filename().string());
  if (named && *named != m.step)
    complaints.push_back(text(folder, " has the name of step ", *named, ", but holds step ", m.step, ": rename it"));
  const std::size_t before = complaints.size();
  passes(complaints, [&] { check_blocks(world, data, m, complaints); });
  if (complaints.size() > before) return complaints;  // HDF5 gets to see nothing that is damaged
  passes(complaints, [&] {
    contents = inspect_together(world, data, "");
    File file(world, data);
    for (const SavedValue& saved : m.values) passes(complaints, [&] { load_value(file, contents, saved); });
  });
  return complaints;
}

Complaints verify_file(World& world, const std::string& name) {
  Complaints complaints;
  std::vector<Content> contents;
  if (!passes(complaints, [&] { contents = inspect_together(world, name, "", ReadOptions().caution.expansion); }))
    return complaints;
  File file(world, name);
  for (const Content& content : contents) passes(complaints, [&] { load(file, content, {}); });
  return complaints;
}

/// A file, or folders of checkpoints with a slash behind; one a line.
std::string to_check(const std::string& path) {
  if (!exists(path)) fail(ErrorKind::io, path, " is not there");
  if (!std::filesystem::is_directory(path)) return path + '\n';
  if (exists(path + kManifest)) return path + "/\n";
  std::string folders;
  for (const std::string& name : checkpoints_in(path)) folders += path + '/' + name + "/\n";
  if (folders.empty()) fail(ErrorKind::io, path, ": there is no checkpoint in it");
  return folders;
}

}  // namespace

std::vector<Verdict> verify(World& world, const std::string& path) {
  std::vector<Verdict> verdicts;
  std::istringstream paths(on_root(world, [&] { return to_check(path); }));
  for (std::string one; std::getline(paths, one);) {
    const bool folder = one.back() == '/';
    if (folder) one.pop_back();
    verdicts.push_back({one, folder ? verify_checkpoint(world, one) : verify_file(world, one)});
  }
  return verdicts;
}

}  // namespace spgrad::io
