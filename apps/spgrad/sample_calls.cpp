#include "sample_calls.hpp"

#include <array>
#include <set>
#include <sstream>

#include "spgrad/distribution.hpp"
#include "spgrad/parse.hpp"

namespace spgrad::app {
namespace {

constexpr Index kSize = 6;  // of every axis: what can be multiplied can be added
constexpr std::size_t kMostOperands = 4, kMostCalls = 8;

const Names& names() {
  static const Names all{
      {"A", input("A", {DType::float64, Format::csr, {kSize, kSize}})},
      {"D", input("D", {DType::float64, Format::dense, {kSize, kSize}})},
      {"v", input("v", {DType::float64, Format::dense, {kSize}})},
      {"i", input("i", {DType::int64, Format::dense, {kSize}})},
      {"s", input("s", {DType::float64, Format::dense, {}})},
  };
  return all;
}
constexpr std::array kArguments{"A", "D", "v", "i", "s", "0", "'float32'", "[6, 6]"};

// "x, axis=None" -> 1; "blocks..., format='csc'" -> 2
std::size_t required(std::string_view parameters) {
  std::size_t count = 0;
  std::istringstream words{std::string(parameters)};
  for (std::string word; words >> word && word.find('=') == std::string::npos;)
    count += word.find("...") == std::string::npos ? 1 : 2;
  return count;
}

std::size_t operand_count(const Op& op) {
  for (const FunctionName& f : language_functions())
    if (f.name == op.name) return required(f.parameters);
  return required(op.inputs);
}

// The node of the op in the graph of a call; empty if there is none, or no such call.
Var node_of(const Op& op, const std::string& call) {
  try {
    Vars below{parse(call, names())};
    for (std::size_t k = 0; k < below.size(); ++k) {
      if (below[k]->op == &op) return below[k];
      for (const Var& x : below[k]->in) below.push_back(x);
    }
  } catch (const Error&) {  // not with operands of these kinds
  }
  return {};
}

}  // namespace

std::vector<std::pair<std::string, Var>> sample_calls(const Op& op) {
  const std::size_t count = operand_count(op);
  if (count == 0 || count > kMostOperands || op.spread == nullptr) return {};
  std::vector<std::pair<std::string, Var>> calls;
  std::set<std::string> seen;
  std::vector<std::size_t> chosen(count, 0);  // an odometer over kArguments
  while (true) {
    std::string call(op.name);
    for (std::size_t k = 0; k < count; ++k) call += text(k == 0 ? "(" : ", ", kArguments[chosen[k]]);
    call += ')';
    if (const Var node = node_of(op, call); node && seen.insert(distribution(*node)).second)
      calls.emplace_back(call, node);
    std::size_t k = count;
    while (k > 0 && ++chosen[k - 1] == kArguments.size()) chosen[--k] = 0;
    if (k == 0 || calls.size() == kMostCalls) return calls;
  }
}

}  // namespace spgrad::app
