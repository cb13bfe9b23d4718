// parse.cpp: the grammar of docs/LANGUAGE.md, by recursive descent. What is read becomes a graph at once.
#include "spgrad/parse.hpp"

#include <limits>

#include "src/graph/input_ops.hpp"
#include "src/lang/call.hpp"
#include "src/lang/cursor.hpp"
#include "src/lang/subscripts.hpp"

namespace spgrad {
namespace lang {
namespace {

class Parser : Cursor {
 public:
  Parser(std::string_view text, const Names& names) : Cursor(text), names_(names) {}

  Var whole() {
    const Var out = required(comparison());
    skip();
    if (!at_end()) complain(text_, rest_of_word(), "the expression should end here");
    return out;
  }

  // Calls define(name, value) for each statement.
  template <class Define>
  void statements(Define&& define) {
    for (; skip_lines(), !at_end(); end_of_statement()) {
      const Place place = rest_of_word();
      const std::string name = word();
      skip();
      if (!take("=") || peek() == '=') complain(text_, {at_, at_ + 1}, "a statement is NAME = expression");
      skip();
      if (const std::string given = input_word(); !given.empty()) {
        if (!names_.contains(name)) complain(text_, place, spgrad::text(name, " is ", given, " but none is given"));
        continue;
      }
      define(name, place, required(comparison()));
    }
  }

 private:
  // --- operators ---

  Var required(const Argument& a) const {
    if (a.none() || a.as<std::string>() != nullptr) complain(text_, a.place, "a value was expected");
    return attempt(a.place, [&] { return operand(a); });
  }
  template <class F>
  Var attempt(const Place& place, F&& f) const {
    try {
      return f();
    } catch (const Pointed&) {
      throw;
    } catch (const Error& e) {
      complain(text_, place, e.what());
    }
  }
  // a = a <operator> b
  template <class F>
  void combine(Argument& a, const Argument& b, F f) const {
    const Place all{a.place.begin, b.place.end};
    const Var x = required(a), y = required(b);
    a = {attempt(all, [&] { return f(x, y); }), all};
  }

  Argument comparison() {
    Argument a = sum();
    static constexpr std::pair<std::string_view, Var (*)(const Var&, const Var&)> kAll[]{
        {"<=", &le}, {">=", &ge}, {"==", &eq}, {"!=", &neq}, {"<", &lt}, {">", &gt}};
    for (const auto& [token, f] : kAll)
      if (accept(token)) {
        combine(a, sum(), f);
        break;
      }
    return a;
  }

  // 1 + 2j is one number, which lists can hold.
  static std::optional<std::complex<double>> complex_literal(const Argument& a, const Argument& b, bool minus) {
    const auto* imaginary = b.as<std::complex<double>>();
    if (imaginary == nullptr || (a.as<Index>() == nullptr && a.as<double>() == nullptr)) return {};
    const double real = a.as<double>() != nullptr ? *a.as<double>() : static_cast<double>(*a.as<Index>());
    return std::complex<double>(real, minus ? -imaginary->imag() : imaginary->imag());
  }

  Argument sum() {
    Argument a = product();
    while (true) {
      const bool minus = accept("-");
      if (!minus && !accept("+")) return a;
      const Argument b = product();
      if (const auto z = complex_literal(a, b, minus))
        a = {*z, {a.place.begin, b.place.end}};
      else
        combine(a, b, minus ? &sub : &add);
    }
  }

  Argument product() {
    Argument a = sign();
    while (true) {
      skip();
      if (peek() == '*' && peek(1) == '*') return a;
      if (take("*"))
        combine(a, sign(), &mul);
      else if (take("/"))
        combine(a, sign(), &div);
      else if (take("@"))
        combine(a, sign(), [](const Var& x, const Var& y) {
          return x->type.sparse() && y->type.sparse() ? true_dot(x, y) : dot(x, y);
        });
      else
        return a;
    }
  }

  Argument sign() {
    skip();
    const std::size_t from = at_;
    if (take("+")) return nested(from, [&] { return sign(); });
    if (!take("-")) return power();
    Argument a = nested(from, [&] { return sign(); });
    a.place.begin = from;
    if (const auto* x = a.as<Index>()) return {-*x, a.place};
    if (const auto* x = a.as<double>()) return {-*x, a.place};
    if (const auto* x = a.as<std::complex<double>>()) return {-*x, a.place};
    const Var x = required(a);
    return {attempt(a.place, [&] { return neg(x); }), a.place};
  }

  Argument power() {
    Argument a = postfix();
    const std::size_t from = at_;
    if (accept("**"))
      combine(a, nested(from, [&] { return sign(); }),
              [](const Var& x, const Var& y) { return x->type.sparse() ? structured_pow(x, y) : pow(x, y); });
    return a;
  }

  Argument postfix() {
    Argument a = atom();
    while (true) {
      if (accept(".T")) {
        const Var x = required(a);
        a = {attempt(a.place, [&] { return transpose(x); }), {a.place.begin, at_}};
      } else if (accept("[")) {
        const Var x = required(a);
        const std::size_t opened = at_ - 1;
        const std::vector<Subscript> subscripts = nested(opened, [&] { return all_subscripts(opened); });
        const Place all{a.place.begin, at_};
        a = {attempt(all, [&] { return item(x, subscripts); }), all};
      } else {
        return a;
      }
    }
  }

  // --- atoms ---

  Argument atom() {
    skip();
    const std::size_t from = at_;
    const char c = peek();
    if (digit(c) || (c == '.' && digit(peek(1)))) return number();
    if (c == '\'' || c == '"') return quoted();
    if (take("(")) {
      Argument inner = nested(from, [&] {
        Argument a = comparison();
        expect(')', from);
        return a;
      });
      inner.place = {from, at_};
      return inner;
    }
    if (take("[")) {
      List list = nested(from, [&] { return sequence(']', from); });
      return {std::move(list), {from, at_}};
    }
    return named(from);
  }

  Argument named(std::size_t from) {
    const std::string name = word();
    const Place place{from, at_};
    skip();
    if (peek() == '(') {
      const std::size_t opened = at_++;
      const Call call = nested(opened, [&] { return arguments(name, place, opened); });
      const Place all{from, at_};
      return {attempt(all, [&] { return made(call, text_); }), all};
    }
    if (name == "None") return {None{}, place};
    if (name == "True" || name == "False") return {name == "True", place};
    if (name == "inf") return {std::numeric_limits<double>::infinity(), place};
    if (name == "nan") return {std::numeric_limits<double>::quiet_NaN(), place};
    const auto found = names_.find(name);
    if (found == names_.end()) unknown(name, place);
    return meaning(found->second, place);
  }

  [[noreturn]] void unknown(const std::string& name, const Place& place) const {
    std::vector<std::string_view> known;
    for (const auto& [key, x] : names_) known.push_back(key);
    const std::string near = nearest(name, known);
    complain(text_, place,
             find_function(name) != nullptr
                 ? spgrad::text("'", name, "' is a function: its arguments are missing")
                 : spgrad::text("no input or definition is called '", name, "'",
                                near.empty() ? std::string() : spgrad::text("; did you mean '", near, "'?")));
  }

  // Up to the closing bracket, which is taken.
  List sequence(char closing, std::size_t opened) {
    List list;
    while (skip(), peek() != closing) {
      list.push_back(comparison());
      if (!accept(",")) break;
    }
    expect(closing, opened);
    return list;
  }

  Call arguments(const std::string& name, const Place& place, std::size_t opened) {
    Call call{name, place, {}, {}};
    while (skip(), peek() != ')') {
      const std::size_t from = at_;
      if (const std::string key = keyword(); !key.empty()) {
        call.named.emplace_back(key, comparison());
        call.named.back().second.place.begin = from;
      } else if (!call.named.empty()) {
        complain(text_, rest_of_word(), "arguments without a name come before those with one");
      } else {
        call.positional.push_back(comparison());
      }
      if (!accept(",")) break;
    }
    expect(')', opened);
    return call;
  }

  std::vector<Subscript> all_subscripts(std::size_t opened) {
    std::vector<Subscript> all;
    do {
      all.push_back(subscript());
    } while (accept(","));
    expect(']', opened);
    return all;
  }

  Subscript subscript() {
    const auto ends = [&] { return skip(), peek() == ':' || peek() == ',' || peek() == ']'; };
    Subscript s;
    const std::size_t from = at_;
    if (!ends()) s.first = comparison();
    if (!accept(":")) {
      if (s.first.none()) complain(text_, {from, at_ + 1}, "an index is missing");
      return s;
    }
    s.slice = true;
    if (!ends()) s.stop = comparison();
    if (accept(":") && !ends()) s.step = comparison();
    return s;
  }

  const Names& names_;
};

}  // namespace
}  // namespace lang

Var parse(std::string_view expression, const Names& names) { return lang::Parser(expression, names).whole(); }

std::vector<std::pair<std::string, Var>> parse_statements(std::string_view statements, Names names) {
  std::vector<std::pair<std::string, Var>> defined;
  lang::Parser(statements, names).statements([&](const std::string& name, const lang::Place& place, const Var& x) {
    if (!names.emplace(name, x).second) lang::complain(statements, place, text("'", name, "' is defined already"));
    defined.emplace_back(name, x);
  });
  return defined;
}

}  // namespace spgrad
