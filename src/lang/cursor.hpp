// cursor.hpp: a place in a text, and what can be read there: words, numbers, signs.
#pragma once

#include "src/lang/argument.hpp"

namespace spgrad::lang {

/// Every complaint is Pointed.
class Cursor {
 protected:
  explicit Cursor(std::string_view text) : text_(text) {}

  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool at_end() const { return at_ >= text_.size(); }
  static bool letter(char c);  ///< of a name; `%` begins those that to_string gives
  static bool digit(char c);

  void skip();        ///< blanks and comments; inside brackets ends of lines too
  void skip_lines();  ///< to the next statement
  void end_of_statement();
  bool take(std::string_view token);
  bool accept(std::string_view token);  ///< behind blanks
  /// The bracket that closes the one at `opened`.
  void expect(char closing, std::size_t opened);

  /// The name that begins here, or one character.
  Place rest_of_word() const;
  std::string word();
  /// NAME= before a value; empty, and nothing read, if there is none.
  std::string keyword();
  /// "input" or "shared" as the whole value of a statement: what to_string prints for what must be given.
  std::string input_word();
  Argument quoted();
  Argument number();

  /// f() inside brackets, or behind a sign, that begin at `opened`. Throws if they are nested too deeply.
  template <class F>
  std::invoke_result_t<F> nested(std::size_t opened, F&& f) {
    if (++depth_ > kDeepest) complain(text_, {opened, opened + 1}, "brackets or signs are nested too deeply");
    std::invoke_result_t<F> inner = f();
    --depth_;
    return inner;
  }

  std::string_view text_;
  std::size_t at_ = 0;

 private:
  static constexpr int kDeepest = 200;
  int depth_ = 0;
};

}  // namespace spgrad::lang
