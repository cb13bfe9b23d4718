// run.cpp: `spgrad run`.
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "at_step.hpp"
#include "checkpoints.hpp"
#include "commands.hpp"
#include "model.hpp"
#include "place.hpp"
#include "progress.hpp"
#include "resume.hpp"
#include "show.hpp"
#include "watch.hpp"

namespace spgrad::app {
namespace {

using Clock = std::chrono::steady_clock;
using Named = std::vector<std::pair<std::string, Value>>;

class Job {
 public:
  Job(Session& session, const RunOptions& options)
      : session_(session),
        options_(options),
        checkpoints_(session, options.checkpoints, options.iterate > 1),
        watch_(session, options.watch),
        model_(make_model(session, options.statements, options.caution)),
        function_(compile(program(), session.world())) {
    watch_.observe(function_);
    bring_whole(session, model_, options.place);
  }

  void run() {
    start();
    const auto predicted = predict(session_, options_.explain, function_, bindings(), watch_.machine());
    const auto began = Clock::now();
    watch_.during([&] { iterate(); });
    seconds_ = std::chrono::duration<double>(Clock::now() - began).count();
    print(session_, options_.explain, function_, predicted);
    conclude();
  }

 private:
  Program program() const {
    Program p{model_.inputs, {}, model_.updates};
    for (const Result& r : model_.results) p.outputs.push_back(r.var);
    if (!options_.rewrites) p.rewrites = {};
    p.check_nan = options_.guard.check_nan;
    p.place = options_.place;
    p.overlap = options_.overlap;
    return p;
  }

  void iterate() {
    const bool loop = options_.iterate > 1;
    const Index print_every =
        options_.print_every > 0 ? options_.print_every : std::max<Index>(options_.iterate / 10, 1);
    ProgressBar bar(session_, done_, options_.iterate);
    bool ends = done_ >= options_.iterate;
    while (!ends) {
      if (loop) watch_.step(done_ + 1);
      values_ = at_step(done_ + 1, loop, [&] { return watch_.during([&] { return function_(bindings()); }); });
      ++done_;
      if (loop) bar.update(done_, scalars());
      if (loop && done_ % print_every == 0) session_.print("step ", done_, "  ", scalars());
      ends = done_ == options_.iterate || checkpoints_.stops();
      if (ends || checkpoints_.due(done_)) checkpoints_.save(done_, state_and_gradients());
    }
    checkpoints_.finish();
    if (loop) bar.finish();
    watch_.finish(function_, names());
    checkpoints_.leave_if_stopped(done_);
    // It was finished before it was resumed: the results of where it stands.
    if (values_.empty() && !model_.results.empty())
      values_ = compile({model_.inputs, program().outputs, {}}, session_.world())(bindings());
  }

  const Bindings& bindings() {
    for (auto& [name, value] : model_.given)
      if (name == kIteration) value = Value::scalar_of(done_);
    return model_.given;
  }

  // The scalar results on one line.
  std::string scalars() const {
    std::string line;
    for (std::size_t k = 0; k < values_.size(); ++k)
      if (const Value& v = values_[k]; !v.is_sparse() && v.shape().ndim() == 0 && !is_complex(v.dtype()))
        line += text(line.empty() ? "" : "  ", model_.results[k].path.substr(1), ' ',
                     shown(cast(v, DType::float64).scalar()));
    return line;
  }

  std::vector<OutputName> names() const {
    std::vector<OutputName> names;
    for (const Result& r : model_.results) names.push_back({r.path.substr(1), r.path.starts_with("/grad/")});
    return names;
  }

  // What a checkpoint must agree on with the run that resumes it.
  io::Facts facts() const {
    io::Facts facts{{"model", "run"}};
    int number = 0;
    for (const Statement& s : options_.statements)
      if (s.kind != "out" && (++number, !is_read(s))) facts.emplace_back(text(s.kind, ' ', number), s.text);
    return facts;
  }

  // A file may be moved: what counts is what is in it.
  bool is_read(const Statement& s) const {
    return s.kind == "in" && std::ranges::any_of(model_.read, [&](const ReadValue& r) {
             return parts_of(s, '=', "NAME=FILE").first == r.name;
           });
  }

  Named state() const {
    Named values;
    for (const Shared& x : model_.shared) values.emplace_back('/' + x.name(), x.value());
    return values;
  }

  Named state_and_gradients() const {
    Named values = state();
    for (std::size_t k = 0; options_.checkpoints.with_gradients && k < values_.size(); ++k)
      if (const std::string& path = model_.results[k].path; path.starts_with("/grad/"))
        values.emplace_back("/gradients/" + path.substr(6), values_[k]);
    return values;
  }

  void start() {
    const io::Facts all = facts();
    const auto found = checkpoints_.start(all, std::move(model_.read));
    if (!found) return;
    for (const Shared& x : model_.shared) x.set(value_of(*found, '/' + x.name()));
    done_ = found->step;
  }

  void conclude() {
    Named all;
    for (std::size_t k = 0; k < values_.size(); ++k) all.emplace_back(model_.results[k].path, values_[k]);
    for (auto& updated : state()) all.push_back(std::move(updated));
    if (!options_.out_file.empty()) io::write(session_.world(), options_.out_file, all);
    for (const auto& [path, value] : all)
      if (options_.out_file.empty() || value.shape().ndim() == 0) show_result(session_, path.substr(1), value);
    if (!options_.out_file.empty()) session_.print("written to ", options_.out_file);
    if (options_.json) print_json(all);
  }

  void print_json(const Named& all) const {
    nlohmann::ordered_json json;
    for (const auto& [path, value] : all)
      if (!value.is_sparse() && value.shape().ndim() == 0 && !is_complex(value.dtype()))
        json["results"][path.substr(1)] = cast(value, DType::float64).scalar();
    json["iterations"] = done_;
    json["ranks"] = session_.ranks();
    json["seconds"] = seconds_;
    json["saves"] = checkpoints_.saves();
    json["save_seconds"] = checkpoints_.save_seconds();
    json["bytes_per_step"] = function_.bytes_sent();
    session_.print(json.dump());
  }

  Session& session_;
  const RunOptions& options_;
  Checkpoints checkpoints_;
  Watch watch_;
  Model model_;
  Function function_;
  Index done_ = 0;
  double seconds_ = 0;
  std::vector<Value> values_;
};

}  // namespace

int run(Session& session, const RunOptions& options) {
  if (options.iterate > 1 &&
      std::ranges::none_of(options.statements, [](const Statement& s) { return s.kind == "update"; }))
    fail(ErrorKind::usage, "--iterate needs an --update 'NAME = EXPR': without one every step is the same");
  Job(session, options).run();
  return 0;
}

}  // namespace spgrad::app
