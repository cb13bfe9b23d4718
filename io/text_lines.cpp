#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>

#include "io/text.hpp"

namespace spgrad::io {
namespace {

constexpr std::size_t kBlock = 1 << 20;  // bytes read at once

constexpr std::size_t kLongestLine = std::size_t{1} << 30;

}  // namespace

Lines::Lines(TextFile& file, Index begin, Index end) : file_(file), offset_(begin), end_(end), block_(kBlock) {
  if (begin >= end) return;
  // A line that runs into the range belongs to the rank before; it ends at the byte before the range or later.
  if (begin > 0) --offset_;
  file_.seek(offset_);
  if (begin > 0) skip_line();
}

const char* Lines::find_end(std::size_t from) const {
  return static_cast<const char*>(std::memchr(block_.data() + from, '\n', filled_ - from));
}

bool Lines::fill() {
  std::copy(block_.begin() + static_cast<std::ptrdiff_t>(at_), block_.begin() + static_cast<std::ptrdiff_t>(filled_),
            block_.begin());
  filled_ -= at_;
  at_ = 0;
  if (filled_ == block_.size()) {  // a line longer than the block
    require(filled_ < kLongestLine, file_.name(), " has a line of more than ", kLongestLine, " bytes at byte ",
            offset_);
    block_.resize(2 * block_.size());
  }
  const std::size_t n = file_.read(block_.data() + filled_, block_.size() - filled_);
  filled_ += n;
  return n > 0;
}

void Lines::skip_line() {
  while (offset_ < end_) {
    const char* stop = find_end(at_);
    const std::size_t n = stop ? static_cast<std::size_t>(stop + 1 - block_.data()) - at_ : filled_ - at_;
    at_ += n;
    offset_ += static_cast<Index>(n);
    if (stop || !fill()) return;
  }
}

bool Lines::next(std::string_view& line) {
  if (offset_ >= end_) return false;
  std::size_t length = 0;  // of the line, as far as it has been looked at
  const char* stop = nullptr;
  while (!(stop = find_end(at_ + length))) {
    length = filled_ - at_;
    if (!fill()) break;
  }
  if (stop) length = static_cast<std::size_t>(stop - block_.data()) - at_;
  if (!stop && length == 0) return false;
  line = {block_.data() + at_, length};
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t taken = length + (stop != nullptr);
  at_ += taken;
  offset_ += static_cast<Index>(taken);
  return true;
}

std::string quoted(std::string_view word) {
  constexpr std::size_t kLongest = 40;
  std::string out = "'";
  for (const char c : word.substr(0, kLongest)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  return out + (word.size() > kLongest ? "...'" : "'");
}

void Cursor::refuse(std::string_view what) const {
  if (peek().empty()) complain(what, " is missing");
  complain(quoted(peek()), " is not ", what);
}

std::errc Cursor::nearest(const char* first, double& x) const {
  long double wide = 0;  // reaches to 1e4932: far enough for every number that some program has written
  const auto error = std::from_chars(first, end_, wide).ec;
  x = static_cast<double>(wide);
  return error;
}

void throw_first(World& world, const std::exception_ptr& mine) {
  const auto rethrow = [&]() -> std::string { std::rethrow_exception(mine); };
  const std::string packet = mine ? packed(rethrow) : std::string();
  for (const auto& bytes : world.all_gather(std::as_bytes(std::span(packet))))
    if (!bytes.empty()) unpacked({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Error place(const TextFile& file, Index line, const Complaint& complaint) {
  const std::string column = complaint.column > 0 ? text(", column ", complaint.column) : "";
  return Error(text(file.name(), ", line ", line, column, ": ", complaint.what));
}

void each_line(World& world, TextFile& file, const TextPart& part, const std::function<void(std::string_view)>& parse) {
  const Layout ranges = Layout::even(part.end - part.begin, world.size());
  Index lines = 0;
  std::optional<Complaint> wrong;
  std::exception_ptr error;
  try {
    Lines mine(file, part.begin + ranges.begin(world.rank()), part.begin + ranges.end(world.rank()));
    for (std::string_view line; mine.next(line);) {
      ++lines;
      parse(line);
    }
  } catch (const Complaint& c) {
    wrong = c;
  } catch (...) {
    error = std::current_exception();
  }
  // Ranks before the first complaint have counted all of their lines.
  const std::vector<Index> counts = world.gather_each(lines);
  const Index before = std::accumulate(counts.begin(), counts.begin() + world.rank(), part.lines);
  if (wrong) error = std::make_exception_ptr(place(file, before + lines, *wrong));
  throw_first(world, error);
}

void check_sizes(const World& world, const TextFile& file, Index rows, Index columns) {
  const Index most = Index{INT32_MAX} * world.size();
  require(rows <= most && columns <= most, file.name(), ": a matrix of ", rows, " x ", columns, " is too large for ",
          world.size(), world.size() == 1 ? " rank" : " ranks", ", which can have ", most, " rows and columns");
}

}  // namespace spgrad::io
