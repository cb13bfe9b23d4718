#include "spgrad/distribution.hpp"

#include <array>
#include <sstream>
#include <vector>

namespace spgrad {
namespace {

std::string joined(const std::vector<std::string>& words, const char* comma) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : comma) + word;
  return line;
}

std::string input_name(const Op& op, std::size_t k) {
  std::istringstream words{std::string(op.inputs)};
  std::string word, last;
  for (std::size_t i = 0; i <= k && words >> word && word != "..."; ++i) last = word;
  return last;
}

std::string operand_part(const Rows& rows, const Type& type, const Op& op) {
  const std::string by = input_name(op, static_cast<std::size_t>(rows.by));
  switch (rows.kind) {
    case Rows::kOwn:
      return type.ndim() < 2 ? "own elements" : rows.axis == 0 ? "own rows" : "own columns";
    case Rows::kGhost:
      return text(rows.axis == 0 ? "rows" : "columns", " that ", by, " names");
    case Rows::kEntries:
      return text("those of own entries of ", by);
    case Rows::kListed:
      return type.ndim() < 2 ? "the elements wanted" : rows.axis == 0 ? "the rows wanted" : "the columns wanted";
    case Rows::kAnywhere:
      return "its shape";
    case Rows::kUncombined:
      return "uncombined parts";
    default:
      return "whole";
  }
}

std::string result_part(const Rows& rows, const Type& type, const Op& op) {
  constexpr std::array combined{"summed", "combined by max", "combined by min"};
  switch (rows.kind) {
    case Rows::kGhost:
      return text("parts of the rows that ", input_name(op, static_cast<std::size_t>(rows.by)), " names, ",
                  combined[rows.combine], " in their owners");
    case Rows::kAll:
      return text("a part of the whole, ", combined[rows.combine], " over ranks");
    case Rows::kRunning:
    case Rows::kRunningBack:
      return text(operand_part(own(rows.axis), type, op), ", sums of the other ranks added");
    case Rows::kReplica:
      return "the whole, on each rank";
    default:
      return operand_part(rows, type, op);
  }
}

}  // namespace

std::string distribution(const Node& n) {
  std::vector<std::string> ways;
  for (const Spread& spread : n.op->spread(n)) {
    std::vector<std::string> parts;
    for (std::size_t k = 0; k < spread.in.size(); ++k)
      parts.push_back(text(input_name(*n.op, k), ": ", operand_part(spread.in[k], n.in[k]->type, *n.op)));
    ways.push_back(text(joined(parts, ", "), " -> ", result_part(spread.out, n.type, *n.op)));
  }
  if (n.op->lowered != nullptr)
    ways.push_back(text(input_name(*n.op, 0), " is cut along the axis: made by other operations"));
  return joined(ways, "; or ");
}

}  // namespace spgrad
