#include "tests/golden/expression.hpp"

#include <cctype>

#include "tests/golden/functions.hpp"

namespace spgrad::tests {
namespace {

class Parser {
 public:
  Parser(const std::string& text, const std::map<std::string, Var>& names) : text_(text), names_(names) {}

  Argument value() {
    skip();
    const char c = peek();
    if (c == '\'' || c == '"') return quoted();
    if (c == '[') return list();
    if (c == '-' || c == '.' || std::isdigit(static_cast<unsigned char>(c)) != 0) return number();
    const std::string name = word();
    if (accept('(')) return {.var = call(name)};
    if (name == "None") return {};
    if (name == "True" || name == "False") return {.flag = name == "True"};
    const auto found = names_.find(name);
    require(found != names_.end(), "no input is called ", name);
    return {.var = found->second};
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip() {
    while (peek() == ' ') ++at_;
  }
  bool accept(char c) {
    skip();
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  std::string word() {
    const std::size_t from = at_;
    while (std::isalnum(static_cast<unsigned char>(peek())) != 0 || peek() == '_') ++at_;
    require(at_ > from, "a name was expected at ", text_.substr(from));
    return text_.substr(from, at_ - from);
  }
  Argument quoted() {
    const char quote = text_[at_++];
    const std::size_t from = at_;
    at_ = text_.find(quote, from);
    require(at_ != std::string::npos, "a closing quote is missing in ", text_);
    return {.word = text_.substr(from, at_++ - from)};
  }
  Argument number() {
    const std::string rest = text_.substr(at_);
    std::size_t length = 0;
    const double x = std::stod(rest, &length);
    at_ += length;
    if (rest.substr(0, length).find_first_of(".e") != std::string::npos) return {.var = Var(x)};
    return {.var = Var(static_cast<int>(x)), .integer = static_cast<Index>(x)};
  }
  Argument list() {
    Argument all;
    accept('[');
    while (!accept(']')) {
      skip();
      const Argument size = number();
      require(size.integer.has_value(), "a list holds integers: ", text_);
      all.list.push_back(*size.integer);
      accept(',');
    }
    return all;
  }
  // name=value; at_ stays where it is if there is none.
  std::string keyword() {
    skip();
    const std::size_t from = at_;
    if (std::isalpha(static_cast<unsigned char>(peek())) != 0) {
      std::string name = word();
      if (accept('=')) return name;
    }
    at_ = from;
    return "";
  }
  Var call(const std::string& name) {
    Arguments arguments;
    while (!accept(')')) {
      const std::string key = keyword();
      if (key.empty())
        arguments.positional.push_back(value());
      else
        arguments.named[key] = value();
      accept(',');
    }
    const auto found = golden_functions().find(name);
    if (found == golden_functions().end()) throw NotThere(name);
    return found->second(arguments);
  }

  const std::string& text_;
  const std::map<std::string, Var>& names_;
  std::size_t at_ = 0;
};

}  // namespace

Var expression(const std::string& text, const std::map<std::string, Var>& names) {
  const Var out = Parser(text, names).value().var;
  require(static_cast<bool>(out), "no value: ", text);
  return out;
}

}  // namespace spgrad::tests
