#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <new>
#include <thread>

#include "src/comm/world.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad {
namespace {

using comm::Combine;
using tests::for_ranks;

constexpr Combine kAll[]{Combine::sum, Combine::max, Combine::min};

/// Small numbers that differ by rank and place, negative ones among them where T has any.
template <class T>
T number(int rank, int i) {
  if constexpr (is_complex_v<T>)
    return T(static_cast<typename T::value_type>(rank - 2), static_cast<typename T::value_type>(i));
  else
    return static_cast<T>((rank * 3 + i) % 7 - (std::is_signed_v<T> ? 3 : 0));
}

template <class T>
T combine(Combine how, T a, T b) {
  if constexpr (is_complex_v<T>)
    return a + b;
  else if constexpr (std::is_same_v<T, bool>)
    return how == Combine::min ? a && b : a || b;
  else
    return how == Combine::sum ? static_cast<T>(a + b) : how == Combine::max ? std::max(a, b) : std::min(a, b);
}

template <class T>
void check_all_reduce(World& w, Combine how) {
  constexpr int kCount = 5;
  T x[kCount], expected[kCount];
  for (int i = 0; i < kCount; ++i) {
    x[i] = number<T>(w.rank(), i);
    expected[i] = number<T>(0, i);
    for (int r = 1; r < w.size(); ++r) expected[i] = combine(how, expected[i], number<T>(r, i));
  }
  w.all_reduce(dtype_of<T>(), how, std::as_writable_bytes(std::span(x)));
  EXPECT_TRUE(std::ranges::equal(x, expected)) << dtype_of<T>();
}

TEST(World, ReducesEveryDtype) {
  for_ranks([](World& w) {
    for (int d = 0; d < kDTypes; ++d)
      for (const Combine how : kAll) {
        if (is_complex(static_cast<DType>(d)) && how != Combine::sum) continue;
        dispatch(static_cast<DType>(d), [&]<class T>() { check_all_reduce<T>(w, how); });
      }
  });
}

TEST(World, RefusesTheMaxOfComplexNumbers) {
  for_ranks([](World& w) {
    std::complex<double> z = 1;
    EXPECT_THROW(w.all_reduce(DType::complex128, Combine::max, std::as_writable_bytes(std::span(&z, 1))), Error);
  });
}

TEST(World, NaNWinsInMaxAndMinOnEveryRank) {
  for_ranks([](World& w) {
    for (int bad = 0; bad < w.size(); ++bad) {
      const double x = w.rank() == bad ? std::numeric_limits<double>::quiet_NaN() : w.rank();
      EXPECT_TRUE(std::isnan(w.reduce(x, Combine::max))) << "NaN on rank " << bad;
      EXPECT_TRUE(std::isnan(w.reduce(static_cast<float>(x), Combine::min))) << "NaN on rank " << bad;
    }
  });
}

TEST(World, ReplicasOfASumHaveTheSameBits) {
  for_ranks([](World& w) {
    std::vector<double> x(1000);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 1.0 / (3.0 + static_cast<double>(i) + 0.1 * w.rank());
    w.all_reduce(DType::float64, Combine::sum, std::as_writable_bytes(std::span(x)));
    const auto all = w.gather_all(std::span<const double>(x));
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], x[i % x.size()]);
  });
}

TEST(World, GathersPartsOfDifferentLengths) {
  for_ranks([](World& w) {
    const std::vector<int> mine(static_cast<std::size_t>(w.rank() % 3), w.rank());  // rank 0 has nothing
    std::vector<int> expected;
    for (int r = 0; r < w.size(); ++r) expected.insert(expected.end(), static_cast<std::size_t>(r % 3), r);
    EXPECT_EQ(w.gather_all(std::span(mine)), expected);
    const auto ranks = w.gather_each(w.rank());
    for (int r = 0; r < w.size(); ++r) EXPECT_EQ(ranks[static_cast<std::size_t>(r)], r);
  });
}

TEST(World, TradesPartsByRank) {
  for_ranks([](World& w) {
    // To rank r go (rank + r) % 3 copies of 100 rank + r.
    std::vector<std::vector<std::int16_t>> mine;
    const auto part = [](int from, int to) {
      return std::vector<std::int16_t>(static_cast<std::size_t>((from + to) % 3),
                                       static_cast<std::int16_t>(100 * from + to));
    };
    for (int r = 0; r < w.size(); ++r) mine.push_back(part(w.rank(), r));
    const auto theirs = w.trade(mine);
    EXPECT_EQ(theirs.size(), mine.size());
    for (int r = 0; r < w.size(); ++r) EXPECT_EQ(theirs[static_cast<std::size_t>(r)], part(r, w.rank()));
  });
}

// Every rank sends its number to the next one, 1000 + its number two ranks on.
TEST(World, ExchangesMayBeWaitedForInAnyOrder) {
  for_ranks([](World& w) {
    const int p = w.size(), next = (w.rank() + 1) % p, before = (w.rank() + p - 1) % p;
    const int out[]{w.rank(), 1000 + w.rank()};
    int in[]{-1, -1};
    const auto first = w.exchange(), second = w.exchange();
    const auto start = [&](comm::Exchange& e, int i) {
      const comm::Send send{next, std::as_bytes(std::span(out + i, 1))};
      const comm::Receive receive{before, std::as_writable_bytes(std::span(in + i, 1))};
      e.start({&send, 1}, {&receive, 1});
    };
    for (int round = 0; round < 3; ++round) {
      start(*first, 0);
      start(*second, 1);
      second->wait();
      while (!first->test()) std::this_thread::yield();
      first->wait();
      EXPECT_EQ(in[0], before);
      EXPECT_EQ(in[1], 1000 + before);
    }
  });
}

TEST(World, CountsWhatItSends) {
  for_ranks([](World& w) {
    const Index p = w.size(), before = w.traffic().bytes;
    w.gather_each(1.0);
    EXPECT_EQ(w.traffic().bytes - before, 8 * (p - 1));
    w.reduce(1.0);
    EXPECT_EQ(w.traffic().bytes - before, 8 * (p - 1) + 16 * (p - 1) / p);
    w.trade(std::vector<std::vector<double>>(static_cast<std::size_t>(p), {1.0, 2.0}));
    EXPECT_EQ(w.traffic().bytes - before, 24 * (p - 1) + 16 * (p - 1) / p);
    w.barrier();
    EXPECT_EQ(w.traffic().bytes - before, 24 * (p - 1) + 16 * (p - 1) / p);
  });
}

struct Told {
  std::string message;
  ErrorKind kind = ErrorKind::other;
};
Told told(World& w, const std::function<void()>& work) {
  try {
    w.together(work);
  } catch (const Error& e) {
    return {e.what(), e.kind()};
  }
  return {};
}
std::string prefixed(const World& w, int rank, const std::string& message) {
  return w.size() == 1 ? message : text("rank ", rank, ": ", message);
}

TEST(Agree, EveryRankThrowsTheErrorOfTheLowestOne) {
  for_ranks([](World& w) {
    const int lowest = w.size() / 2;
    const auto [message, kind] = told(w, [&] {
      if (w.rank() >= lowest) fail(ErrorKind::io, "file ", w.rank(), " is missing");
    });
    EXPECT_EQ(message, prefixed(w, lowest, text("file ", lowest, " is missing")));
    EXPECT_EQ(kind, ErrorKind::io);
    EXPECT_EQ(told(w, [] {}).message, "");
  });
}

TEST(Agree, OtherExceptionsBecomeErrors) {
  for_ranks([](World& w) {
    const int last = w.size() - 1;
    const auto memory = told(w, [&] {
      if (w.rank() == last) throw std::bad_alloc();
    });
    EXPECT_EQ(memory.message, prefixed(w, last, "out of memory"));
    EXPECT_EQ(memory.kind, ErrorKind::other);
    EXPECT_EQ(told(w, [&] { throw std::runtime_error("no luck"); }).message, prefixed(w, 0, "no luck"));
    EXPECT_EQ(told(w, [&] { throw 7; }).message, prefixed(w, 0, "an exception of unknown type"));
  });
}

TEST(Agree, WhatIsAgreedTwiceNamesItsRankOnce) {
  for_ranks([](World& w) {
    std::exception_ptr first;
    try {
      w.together([&] {
        if (w.rank() == w.size() - 1) throw Error("broken");
      });
    } catch (...) {
      first = std::current_exception();
    }
    EXPECT_EQ(told(w, [&] { std::rethrow_exception(first); }).message, prefixed(w, w.size() - 1, "broken"));
  });
}

}  // namespace
}  // namespace spgrad
