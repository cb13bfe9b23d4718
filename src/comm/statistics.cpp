#include <algorithm>
#include <cmath>
#include <limits>

#include "spgrad/distribute.hpp"
#include "src/comm/world.hpp"

namespace spgrad {
namespace {

struct Tally {
  Index stored = 0, zeros = 0, nan = 0, majors = 0, empty = 0;
  Index shortest = std::numeric_limits<Index>::max(), longest = 0;
  double min = std::numeric_limits<double>::infinity(), max = -std::numeric_limits<double>::infinity(), sum = 0;

  template <class T>
  void add_value(T x) {
    ++stored;
    double v;
    if constexpr (is_complex_v<T>)
      v = static_cast<double>(std::abs(x));
    else
      v = static_cast<double>(x);
    if (std::isnan(v)) {
      ++nan;
      return;
    }
    zeros += v == 0;
    min = std::min(min, v);
    max = std::max(max, v);
    sum += v;
  }
  void add_length(Index n) {
    ++majors;
    empty += n == 0;
    shortest = std::min(shortest, n);
    longest = std::max(longest, n);
  }
  void add(const Tally& t) {
    stored += t.stored, zeros += t.zeros, nan += t.nan, majors += t.majors, empty += t.empty, sum += t.sum;
    shortest = std::min(shortest, t.shortest), longest = std::max(longest, t.longest);
    min = std::min(min, t.min), max = std::max(max, t.max);
  }
};

}  // namespace

Statistics statistics(World& world, const Value& value) {
  Tally mine;
  const bool counts_here = value.is_sparse() || value.cut() != kWhole || world.rank() == 0;
  if (counts_here) {
    dispatch(value.dtype(), [&]<class T>() {
      for (const T x : value.data<T>()) mine.add_value(x);
    });
    for (Index i = 0; i < value.local_rows(); ++i) {
      const auto at = static_cast<std::size_t>(i);
      mine.add_length(value.is_sparse() ? value.sparsity()->indptr[at + 1] - value.sparsity()->indptr[at]
                                        : value.row_length());
    }
  }
  Tally all;
  for (const Tally& t : world.gather_each(mine)) all.add(t);
  Statistics s;
  s.stored = all.stored;
  s.explicit_zeros = all.zeros;
  s.nan = all.nan;
  if (const Index numbers = all.stored - all.nan; numbers > 0) {
    s.min = all.min;
    s.max = all.max;
    s.mean = all.sum / static_cast<double>(numbers);
  }
  s.empty = all.empty;
  if (all.majors > 0) {
    s.shortest = all.shortest;
    s.longest = all.longest;
    s.mean_length = static_cast<double>(all.stored) / static_cast<double>(all.majors);
  }
  return s;
}

}  // namespace spgrad
