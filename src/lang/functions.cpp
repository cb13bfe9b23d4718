#include "src/lang/functions.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "spgrad/parse.hpp"

namespace spgrad {
namespace lang {
namespace {

using Table = std::map<std::string_view, const Function*, std::less<>>;

const Table& functions() {
  static const Table table = [] {
    Table all;
    for (const auto family : {element_functions(), reduction_functions(), product_functions(), part_functions(),
                              matrix_functions(), derivative_functions()})
      for (const Function& f : family) all.emplace(f.name, &f);
    return all;
  }();
  return table;
}

// Other names: the dense ones of the golden grammar, and PyTensor's where ours differ.
constexpr std::pair<std::string_view, std::string_view> kAliases[]{
    {"d_matmul", "dot"}, {"d_T", "transpose"}, {"sp_abs", "abs"}, {"conjugate", "conj"}};

// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j)
      diagonal = std::exchange(row[j + 1], std::min({row[j] + 1, row[j + 1] + 1, diagonal + (a[i] == b[j] ? 0 : 1)}));
  }
  return row.back();
}

}  // namespace

const Function* find_function(std::string_view name) {
  for (const auto& [alias, meant] : kAliases)
    if (name == alias) name = meant;
  const Table& table = functions();
  if (const auto found = table.find(name); found != table.end()) return found->second;
  return name.starts_with("d_") ? find_function(name.substr(2)) : nullptr;
}

}  // namespace lang

const std::vector<FunctionName>& language_functions() {
  static const std::vector<FunctionName> names = [] {
    std::vector<FunctionName> all;
    for (const auto& [name, f] : lang::functions()) all.push_back({name, f->parameters});
    return all;
  }();
  return names;
}

std::string nearest(std::string_view word, const std::vector<std::string_view>& known) {
  std::string_view best;
  std::size_t least = 1 + std::max<std::size_t>(word.size() / 3, 1);
  for (const std::string_view name : known)
    if (const std::size_t d = lang::distance(word, name); d < least) {
      least = d;
      best = name;
    }
  return std::string(best);
}

}  // namespace spgrad
