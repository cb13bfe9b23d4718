#include "src/schedule/draw.hpp"

#include <array>
#include <cstdio>
#include <set>
#include <sstream>

#include "src/graph/input_ops.hpp"

namespace spgrad {
namespace {

struct Style {
  const char* colour;
  const char* meaning;
};
enum Where : std::uint8_t { kRows, kColumns, kEntries, kWhole, kScalar, kPartial, kGhosts, kPlaces };
constexpr std::array<Style, kPlaces> kPlaceStyles{{{"#cfe3f7", "cut by rows"},
                                                   {"#d5efd0", "cut by columns"},
                                                   {"#c5ebe6", "cut as the entries of a matrix"},
                                                   {"#e6e6e6", "whole on every rank"},
                                                   {"#fbf4c4", "a scalar, on every rank"},
                                                   {"#fcdcb4", "partial: each rank has a summand"},
                                                   {"#e2d5f3", "cut, and parts of rows of others"}}};
constexpr std::array<Style, 3> kOutputStyles{
    {{"#ffffff", "output"}, {"#f9c9d8", "gradient"}, {"#ffd76e", "new value of a shared one"}}};
constexpr const char* kRed = "#d01c1c";

Where where(const Place& place, const Type& type) {
  if (place.kind == Place::kPartial) return kPartial;
  if (place.kind == Place::kWhole) return type.ndim() == 0 ? kScalar : kWhole;
  if (place.kind == Place::kGhosted) return kGhosts;
  if (place.layout.by_pattern()) return kEntries;
  return place.axis == 0 ? kRows : kColumns;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
  return out;
}

void replace(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string small(std::string text, const char* colour = "#555555") {
  replace(text, " x ", "×");
  replace(text, " -> ", " → ");
  return spgrad::text("<FONT POINT-SIZE=\"9\" COLOR=\"", colour, "\">", escaped(text), "</FONT>");
}

std::string binary(Index bytes) {
  static constexpr std::array<const char*, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  auto x = static_cast<double>(bytes);
  std::size_t k = 0;
  for (; x >= 1024 && k + 1 < kUnits.size(); ++k) x /= 1024;
  char digits[32];
  std::snprintf(digits, sizeof digits, k == 0 || x >= 99.95 ? "%.0f %s" : "%.1f %s", x, kUnits[k]);
  return digits;
}

class Picture {
 public:
  Picture(const Schedule& schedule, const std::function<Index(std::size_t)>& bytes)
      : s_(schedule),
        bytes_(bytes),
        labels_(labels(schedule)),
        from_(static_cast<std::size_t>(schedule.slots())),
        red_(from_.size()) {}

  std::string draw(std::span<const Drawn> outputs, const std::string& title) {
    for (const Given& g : s_.given) given(g);
    for (std::size_t p = 0; p < s_.steps.size(); ++p) {
      if (const Run* run = std::get_if<Run>(&s_.steps[p])) kernel(p, *run);
      if (const Fused* fused = std::get_if<Fused>(&s_.steps[p])) this->fused(p, *fused);
      if (const Begin* begin = std::get_if<Begin>(&s_.steps[p])) move(p, *begin);
    }
    for (std::size_t k = 0; k < outputs.size(); ++k) output(k, outputs[k]);
    return text(
        "digraph spgrad {\n"
        "  graph [rankdir=TB, nodesep=0.3, ranksep=0.35, fontname=\"Helvetica\", labelloc=b, label=<",
        legend(title),
        ">];\n"
        "  node [fontname=\"Helvetica\", fontsize=11, shape=box, style=\"filled,rounded\", color=\"#444444\"];\n"
        "  edge [color=\"#444444\", arrowsize=0.7];\n",
        body_.str(), "}\n");
  }

 private:
  void node(const std::string& id, const std::string& label, const std::string& attributes) {
    body_ << "  " << id << " [label=<" << label << ">, " << attributes << "];\n";
  }
  void edge(Slot slot, const std::string& to, const char* into_move = nullptr) {
    const auto k = static_cast<std::size_t>(slot);
    if (from_[k].empty()) return;  // a literal: it stands in the formula
    body_ << "  " << from_[k] << " -> " << to << " [penwidth=" << (s_.types[k].sparse() ? 2.6 : 1);
    if (into_move != nullptr) body_ << ", arrowhead=none, color=\"" << into_move << '"';
    if (into_move == nullptr && red_[k]) body_ << ", color=\"" << kRed << '"';
    body_ << "];\n";
  }
  std::string place(const Place& p, const Type& type) {
    const Where w = where(p, type);
    places_[w] = true;
    return text("fillcolor=\"", kPlaceStyles[w].colour, '"');
  }

  void given(const Given& g) {
    const bool constant = g.node->op == &ops::constant;
    if (constant && g.node->type.ndim() == 0) return;
    const std::string id = text("given", g.slot), name = g.node->name.empty() ? "constant" : g.node->name;
    from_[static_cast<std::size_t>(g.slot)] = id;
    node(id, text("<B>", escaped(name), "</B><BR/>", small(text(g.node->type))),
         text("shape=ellipse, style=filled, penwidth=", g.node->op == &ops::shared ? 2.5 : 1, ", ",
              place(g.place, g.node->type)));
  }

  void kernel(std::size_t p, const Run& run) {
    const std::string id = text("step", p), &label = labels_[p];
    const std::size_t equals = label.find(" = "), bracket = label.find('(');
    from_[static_cast<std::size_t>(run.out)] = id;
    node(id,
         text("<B>", escaped(label.substr(equals + 3, bracket - equals - 3)), "</B>", escaped(label.substr(bracket)),
              "<BR/>", small(text(label.substr(0, equals), "  ", run.node->type))),
         place(run.place, run.node->type));
    for (const Slot in : run.in) edge(in, id);
  }

  void fused(std::size_t p, const Fused& fused) {
    const std::string id = text("step", p);
    const Run& last = fused.runs.back();
    node(id,
         text("<B>", escaped(op_names(fused)), "</B><BR/>", escaped(labels_[p]), "<BR/>", small(text(last.node->type))),
         place(last.place, last.node->type));
    std::set<Slot> own, read;
    for (const Run& run : fused.runs) {
      own.insert(run.out);
      read.insert(run.in.begin(), run.in.end());
      if (!fused.is_inside(run.out)) from_[static_cast<std::size_t>(run.out)] = id;
    }
    for (const Slot slot : read)
      if (!own.contains(slot)) edge(slot, id);
  }

  void move(std::size_t p, const Begin& b) {
    const std::string id = text("step", p);
    const bool sends = !sends_nothing(b.move);
    const char* const colour = sends ? kRed : "#777777";
    from_[static_cast<std::size_t>(b.to)] = id;
    red_[static_cast<std::size_t>(b.to)] = sends;
    const Index bytes = sends ? bytes_(p) : 0;
    node(id,
         text("<FONT COLOR=\"", colour, "\"><B>", name(b.move), sends ? "  " + binary(bytes) : "", "</B></FONT><BR/>",
              small(labels_[p].substr(labels_[p].find(' ') + 1), colour)),
         "shape=plain, style=\"\"");
    edge(b.from, id, colour);
    moves_ += sends ? 1 : 0;
    all_bytes_ += bytes;
  }

  void output(std::size_t k, const Drawn& out) {
    const std::string id = text("out", k);
    kinds_[out.kind] = true;
    node(id, text("<B>", escaped(out.name), "</B>"),
         text("shape=box, style=filled, peripheries=2, fillcolor=\"", kOutputStyles[out.kind].colour, '"'));
    edge(s_.outputs[k], id);
  }

  // A label is text or one table, so rows of cells are tables in a table.
  std::string legend(const std::string& title) const {
    const auto cell = [](const std::string& what, const std::string& attributes, const char* colour = "black") {
      return text("<TD ", attributes, "><FONT POINT-SIZE=\"10\" COLOR=\"", colour, "\">", what, "</FONT></TD>");
    };
    const auto row = [](const std::string& cells) {
      return "<TR><TD><TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"4\" CELLPADDING=\"5\"><TR>" + cells +
             "</TR></TABLE></TD></TR>";
    };
    std::string places, kinds;
    for (std::size_t w = 0; w < kPlaces; ++w)
      if (places_[w]) places += cell(kPlaceStyles[w].meaning, text("BGCOLOR=\"", kPlaceStyles[w].colour, '"'));
    for (std::size_t k = 0; k < kinds_.size(); ++k)
      if (kinds_[k])
        kinds += cell(kOutputStyles[k].meaning, text("BORDER=\"1\" BGCOLOR=\"", kOutputStyles[k].colour, '"'));
    kinds += cell("ellipse: given (thick: shared); thick line: sparse", "");
    kinds +=
        cell(text(moves_, moves_ == 1 ? " move, " : " moves, ", binary(all_bytes_), " sent by all ranks"), "", kRed);
    return "<TABLE BORDER=\"0\" CELLSPACING=\"0\">" + row(places) + row(kinds) + row(cell(escaped(title), "")) +
           "</TABLE>";
  }

  const Schedule& s_;
  const std::function<Index(std::size_t)>& bytes_;
  std::vector<std::string> labels_;
  std::vector<std::string> from_;  // by slot: the node that makes it
  std::vector<bool> red_;          // by slot: it has been moved
  std::ostringstream body_;
  std::array<bool, kPlaces> places_{};
  std::array<bool, 3> kinds_{};
  int moves_ = 0;
  Index all_bytes_ = 0;
};

}  // namespace

std::string graphviz(const Schedule& schedule, std::span<const Drawn> outputs, const std::string& title,
                     const std::function<Index(std::size_t step)>& bytes) {
  return Picture(schedule, bytes).draw(outputs, title);
}

}  // namespace spgrad
