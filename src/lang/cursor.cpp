#include "src/lang/cursor.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace spgrad::lang {

bool Cursor::letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '%'; }
bool Cursor::digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

void Cursor::skip() {
  for (;; ++at_) {
    if (peek() == '#')
      while (!at_end() && peek() != '\n') ++at_;
    const char c = peek();
    if (at_end() || !(c == ' ' || c == '\t' || c == '\r' || (c == '\n' && depth_ > 0))) return;
  }
}
void Cursor::skip_lines() {
  for (skip(); peek() == '\n'; skip()) ++at_;
}
void Cursor::end_of_statement() {
  skip();
  if (!at_end() && peek() != '\n') complain(text_, rest_of_word(), "the statement should end here");
}
bool Cursor::take(std::string_view token) {
  if (!text_.substr(at_).starts_with(token)) return false;
  at_ += token.size();
  return true;
}
bool Cursor::accept(std::string_view token) {
  skip();
  return take(token);
}
void Cursor::expect(char closing, std::size_t opened) {
  skip();
  if (peek() == closing) {
    ++at_;
    return;
  }
  if (at_end()) complain(text_, {opened, opened + 1}, "this bracket is not closed");
  complain(text_, rest_of_word(), spgrad::text("'", closing, "' or an operator is missing"));
}
Place Cursor::rest_of_word() const {
  std::size_t end = at_;
  while (end < text_.size() && (letter(text_[end]) || digit(text_[end]))) ++end;
  return {at_, std::max(end, at_ + 1)};
}
std::string Cursor::word() {
  const Place place = rest_of_word();
  if (!letter(peek())) complain(text_, place, at_end() ? "an operand is missing" : "a name was expected");
  at_ = place.end;
  return std::string(text_.substr(place.begin, place.end - place.begin));
}
std::string Cursor::input_word() {
  for (const std::string given : {"input", "shared"}) {
    const std::size_t from = at_;
    if (take(given)) {
      skip();
      if (at_end() || peek() == '\n') return given;
    }
    at_ = from;
  }
  return "";
}

Argument Cursor::quoted() {
  const std::size_t from = at_++;
  const std::size_t end = text_.find(text_[from], at_);
  if (end == std::string_view::npos) complain(text_, {from, from + 1}, "this quote is not closed");
  at_ = end + 1;
  return {std::string(text_.substr(from + 1, end - from - 1)), {from, at_}};
}

Argument Cursor::number() {
  const std::size_t from = at_;
  const char* const begin = text_.data() + at_;
  const char* const end = text_.data() + text_.size();
  double real = 0;
  Index integer = 0;
  const auto as_real = std::from_chars(begin, end, real);
  const auto as_integer = std::from_chars(begin, end, integer);
  at_ += static_cast<std::size_t>(as_real.ptr - begin);
  const bool imaginary = take("j");
  const Place place{from, at_};
  if (letter(peek()) || as_real.ec != std::errc{}) complain(text_, {from, rest_of_word().end}, "this is no number");
  if (imaginary) return {std::complex<double>(0, real), place};
  if (as_integer.ptr != as_real.ptr) return {real, place};
  if (as_integer.ec != std::errc{}) complain(text_, place, "this integer is too large");
  return {integer, place};
}

std::string Cursor::keyword() {
  const std::size_t from = at_;
  if (letter(peek())) {
    std::string name = word();
    skip();
    if (peek() == '=' && peek(1) != '=') {
      ++at_;
      return name;
    }
  }
  at_ = from;
  return "";
}

}  // namespace spgrad::lang
