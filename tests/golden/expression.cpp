#include "tests/golden/expression.hpp"

#include <cctype>
#include <functional>

#include "spgrad/ops.hpp"

namespace spgrad::tests {
namespace {

// A name stands for a Var, a list of integers for a Shape; None for nothing.
struct Argument {
  Var var{};
  std::optional<bool> flag{};
  std::optional<Index> integer{};
  std::string word{};
  std::vector<Index> list{};
};

class Arguments {
 public:
  std::vector<Argument> positional;
  std::map<std::string, Argument, std::less<>> named;

  std::size_t size() const { return positional.size(); }
  const Var& var(std::size_t k) const {
    require(k < size() && static_cast<bool>(positional[k].var), "argument ", k, " must be a value");
    return positional[k].var;
  }
  bool sparse(std::size_t k) const { return var(k)->type.sparse(); }
  /// Given by name, or as argument k.
  Argument at(std::size_t k, std::string_view name) const {
    const auto found = named.find(name);
    return found != named.end() ? found->second : k < size() ? positional[k] : Argument{};
  }
  std::optional<int> axis() const {
    const auto given = at(1, "axis").integer;
    return given ? std::optional(static_cast<int>(*given)) : std::nullopt;
  }
};

using Function = std::function<Var(const Arguments&)>;

Function unary(Var (*f)(const Var&)) {
  return [f](const Arguments& a) { return f(a.var(0)); };
}
Function binary(Var (*f)(const Var&, const Var&)) {
  return [f](const Arguments& a) { return f(a.var(0), a.var(1)); };
}
// There is none for two sparse operands at x and x + 1.
Function one_sparse(Function f, std::size_t x = 0) {
  return [f, x](const Arguments& a) {
    if (a.sparse(x) && a.sparse(x + 1)) throw NotThere("two sparse operands");
    return f(a);
  };
}
Function reduction(Var (*f)(const Var&, std::optional<int>)) {
  return [f](const Arguments& a) { return f(a.var(0), a.axis()); };
}

Var matrix(const Arguments& a) {
  const auto shape = a.at(3, "shape").list;
  const std::string format = a.at(4, "format").word;
  require(format == "csr" || format == "csc" || format.empty(), "no format ", format);
  return csm(a.var(0), a.var(1), a.var(2), {shape[0], shape[1]}, format == "csc" ? Format::csc : Format::csr);
}

const std::map<std::string, Function, std::less<>>& functions() {
  static const std::map<std::string, Function, std::less<>> table{
      {"add", binary(add)},
      {"sub", binary(sub)},
      {"mul", one_sparse(binary(mul))},
      {"neg", unary(neg)},
      {"sqr", unary(sqr)},
      {"d_sqr", unary(sqr)},
      {"conjugate", unary(conj)},
      {"add_s_s_data", binary(add_s_s_data)},
      {"transpose", unary(transpose)},
      {"dot", one_sparse(binary(dot))},
      {"structured_dot", one_sparse(binary(structured_dot))},
      {"sampling_dot",
       [](const Arguments& a) {
         if (a.sparse(0) || a.sparse(1)) throw NotThere("sparse factors");
         return sampling_dot(a.var(0), a.var(1), a.var(2));
       }},
      {"usmm", one_sparse([](const Arguments& a) { return usmm(a.var(0), a.var(1), a.var(2), a.var(3)); }, 1)},
      {"sp_sum",
       [](const Arguments& a) { return sp_sum(a.var(0), a.axis(), a.at(2, "sparse_grad").flag.value_or(false)); }},
      {"sp_ones_like", unary(sp_ones_like)},
      {"csm_data", unary(csm_data)},
      {"csm", matrix},
      {"cast", [](const Arguments& a) { return cast(a.var(0), parse_dtype(a.at(1, "dtype").word)); }},
      {"dense_from_sparse",
       [](const Arguments& a) { return dense_from_sparse(a.var(0), a.at(1, "structured").flag.value_or(true)); }},
      {"d_add", binary(add)},
      {"d_sub", binary(sub)},
      {"d_mul", binary(mul)},
      {"d_div", binary(div)},
      {"d_neg", unary(neg)},
      {"d_exp", unary(exp)},
      {"d_log", unary(log)},
      {"d_tanh", unary(tanh)},
      {"d_sigmoid", unary(sigmoid)},
      {"d_softplus", unary(softplus)},
      {"d_matmul", binary(dot)},
      {"d_T", unary(transpose)},
      {"d_row", unary(row)},
      {"d_col", unary(col)},
      {"d_sum", reduction(sum)},
      {"d_mean", reduction(mean)},
  };
  return table;
}

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
    at_ = text_.find(quote, from) + 1;
    return {.word = text_.substr(from, at_ - 1 - from)};
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
      all.list.push_back(*number().integer);
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
    const auto found = functions().find(name);
    if (found == functions().end()) throw NotThere(name);
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
