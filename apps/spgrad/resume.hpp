// resume.hpp: the checkpoint from which a run goes on.
#pragma once

#include <optional>

#include "spgrad/io.hpp"
#include "spgrad/session.hpp"

namespace spgrad::app {

/// Collective. The newest whole checkpoint of the folder that --resume names ("auto": that of --checkpoint, and
/// nothing if it has none). Damaged ones that are passed over are reported on standard error. Throws Error: of kind
/// data that lists the differences if it is of another model or saw other inputs, of kind io if a folder that was named
/// has none, of kind usage for "auto" without a folder.
std::optional<io::Snapshot> checkpoint_to_resume(const Session& session, const std::string& resume,
                                                 const std::string& checkpoint, const io::Facts& facts,
                                                 const std::vector<io::Input>& inputs);

/// The value of that path; throws Error of kind data if the checkpoint lacks it.
const Value& value_of(const io::Snapshot& snapshot, const std::string& path);
/// The same; null if it lacks it.
const Value* find_value(const io::Snapshot& snapshot, const std::string& path);

}  // namespace spgrad::app
