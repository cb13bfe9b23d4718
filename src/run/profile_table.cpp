#include "src/run/profile_table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace spgrad {

std::string short_number(double x, const char* unit) {
  static constexpr std::array<const char*, 9> kPrefixes{"n", "u", "m", "", "k", "M", "G", "T", "P"};
  std::size_t k = 3;
  for (; x > 0 && x < 1 && k > 0; --k) x *= 1000;
  for (; x >= 999.5 && k + 1 < kPrefixes.size(); ++k) x /= 1000;
  char digits[32];
  std::snprintf(digits, sizeof digits, x >= 99.95 || x == 0 ? "%.0f" : x >= 9.995 ? "%.1f" : "%.2f", x);
  return text(digits, ' ', kPrefixes[k], unit);
}

namespace {

// Columns that end under one another; what stands last begins there.
class Table {
 public:
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  std::string str() const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_)
      for (std::size_t k = 0; k + 1 < row.size(); ++k) {
        if (k == widths.size()) widths.push_back(0);
        widths[k] = std::max(widths[k], row[k].size());
      }
    std::string lines;
    for (const auto& row : rows_) {
      for (std::size_t k = 0; k + 1 < row.size(); ++k)
        lines += std::string(widths[k] - row[k].size(), ' ') + row[k] + "  ";
      lines += row.back() + '\n';
    }
    return lines;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

// The cells of rows, all for one time.
class Cells {
 public:
  using Row = Profile::Row;
  Cells(const Row& call, int ranks) : call_(call), ranks_(ranks) {}

  std::vector<std::string> kernel(const Row& r) const {
    return {text(r.count),
            short_number(r.flops / times(r), ""),
            short_number(r.bytes / times(r), "B"),
            time(r, r.predicted),
            time(r, r.measured),
            time(r, r.measured_mean),
            share(r.measured_mean),
            rate(r.flops, r.measured_mean),
            rate(r.bytes, r.measured_mean),
            text(r.label, "  ", r.type)};
  }
  std::vector<std::string> move(const Row& r) const {
    return {text(r.count),
            short_number(r.bytes_sent / times(r), "B"),
            short_number(r.messages / times(r), ""),
            time(r, r.predicted),
            time(r, r.measured),
            time(r, r.measured_mean),
            share(r.measured_mean),
            time(r, r.under_way_mean),
            rate(r.bytes_sent, r.under_way_mean),
            r.label};
  }
  std::vector<std::string> stage(const Row& r) const {
    return {text(r.count),
            short_number(r.bytes_sent / times(r), "B"),
            short_number(r.messages / times(r), ""),
            time(r, r.measured),
            time(r, r.measured_mean),
            share(r.measured_mean),
            r.label};
  }

 private:
  static double times(const Row& r) { return static_cast<double>(std::max<Index>(r.count, 1)); }
  static std::string time(const Row& r, double seconds) { return short_number(seconds / times(r), "s"); }
  std::string share(double seconds) const {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%.1f %%", 100 * seconds / std::max(call_.measured_mean, 1e-12));
    return digits;
  }
  std::string rate(double of_all, double mean_seconds) const {
    return of_all > 0 && mean_seconds > 0 ? short_number(of_all / (ranks_ * mean_seconds), "") : "";
  }

  const Row& call_;
  int ranks_;
};

}  // namespace

std::string profile_table(std::span<const Profile::Row> rows, int ranks, const Machine& machine) {
  if (rows.empty()) return "profile: no call was made\n";
  const Profile::Row& call = rows[0];
  const Cells cells(call, ranks);
  Table kernels, moves, stages;
  kernels.add({"count", "flop", "memory", "predicted", "measured", "mean", "of call", "flop/s", "B/s", "operation"});
  moves.add({"count", "sent", "messages", "predicted", "measured", "mean", "of call", "under way", "B/s", "move"});
  stages.add({"count", "sent", "messages", "measured", "mean", "of call", "stage"});
  Profile::Row rest = call;
  rest.label = "between them";
  double predicted = 0;
  for (const Profile::Row& r : rows.subspan(1)) {
    rest.measured_mean -= r.measured_mean;
    predicted += r.predicted;
    if (r.kind == Activity::kKernel)
      kernels.add(cells.kernel(r));
    else if (r.kind == Activity::kEnd)
      moves.add(cells.move(r));
    else
      stages.add(cells.stage(r));
  }
  rest.measured = rest.measured_mean;
  stages.add(cells.stage(rest));
  const auto calls = static_cast<double>(call.count);
  return text(
      "profile of ", call.count, call.count == 1 ? " call" : " calls", " on ", ranks,
      ranks == 1 ? " rank: " : " ranks: ", short_number(call.measured / calls, "s"), " a call; operations and moves ",
      short_number(predicted / calls, "s"), " by the model of ",
      machine.from.empty() ? "no machine in particular" : machine.from,
      "\nFor one time: flop, memory, sent and messages of all ranks, predicted and measured of the slowest, rates of "
      "one rank.\n",
      kernels.str(), moves.str(), stages.str());
}

}  // namespace spgrad
