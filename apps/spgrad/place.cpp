#include "place.hpp"

#include "spgrad/distribute.hpp"

namespace spgrad::app {
namespace {

constexpr std::string_view kForm = "NAME=all, NAME=rows or NAME=cols";

Placement parse_placement(const std::string& word, const std::string& whole) {
  if (word == "all") return Placement::all;
  if (word == "rows") return Placement::rows;
  if (word == "cols") return Placement::cols;
  fail(ErrorKind::usage, "--place ", whole, ": '", word, "' is no place; it is ", kForm);
}

}  // namespace

Placements parse_places(const std::vector<std::string>& words) {
  Placements places;
  for (const std::string& word : words) {
    const auto [name, place] = parts_of({"place", word, "--place"}, '=', kForm);
    if (!places.emplace(name, parse_placement(place, word)).second)
      fail(ErrorKind::usage, "--place says twice where ", name, " is");
  }
  return places;
}

void bring_whole(const Session& session, Model& model, const Placements& wanted) {
  for (auto& [name, value] : model.given) {
    const auto found = wanted.find(name);
    if (found != wanted.end() && found->second == Placement::all && !value.is_sparse() && value.cut() != kWhole)
      value = gather_all(session.world(), value);
  }
}

}  // namespace spgrad::app
