#include "checkpoints.hpp"

#include <cstdio>

#include "resume.hpp"

namespace spgrad::app {

Checkpoints::Checkpoints(Session& session, const CheckpointOptions& options, bool loop)
    : session_(session), options_(options) {
  if (loop) stop_.emplace(Stop::Limits{.seconds = options.time_limit});
}

std::optional<io::Snapshot> Checkpoints::start(io::Facts facts, std::vector<ReadValue> read) {
  if (!wanted() && options_.resume.empty()) return {};
  facts_ = std::move(facts);
  for (const ReadValue& r : read)
    inputs_.push_back(io::input_of(session_.world(), r.name, r.value, r.from.file, r.from.group));
  if (options_.with_inputs) by_value_ = std::move(read);
  if (wanted()) lock_ = io::prepare_checkpoints(session_.world(), options_.directory);
  if (options_.resume.empty()) return {};
  auto found = checkpoint_to_resume(session_, options_.resume, options_.directory, facts_, inputs_);
  if (found && options_.resume == "auto") saved_ = found->step;
  return found;
}

bool Checkpoints::stops() {
  if (saving_ && saving_->done()) finish();
  if (stop_) why_ = stop_->due(session_.world());
  return why_.has_value();
}

bool Checkpoints::due(Index step) const { return wanted() && step > 0 && step % options_.every == 0; }

template <class Work>
void Checkpoints::timed(Work&& work) {
  const auto began = Clock::now();
  work();
  save_seconds_ += std::chrono::duration<double>(Clock::now() - began).count();
}

void Checkpoints::save(Index step, std::vector<std::pair<std::string, Value>> values) {
  if (!wanted() || step == saved_) return;
  finish();
  timed([&] {
    began_ = Clock::now();
    for (const ReadValue& r : by_value_) values.emplace_back("/inputs/" + r.name, r.value);
    io::Facts about = Session::libraries();
    about.insert(about.begin(), {{"command", options_.command}, {"spgrad", SPGRAD_VERSION}});
    saving_ = std::make_unique<io::Saving>(session_.world(), options_.directory,
                                           io::Snapshot{step, facts_, std::move(values), inputs_, std::move(about)},
                                           options_.keep, options_.async);
  });
  saved_ = step;
  if (!options_.async) finish();
}

void Checkpoints::finish() {
  if (!saving_) return;
  timed([&] { saving_->finish(); });
  saving_.reset();
  ++saves_;
  if (stop_) stop_->reserve(Clock::now() - began_);
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
