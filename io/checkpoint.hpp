// checkpoint.hpp: the folder of checkpoints. Internal; for one process where nothing else is said. Throws Error of kind
// io.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "io/manifest.hpp"

namespace spgrad::io {

inline constexpr const char* kData = "/data.h5";
inline constexpr const char* kManifest = "/manifest.json";

std::string step_name(Index step);                      ///< step-00000120
std::optional<Index> step_of(const std::string& name);  ///< the inverse; nothing for other names

/// The names of the checkpoints: the one that `latest` names, then the others by falling step.
std::vector<std::string> checkpoints_in(const std::string& directory);

/// Collective. The value of an open checkpoint that `saved` describes. Throws Error of kind data if it is another one.
Value load_value(File& file, const std::vector<Content>& contents, const SavedValue& saved);

/// A new empty folder, in a directory that is there, for a checkpoint that is being made.
std::string begin_checkpoint(const std::string& directory);
/// Gives the finished folder its name, in place of one of that step that is there, then changes `latest`.
void publish_checkpoint(const std::string& folder, const std::string& directory, Index step);
/// Removes all but the newest `keep` checkpoints that look whole; never `latest`.
void remove_old_checkpoints(const std::string& directory, int keep);
/// Removes what a crash has left, and puts back what it has left half replaced.
void clean_up(const std::string& directory);

}  // namespace spgrad::io
