#include "checkpoints.hpp"

#include <cstdio>

#include "resume.hpp"

namespace spgrad::app {

Checkpoints::Checkpoints(Session& session, const CheckpointOptions& options, bool loop)
    : session_(session), options_(options) {
  if (loop) stop_.emplace(Stop::Limits{.seconds = options.time_limit});
}

std::optional<io::Snapshot> Checkpoints::start(io::Facts facts) {
  facts_ = std::move(facts);
  if (wanted()) lock_ = io::prepare_checkpoints(session_.world(), options_.directory);
  if (options_.resume.empty()) return {};
  auto found = checkpoint_to_resume(session_, options_.resume, options_.directory, facts_);
  if (found && options_.resume == "auto") saved_ = found->step;
  return found;
}

bool Checkpoints::stops() {
  if (stop_) why_ = stop_->due(session_.world());
  return why_.has_value();
}

bool Checkpoints::due(Index step) const { return wanted() && step > 0 && step % options_.every == 0; }

void Checkpoints::save(Index step, std::vector<std::pair<std::string, Value>> values) {
  if (!wanted() || step == saved_) return;
  io::save_checkpoint(session_.world(), options_.directory, {step, facts_, std::move(values)}, options_.keep);
  saved_ = step;
}

void Checkpoints::leave_if_stopped(Index step) const {
  if (!why_) return;
  if (wanted())
    fail(ErrorKind::requeue, "stopped after step ", step, ": ", *why_, "; checkpoint in ", options_.directory,
         ", continue with --resume auto");
  fail(ErrorKind::requeue, "stopped after step ", step, ": ", *why_,
       "; nothing was saved, because there is no --checkpoint DIR");
}

double parse_time_limit(const std::string& text) {
  unsigned hours = 0, minutes = 0, seconds = 0;
  int end = 0;
  const auto whole = [&] { return static_cast<std::size_t>(end) == text.size(); };
  const bool digits = text.find_first_not_of("0123456789:") == std::string::npos;
  if (digits && std::sscanf(text.c_str(), "%9u%n", &seconds, &end) == 1 && whole()) return seconds;
  if (digits && std::sscanf(text.c_str(), "%6u:%2u:%2u%n", &hours, &minutes, &seconds, &end) == 3 && whole() &&
      minutes < 60 && seconds < 60)
    return 3600.0 * hours + 60.0 * minutes + seconds;
  fail(ErrorKind::usage, "--time-limit '", text, "' is neither a number of seconds nor H:MM:SS");
}

}  // namespace spgrad::app
