// text.hpp: the lines of a text file, plain or gzip, read by all ranks at once, and the numbers in them. Internal.
//
// The text is cut into one byte range per rank, and a rank reads the lines that begin in its range: together the ranks
// read every line once, in file order by rank. A rank holds one block and one line at a time. gzip cannot be entered in
// the middle: there every rank decompresses from the start to the end of its range and keeps only what lies in it,
// after rank 0 has decompressed the whole once to learn its size. So gzip needs no more memory, but only parsing gets
// faster with more ranks.
#pragma once

#include <zlib.h>

#include <charconv>
#include <cstring>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "io/root.hpp"
#include "spgrad/io.hpp"
#include "src/comm/world.hpp"

namespace spgrad::io {

/// A regular file whose bytes are read decompressed, if they are gzip: members one behind the other, and nothing else.
class TextFile {
 public:
  explicit TextFile(std::string name, Index expansion = 0);  ///< throws Error of kind io if it cannot be opened
  ~TextFile();
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;

  const std::string& name() const { return name_; }
  Index most_memory() const { return most_memory_; }  ///< that its content may take (inspect.hpp)
  Index size();  ///< bytes of text; a gzip stream is decompressed for it and must be whole
  void seek(Index offset);
  std::size_t read(char* into,
                   std::size_t bytes);  ///< fewer only at the end; throws Error: io, or data if the gzip is broken

  /// Throws Error of kind data unless `bytes` (of `what`) may be taken for it.
  void check_memory(Index bytes, std::string_view what) const;

 private:
  void restart();
  bool refill();  ///< more compressed bytes; false at the end of the file
  std::size_t inflate(char* into, std::size_t bytes);
  void begin_member();

  std::string name_;
  int fd_ = -1;
  Index bytes_ = 0, most_memory_ = 0;  ///< of the file as it is
  Index at_ = 0;                       ///< of the text
  bool gzip_ = false;
  // Of a gzip file:
  z_stream stream_{};
  std::vector<unsigned char> packed_;  ///< read, not yet decompressed
  Index packed_end_ = 0;               ///< where in the file it ends
  bool in_member_ = false;
};

/// The lines that begin in the byte range begin .. end - 1, without their line ends (LF or CRLF).
class Lines {
 public:
  Lines(TextFile& file, Index begin, Index end);
  bool next(std::string_view& line);        ///< the line is valid until the next call
  Index offset() const { return offset_; }  ///< where the next line begins

 private:
  bool fill();  ///< reads on behind what is not used yet; false at the end of the text
  void skip_line();
  const char* find_end(std::size_t from) const;

  TextFile& file_;
  Index offset_, end_;
  std::vector<char> block_;
  std::size_t at_ = 0, filled_ = 0;  ///< block_[at_ .. filled_ - 1] is not used yet
};

/// What is wrong in a line, and in which column (from 1; 0: the line as a whole).
struct Complaint {
  Index column;
  std::string what;
};

/// `word` in quotes, printable and not too long.
std::string quoted(std::string_view word);

/// Reads one line from left to right. What it cannot read it throws as a Complaint.
class Cursor {
 public:
  explicit Cursor(std::string_view line) : begin_(line.data()), at_(begin_), end_(begin_ + line.size()) {}

  bool done() {  ///< skips blanks; nothing is left
    while (at_ != end_ && is_blank(*at_)) ++at_;
    return at_ == end_;
  }
  /// What stands here up to the next blank.
  std::string_view peek() const {
    const char* p = at_;
    while (p != end_ && !is_blank(*p)) ++p;
    return {at_, static_cast<std::size_t>(p - at_)};
  }
  std::string_view word() {
    const auto w = peek();
    at_ += w.size();
    return w;
  }
  /// A number that ends at `stop` (which is skipped) or, without one, at a blank or the end of the line.
  template <class T>
  T number(std::string_view what, char stop = '\0') {
    const char* first = at_;
    if (end_ - first > 1 && *first == '+' && first[1] != '-') ++first;
    T x{};
    auto [last, error] = std::from_chars(first, end_, x);
    if (error == std::errc::result_out_of_range) error = nearest(first, x);
    const bool ends = stop ? last != end_ && *last == stop : last == end_ || is_blank(*last);
    if (error != std::errc{} || !ends) [[unlikely]]
      refuse(what);
    at_ = last + (stop != '\0');
    return x;
  }
  /// Throws unless the line ends here.
  void finish() {
    if (!done()) complain(quoted(peek()), " stands behind the last value of the line");
  }
  template <class... Parts>
  [[noreturn]] void complain(const Parts&... parts) const {
    throw Complaint{at_ - begin_ + 1, text(parts...)};
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t'; }
  [[noreturn]] void refuse(std::string_view what) const;
  /// A number beyond the range of double is its nearest one, as C and NumPy read it: infinity or 0. An integer has
  /// none.
  std::errc nearest(const char* first, double& x) const;
  std::errc nearest(const char*, Index&) const { return std::errc::result_out_of_range; }

  const char *begin_, *at_, *end_;
};

/// A real number, NaN only where `nan` says so.
inline double real_number(Cursor& at, bool nan) {
  const Cursor start = at;
  const double x = at.number<double>("a number");
  if (!nan && x != x) [[unlikely]]
    start.complain(quoted(start.peek()), " is refused");
  return x;
}

/// Collective. Throws on every rank the Error of the lowest rank that passes one; null on ranks where all went well.
void throw_first(World& world, const std::exception_ptr& mine);

/// Collective. The result of work(), plain data that rank 0 alone makes, on every rank; its Error is thrown on every
/// rank.
template <class F>
auto from_root(World& world, F&& work) {
  decltype(work()) result;
  static_assert(std::is_trivially_copyable_v<decltype(result)>);
  const std::string bytes = on_root(world, [&] {
    result = work();
    return std::string(reinterpret_cast<const char*>(&result), sizeof result);
  });
  std::memcpy(&result, bytes.data(), sizeof result);
  return result;
}

/// The part of a text that is still to be read, agreed by all ranks.
struct TextPart {
  Index begin = 0, end = 0;  ///< in bytes
  Index lines = 0;           ///< before it
};

/// "FILE, line 17, column 23: what".
Error place(const TextFile& file, Index line, const Complaint& complaint);

/// Collective. Calls parse(line) with this rank's lines of the part. The first Complaint in file order is thrown on
/// every rank as an Error that names its place, the same for every number of ranks.
void each_line(World& world, TextFile& file, const TextPart& part, const std::function<void(std::string_view)>& parse);

/// Throws unless the ranks are enough for 31-bit local numbers of rows and columns.
void check_sizes(const World& world, const TextFile& file, Index rows, Index columns);

/// Collective. The two formats; `size` is that of the text, `nan` whether NaN may stand in it.
Imported read_svmlight(World& world, TextFile& file, Index size, Balance balance, bool nan);
Imported read_matrix_market(World& world, TextFile& file, Index size, Balance balance, bool nan);

}  // namespace spgrad::io
