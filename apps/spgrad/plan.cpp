// plan.cpp: `spgrad plan`: what a run would cost on any number of ranks, without them.
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "commands.hpp"
#include "model.hpp"
#include "report.hpp"
#include "spgrad/model.hpp"

namespace spgrad::app {
namespace {

std::string rounded(double x) {
  std::ostringstream out;
  out << std::setprecision(3) << x;
  return out.str();
}

std::string amount(double bytes) {
  for (const char* unit : {"B", "kB", "MB", "GB", "TB"}) {
    if (bytes < 1000) return rounded(bytes) + ' ' + unit;
    bytes /= 1000;
  }
  return rounded(bytes) + " PB";
}

std::string duration(double seconds) {
  if (seconds < 1e-3) return rounded(seconds * 1e6) + " us";
  return seconds < 1 ? rounded(seconds * 1e3) + " ms" : rounded(seconds) + " s";
}

using Row = std::vector<std::string>;

/// The columns to the right, but for the last one where it is text.
std::string table(const std::vector<Row>& rows, bool text_last) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
  std::ostringstream out;
  for (const Row& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) {
      const bool last = c + 1 == row.size();
      if (last && text_last)
        out << "  " << row[c] << '\n';
      else
        out << std::setw(static_cast<int>(widths[c]) + (c == 0 ? 0 : 2)) << row[c] << (last ? "\n" : "");
    }
  return out.str();
}

Row summary(const RunModel& m, double first) {
  return {text(m.ranks),
          duration(m.seconds),
          duration(m.kernels),
          duration(m.moves),
          rounded(first / m.seconds),
          amount(m.halo_bytes),
          amount(m.collective_bytes),
          rounded(m.messages),
          rounded(m.imbalance),
          amount(m.memory),
          m.estimated ? "patterns estimated" : ""};
}

std::string steps(const RunModel& m) {
  std::vector<Row> rows{{"time", "flops", "kernel reads, writes", "sent", "messages", "step"}};
  for (const ModelledStep& s : m.steps)
    rows.push_back({duration(s.seconds), rounded(s.kernel.flops), amount(s.kernel.bytes), amount(s.bytes),
                    rounded(s.messages), s.what + (s.estimated ? "  (estimated)" : "")});
  return text("\nmodel of one step on ", m.ranks, m.ranks == 1 ? " rank" : " ranks",
              "; bytes sent by all, else of the rank with most:\n", table(rows, true));
}

nlohmann::ordered_json json_of(const RunModel& m) {
  return {{"ranks", m.ranks},        {"seconds", m.seconds},       {"kernel_seconds", m.kernels},
          {"move_seconds", m.moves}, {"halo_bytes", m.halo_bytes}, {"collective_bytes", m.collective_bytes},
          {"messages", m.messages},  {"imbalance", m.imbalance},   {"memory", m.memory},
          {"estimated", m.estimated}};
}

Program program_of(const Model& model, const Placements& place) {
  Program p{.inputs = model.inputs, .outputs = {}, .updates = model.updates, .place = place};
  for (const Result& r : model.results) p.outputs.push_back(r.var);
  return p;
}

void calibrate_into(Session& session, const std::string& file) {
  const Machine machine = calibrate(session.world());
  if (session.rank() == 0) write_file(file, to_string(machine));
  session.print(to_string(machine), "written to ", file);
}

void model_runs(Session& session, const PlanOptions& options) {
  if (session.ranks() > 1) fail(ErrorKind::usage, "plan models any number of ranks on one: run it without mpirun");
  const Machine machine = options.machine.empty() ? Machine() : read_machine(options.machine);
  const Model graph = make_model(session, options.statements, options.caution);
  std::vector<RunModel> models;
  for (const int ranks : options.ranks)
    models.push_back(model(program_of(graph, options.place), graph.given, ranks, machine, options.balance));
  if (options.json) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const RunModel& m : models) all.push_back(json_of(m));
    return session.print(nlohmann::ordered_json{{"model", all}}.dump());
  }
  std::vector<Row> rows{
      {"ranks", "step", "kernels", "moves", "faster", "halo", "collectives", "messages", "imbalance", "memory", ""}};
  for (const RunModel& m : models) rows.push_back(summary(m, models.front().seconds));
  session.print(
      "model, not measured; machine: ",
      machine.from.empty() ? "none in particular (--machine FILE, made by plan --calibrate FILE)" : machine.from,
      "; bytes of all ranks, messages and memory of the rank with most\n", table(rows, true));
  if (options.explain)
    for (const RunModel& m : models) session.print(steps(m));
}

}  // namespace

int plan(Session& session, const PlanOptions& options) {
  if (!options.calibrate.empty()) calibrate_into(session, options.calibrate);
  if (options.calibrate.empty() || !options.statements.empty()) model_runs(session, options);
  return 0;
}

}  // namespace spgrad::app
