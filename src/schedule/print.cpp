#include <map>
#include <ostream>
#include <sstream>
#include <unordered_map>

#include "src/graph/input_ops.hpp"
#include "src/schedule/schedule.hpp"

namespace spgrad {
namespace {

class Printer {
 public:
  explicit Printer(const Schedule& s) : names_(static_cast<std::size_t>(s.slots())) {
    for (int slot = 0; slot < s.slots(); ++slot) names_[static_cast<std::size_t>(slot)] = text('%', slot);
    for (const Given& g : s.given) {
      std::string& name = names_[static_cast<std::size_t>(g.slot)];
      if (!g.node->name.empty())
        name = g.node->name;
      else if (g.node->type.ndim() == 0 && !is_complex(g.node->type.dtype))
        name = text(g.node->value.scalar());
    }
  }

  std::string operator()(const Step& step) {
    return std::visit([this](const auto& s) { return line(s); }, step);
  }

  // Of a move or an op whose line has been printed: that is where moved values get their names.
  std::string label(const Step& step) const {
    if (const Begin* b = std::get_if<Begin>(&step))
      return text(spgrad::name(b->move), ' ', name(b->from), " -> ", name(b->to));
    if (const Run* r = std::get_if<Run>(&step)) return text(name(r->out), " = ", formula(*r));
    if (const Fused* f = std::get_if<Fused>(&step)) return formulas(*f);
    return "";
  }

  std::string given(const Given& g) const {
    return text("given        ", name(g.slot), "  ", g.node->type, place(g.place), why(g));
  }

 private:
  std::string name(Slot slot) const { return names_[static_cast<std::size_t>(slot)]; }

  std::string place(const Place& p) const {
    if (p.kind == Place::kWhole) return ", whole";
    if (p.kind == Place::kPartial) return ", partial";
    const std::string layout = p.layout.entries_of >= 0  ? text("entries of ", name(p.layout.entries_of))
                               : p.layout.fences_of >= 0 ? text("fences of ", name(p.layout.fences_of))
                                                         : text("layout ", p.layout.dimension);
    return text(p.kind == Place::kGhosted ? ", with ghosts, cut along axis " : ", cut along axis ", p.axis, " by ",
                layout);
  }

  static std::string_view why(const Given& g) {
    return g.chosen == Given::by_cost ? " (costs less)" : g.chosen == Given::asked ? " (asked for)" : "";
  }

  std::string line(const Begin& b) {
    names_[static_cast<std::size_t>(b.to)] = b.by >= 0 ? text(name(b.from), '@', name(b.by)) : text(name(b.from), "'");
    if (b.by < 0) names_[static_cast<std::size_t>(b.to)] = text('%', b.to);
    std::string move(spgrad::name(b.move));
    move.resize(11, ' ');
    const std::string reader = b.reader ? text(", for ", b.reader->op->name) : "";
    return text("begin ", move, ' ', name(b.from), " -> ", name(b.to), place(b.target), reader);
  }
  std::string line(const End& e) const {
    std::string line = text("end   ", name(e.to));
    for (const Slot slot : e.with) line += text(", ", name(slot));
    return line;
  }
  std::string line(const Drop& d) const { return text("drop  ", name(d.slot)); }
  std::string line(const Run& r) const {
    std::string line = text("run   ", name(r.out), " = ", formula(r), "  ", r.node->type);
    for (std::size_t k = 0; k < r.in.size(); ++k)
      if ((r.awaits >> k & 1) != 0) line += text(", while ", name(r.in[k]), " arrives");
    return line;
  }
  std::string line(const Fused& f) const { return text("fused ", formulas(f), "  ", f.runs.back().node->type); }
  std::string formula(const Run& r, const std::map<Slot, std::string>& known = {}) const {
    std::ostringstream out;
    out << r.node->op->name << '(';
    for (std::size_t k = 0; k < r.in.size(); ++k) {
      const auto found = known.find(r.in[k]);
      out << (k > 0 ? ", " : "") << (found != known.end() ? found->second : name(r.in[k]));
    }
    out << ')';
    return out.str();
  }
  // What is read once stands where it is read: "%7 = exp(mul(y, z)), %9 = log1p(%7)".
  std::string formulas(const Fused& f) const {
    std::map<Slot, int> readers;
    for (const Run& run : f.runs)
      for (const Slot slot : run.in) ++readers[slot];
    std::map<Slot, std::string> known;
    std::string all;
    for (const Run& run : f.runs)
      if (f.is_inside(run.out) && readers[run.out] == 1)
        known[run.out] = formula(run, known);
      else
        all += text(all.empty() ? "" : ", ", name(run.out), " = ", formula(run, known));
    return all;
  }

  std::vector<std::string> names_;
};

}  // namespace

std::string_view name(Move move) {
  switch (move) {
    case Move::gather:
      return "gather";
    case Move::fetch:
      return "fetch";
    case Move::pick:
      return "pick";
    case Move::scatter:
      return "scatter";
    case Move::carry:
      return "carry";
    case Move::carry_back:
      return "carry_back";
    case Move::gather_all:
      return "gather_all";
    case Move::fold:
      return "fold";
    case Move::reduce_all:
      return "reduce_all";
    case Move::slice:
      return "slice";
    case Move::turn:
      return "turn";
    case Move::relayout:
      break;
  }
  return "relayout";
}

std::span<const Run> runs_of(const Step& step) {
  if (const Run* run = std::get_if<Run>(&step)) return {run, 1};
  if (const Fused* fused = std::get_if<Fused>(&step)) return fused->runs;
  return {};
}

std::string op_names(const Fused& fused) {
  std::vector<std::string_view> names;
  for (const Run& run : fused.runs)
    if (std::ranges::find(names, run.node->op->name) == names.end()) names.push_back(run.node->op->name);
  std::string all;
  for (const std::string_view name : names) all += text(all.empty() ? "" : "+", name);
  return all;
}

std::vector<std::string> lines(const Schedule& schedule) {
  Printer print(schedule);
  std::vector<std::string> out;
  for (const Step& step : schedule.steps) out.push_back(print(step));
  return out;
}

std::vector<std::string> labels(const Schedule& schedule) {
  Printer print(schedule);
  std::vector<std::string> out;
  for (const Step& step : schedule.steps) {
    print(step);
    out.push_back(print.label(step));
  }
  return out;
}

std::string to_string(const Schedule& schedule, const std::function<std::string(std::size_t)>& note) {
  const Printer print(schedule);
  std::ostringstream out;
  for (const Given& g : schedule.given)
    if (g.node->op != &ops::constant) out << print.given(g) << '\n';
  const std::vector<std::string> steps = lines(schedule);
  for (std::size_t p = 0; p < steps.size(); ++p) out << steps[p] << (note ? note(p) : "") << '\n';
  return out.str();
}

}  // namespace spgrad
