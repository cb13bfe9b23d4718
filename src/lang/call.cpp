#include "src/lang/call.hpp"

#include <algorithm>
#include <map>

#include "spgrad/parse.hpp"

namespace spgrad::lang {
namespace {

struct Parameter {
  std::string name, otherwise;  // otherwise: its default as text, empty if it must be given
  bool takes_all = false;
};

std::vector<Parameter> parameters_of(std::string_view words) {
  std::vector<Parameter> all;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(", "), words.size());
    const std::string_view word = words.substr(0, end);
    const std::size_t equals = std::min(word.find('='), word.size());
    const bool takes_all = word.ends_with("...");
    all.push_back({std::string(word.substr(0, takes_all ? word.size() - 3 : equals)),
                   std::string(word.substr(std::min(equals + 1, word.size()))), takes_all});
    words.remove_prefix(std::min(end + 2, words.size()));
  }
  return all;
}

Argument default_of(const std::string& word) {
  if (word == "None") return {};
  if (word == "True" || word == "False") return {.value = word == "True"};
  if (word[0] == '\'') return {.value = word.substr(1, word.size() - 2)};
  return {.value = static_cast<Index>(std::stoll(word))};
}

std::vector<Argument> bound(const Function& f, const std::vector<Parameter>& parameters, const Call& call) {
  const auto misfit = [&](const Place& at, const auto&... what) {
    throw Misfit(text(what..., "; it is ", f.name, '(', f.parameters, ')'), at);
  };
  std::vector<std::optional<Argument>> given(parameters.size());
  if (parameters[0].takes_all) {
    given[0] = Argument{call.positional, call.place};
    if (call.positional.empty()) misfit(call.place, call.name, " needs at least one argument");
  } else {
    if (call.positional.size() > parameters.size())
      misfit(call.positional[parameters.size()].place, call.name, " takes ", parameters.size(), " arguments, not ",
             call.positional.size());
    std::ranges::copy(call.positional, given.begin());
  }
  for (const auto& [name, argument] : call.named) {
    const auto found = std::ranges::find(parameters, name, &Parameter::name);
    if (found == parameters.end()) misfit(argument.place, call.name, " has no parameter ", name);
    auto& slot = given[static_cast<std::size_t>(found - parameters.begin())];
    if (slot) misfit(argument.place, call.name, " is given ", name, " twice");
    slot = argument;
  }
  std::vector<Argument> values;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (!given[k] && parameters[k].otherwise.empty()) misfit(call.place, call.name, " needs ", parameters[k].name);
    values.push_back(given[k] ? *given[k] : default_of(parameters[k].otherwise));
  }
  return values;
}

Var run(const Function& f, const Call& call) {
  const std::vector<Parameter> parameters = parameters_of(f.parameters);
  const std::vector<Argument> values = bound(f, parameters, call);
  std::vector<std::string> names;
  for (const Parameter& p : parameters) names.push_back(spgrad::text(p.name, " of ", f.name));
  return f.make({names, values});
}

Var form(const Op& op, const Call& call) {
  Vars in;
  for (const Argument& a : call.positional) in.push_back(operand(a));
  Attrs attrs;
  for (const auto& [name, argument] : call.named) attrs.emplace(name, attribute(argument, name));
  return apply(op, std::move(in), std::move(attrs));
}

[[noreturn]] void unknown(const Call& call, std::string_view text) {
  std::vector<std::string_view> known;
  for (const FunctionName& f : language_functions()) known.push_back(f.name);
  for (const Op* op : all_ops()) known.push_back(op->name);
  const std::string near = nearest(call.name, known);
  complain(text, call.place,
           spgrad::text("there is no function '", call.name, '\'',
                        near.empty() ? std::string() : spgrad::text("; did you mean '", near, "'?")));
}

}  // namespace

Var made(const Call& call, std::string_view text) {
  const Function* f = find_function(call.name);
  const Op* op = find_op(call.name);
  if (f == nullptr && op == nullptr) unknown(call, text);
  if (f == nullptr) return form(*op, call);
  try {
    return run(*f, call);
  } catch (const Misfit& e) {
    if (op == nullptr || call.named.empty()) complain(text, e.place, e.what());
    try {
      return form(*op, call);
    } catch (const std::exception&) {
      complain(text, e.place, e.what());
    }
  }
}

}  // namespace spgrad::lang
