#include "watch.hpp"

#include "spgrad/io.hpp"

namespace spgrad::app {

Watch::Watch(Session& session, const WatchOptions& options)
    : session_(session),
      options_(options),
      machine_(options.machine.empty() ? Machine{} : read_machine(options.machine)) {
  if (!options.graph.empty()) io::prepare_picture(session.world(), options.graph);
  if (!options.trace.empty()) trace_.emplace(session.world(), options.trace, options.trace_limit);
  if (options.profile) profile_.emplace(session.world(), machine_);
}

void Watch::observe(Function& function) {
  if (trace_) function.observe(*trace_);
  if (profile_) function.observe(*profile_);
}

void Watch::step(Index number) {
  if (trace_) trace_->mark(text("step ", number));
}

void Watch::finish(const Function& function, const std::vector<OutputName>& names) {
  if (!options_.graph.empty()) {
    io::write_picture(session_.world(), options_.graph, function.draw(names));
    session_.print("picture in ", options_.graph);
  }
  if (trace_) {
    trace_->write();
    session_.print("trace in ", options_.trace,
                   trace_->lost() == 0
                       ? std::string()
                       : text(": its beginning; ", trace_->lost(), " activities of each rank came after --trace-limit ",
                              options_.trace_limit));
  }
  if (profile_) session_.print(profile_->report());
}

}  // namespace spgrad::app
