#include "src/comm/star_forest.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/support/typed.hpp"

namespace spgrad {
namespace {

using comm::Combine;
using comm::StarForest;
using comm::Transfer;
using tests::for_ranks;
using tests::number;

constexpr Index kRows = 37;
constexpr Index kWidths[]{1, 3, 51};

/// Wanted lists of one rank: none, random with repeats, all rows ascending, one run, all backwards.
std::vector<std::vector<Index>> wishes(int rank) {
  std::mt19937 random(static_cast<unsigned>(rank) + 1);
  std::vector<std::vector<Index>> out(5);
  for (Index i = 0; i < 20 + rank; ++i) out[1].push_back(std::uniform_int_distribution<Index>(0, kRows - 1)(random));
  for (Index i = 0; i < kRows; ++i) out[2].push_back(i);
  for (Index i = 10; i < 20; ++i) out[3].push_back(i);
  out[4].assign(out[2].rbegin(), out[2].rend());
  return out;
}

/// Calls body(layout, wanted) for cuts times wishes; the ranks' wishes differ.
void for_cases(World& w, const std::function<void(const Layout&, const std::vector<Index>&)>& body) {
  const auto mine = wishes(w.rank());
  for (const Layout& layout : tests::layouts(kRows, w.size()))
    for (std::size_t k = 0; k < mine.size(); ++k)
      body(layout, mine[(k + static_cast<std::size_t>(w.rank())) % mine.size()]);
}

std::size_t size(Index n) { return static_cast<std::size_t>(n); }

template <class T>
std::vector<T> numbers(Index first, Index count, Index k) {
  std::vector<T> out;
  for (Index i = first * k; i < (first + count) * k; ++i) out.push_back(number<T>(i));
  return out;
}

// bool lies in bytes here, because std::vector<bool> has no memory to send.
template <class T>
void check_gather(World& w, const Layout& layout, const std::vector<Index>& wanted, Transfer& transfer, Index k) {
  using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;
  const auto roots = numbers<Stored>(layout.begin(w.rank()), layout.count(w.rank()), k);
  std::vector<Stored> leaves(wanted.size() * size(k)), expected;
  for (const Index row : wanted) std::ranges::copy(numbers<Stored>(row, 1, k), std::back_inserter(expected));
  transfer.begin_gather(size(k) * sizeof(T), std::as_bytes(std::span(roots)),
                        std::as_writable_bytes(std::span(leaves)));
  transfer.progress();
  transfer.end_gather();
  EXPECT_EQ(leaves, expected) << dtype_of<T>() << ", width " << k;
}

TEST(StarForest, GatherFetchesTheWantedRowsOfEveryDtypeAndWidth) {
  for_ranks([](World& w) {
    for_cases(w, [&](const Layout& layout, const std::vector<Index>& wanted) {
      const auto forest = std::make_shared<const StarForest>(w, layout, wanted);
      EXPECT_EQ(forest->roots(), layout.count(w.rank()));
      EXPECT_EQ(forest->leaves(), static_cast<Index>(wanted.size()));
      Transfer transfer(forest);
      for (const Index k : kWidths)
        for (int d = 0; d < kDTypes; ++d)
          dispatch(static_cast<DType>(d), [&]<class T>() { check_gather<T>(w, layout, wanted, transfer, k); });
    });
  });
}

/// What the roots must hold afterwards: every rank knows what all ranks' leaves are.
template <class T>
std::vector<T> combined(World& w, const Layout& layout, const std::vector<std::vector<Index>>& wanted, Index k,
                        Combine combine) {
  auto roots = numbers<T>(layout.begin(w.rank()), layout.count(w.rank()), k);
  for (std::size_t r = 0; r < wanted.size(); ++r)
    for (std::size_t l = 0; l < wanted[r].size(); ++l)
      for (Index j = 0; j < k && layout.owner(wanted[r][l]) == w.rank(); ++j) {
        T& root = roots[size((wanted[r][l] - layout.begin(w.rank())) * k + j)];
        const T leaf = number<T>(static_cast<Index>(l) * k + j + static_cast<Index>(r));
        comm::combine_into(dtype_of<T>(), combine, std::as_writable_bytes(std::span(&root, 1)),
                           std::as_bytes(std::span(&leaf, 1)));
      }
  return roots;
}

template <class T>
void check_scatter(World& w, const Layout& layout, const std::vector<std::vector<Index>>& wanted, Transfer& transfer,
                   Index k, Combine combine) {
  auto roots = numbers<T>(layout.begin(w.rank()), layout.count(w.rank()), k);
  std::vector<T> leaves;
  for (Index i = 0; i < static_cast<Index>(wanted[size(w.rank())].size()) * k; ++i)
    leaves.push_back(number<T>(i + w.rank()));
  transfer.begin_scatter(dtype_of<T>(), combine, size(k) * sizeof(T), std::as_bytes(std::span(leaves)),
                         std::as_writable_bytes(std::span(roots)));
  transfer.end_scatter();
  EXPECT_EQ(roots, combined<T>(w, layout, wanted, k, combine)) << dtype_of<T>() << ", width " << k;
}

TEST(StarForest, ScatterCombinesLeavesOfEveryDtypeInTheirRoots) {
  for_ranks([](World& w) {
    for_cases(w, [&](const Layout& layout, const std::vector<Index>& mine) {
      std::vector<std::vector<Index>> wanted(size(w.size()), mine);
      wanted = w.trade(wanted);
      Transfer transfer(std::make_shared<const StarForest>(w, layout, mine));
      for (const Index k : kWidths)
        for (const Combine combine : {Combine::sum, Combine::max, Combine::min})
          for (int d = 1; d < kDTypes; ++d) {
            if (is_complex(static_cast<DType>(d)) && combine != Combine::sum) continue;
            dispatch(static_cast<DType>(d), [&]<class T>() {
              if constexpr (!std::is_same_v<T, bool>) check_scatter<T>(w, layout, wanted, transfer, k, combine);
            });
          }
    });
  });
}

TEST(StarForest, TheSumOfBoolIsOr) {
  for_ranks([](World& w) {
    const Layout layout = Layout::even(2 * w.size(), w.size());
    std::vector<Index> all;
    for (Index i = 0; i < layout.size(); ++i) all.push_back(i);
    Transfer transfer(std::make_shared<const StarForest>(w, layout, all));
    bool roots[]{false, false};
    std::vector<std::uint8_t> leaves(all.size());  // everybody says true of every second row
    for (std::size_t i = 1; i < leaves.size(); i += 2) leaves[i] = 1;
    transfer.begin_scatter(DType::bool_, Combine::sum, 1, std::as_bytes(std::span(leaves)),
                           std::as_writable_bytes(std::span(roots)));
    transfer.end_scatter();
    EXPECT_FALSE(roots[0]);
    EXPECT_TRUE(roots[1]);
  });
}

// <scatter(y), x> = <y, gather(x)>
TEST(StarForest, ScatterIsTheTransposeOfGather) {
  for_ranks([](World& w) {
    for_cases(w, [&](const Layout& layout, const std::vector<Index>& wanted) {
      std::mt19937 random(static_cast<unsigned>(7 + w.rank()));
      std::normal_distribution<double> normal;
      std::vector<double> x(size(layout.count(w.rank())) * 3), y(wanted.size() * 3), gx(y.size()), sy(x.size(), 0.0);
      for (double& v : x) v = normal(random);
      for (double& v : y) v = normal(random);
      Transfer transfer(std::make_shared<const StarForest>(w, layout, wanted));
      transfer.begin_gather(24, std::as_bytes(std::span(x)), std::as_writable_bytes(std::span(gx)));
      transfer.end_gather();
      transfer.begin_scatter(DType::float64, Combine::sum, 24, std::as_bytes(std::span(y)),
                             std::as_writable_bytes(std::span(sy)));
      transfer.end_scatter();
      const double left = w.reduce(std::inner_product(x.begin(), x.end(), sy.begin(), 0.0));
      const double right = w.reduce(std::inner_product(y.begin(), y.end(), gx.begin(), 0.0));
      EXPECT_NEAR(left, right, 1e-11 * (1 + std::abs(left)));
    });
  });
}

// 1 is lost beside 1e16 unless the large numbers cancel first, so the sum tells the order.
TEST(StarForest, ScatterAddsInTheOrderOfTheRanks) {
  for_ranks([](World& w) {
    for (int owner = 0; owner < w.size(); ++owner) {
      const std::vector<Index> wanted{0};
      Transfer transfer(std::make_shared<const StarForest>(w, tests::all_on(owner, 1, w.size()), wanted));
      const auto leaf_of = [](int r) { return r == 0 ? 1e16 : r == 1 ? -1e16 : 1.0; };
      const double leaf = leaf_of(w.rank());
      std::vector<double> root(w.rank() == owner ? 1 : 0, 0.5);
      transfer.begin_scatter(DType::float64, Combine::sum, 8, std::as_bytes(std::span(&leaf, 1)),
                             std::as_writable_bytes(std::span(root)));
      transfer.end_scatter();
      double expected = 0.5;
      for (int r = 0; r < w.size(); ++r) expected += leaf_of(r);
      for (const double x : root) EXPECT_EQ(x, expected);
    }
  });
}

TEST(StarForest, NaNWinsAMax) {
  for_ranks([](World& w) {
    const std::vector<Index> wanted{0};
    Transfer transfer(std::make_shared<const StarForest>(w, tests::all_on(0, 1, w.size()), wanted));
    const double leaf = w.rank() == w.size() - 1 ? std::numeric_limits<double>::quiet_NaN() : 1.0;
    std::vector<double> root(w.rank() == 0 ? 1 : 0, 5.0);
    transfer.begin_scatter(DType::float64, Combine::max, 8, std::as_bytes(std::span(&leaf, 1)),
                           std::as_writable_bytes(std::span(root)));
    transfer.end_scatter();
    for (const double x : root) EXPECT_TRUE(std::isnan(x));
  });
}

TEST(StarForest, TwoTransfersMayBeUnderWayAtOnce) {
  for_ranks([](World& w) {
    const Layout layout = Layout::even(kRows, w.size());
    const auto wanted = wishes(w.rank())[1];
    const auto forest = std::make_shared<const StarForest>(w, layout, wanted);
    Transfer a(forest), b(forest);
    const auto roots = numbers<double>(layout.begin(w.rank()), layout.count(w.rank()), 1);
    auto twice = roots;
    for (double& x : twice) x *= 2;
    std::vector<double> la(wanted.size()), lb(wanted.size());
    a.begin_gather(8, std::as_bytes(std::span(roots)), std::as_writable_bytes(std::span(la)));
    b.begin_gather(8, std::as_bytes(std::span(twice)), std::as_writable_bytes(std::span(lb)));
    b.end_gather();
    a.end_gather();
    for (std::size_t l = 0; l < wanted.size(); ++l) {
      EXPECT_EQ(la[l], number<double>(wanted[l]));
      EXPECT_EQ(lb[l], 2 * la[l]);
    }
  });
}

TEST(StarForest, SendsOnlyWhatOthersNeed) {
  for_ranks([](World& w) {
    const Layout layout = Layout::even(kRows, w.size());
    const auto wanted = wishes(w.rank())[1];
    const auto forest = std::make_shared<const StarForest>(w, layout, wanted);
    Index remote = 0;
    for (const Index row : wanted) remote += layout.owner(row) != w.rank();
    EXPECT_EQ(w.reduce(forest->sent_rows()), w.reduce(remote));

    Transfer transfer(forest);
    std::vector<float> roots(size(forest->roots())), leaves(wanted.size());
    const Index before = w.traffic().bytes;
    transfer.begin_gather(4, std::as_bytes(std::span(roots)), std::as_writable_bytes(std::span(leaves)));
    transfer.end_gather();
    EXPECT_EQ(w.traffic().bytes - before, 4 * forest->sent_rows());
  });
}

TEST(StarForest, AnIndexOutOfRangeOnOneRankIsAnErrorOnAll) {
  for_ranks([](World& w) {
    std::vector<Index> wanted{0, 3};
    if (w.rank() == w.size() - 1) wanted.push_back(kRows);
    try {
      StarForest(w, Layout::even(kRows, w.size()), wanted);
      ADD_FAILURE() << "index " << kRows << " of " << kRows << " was taken";
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find("index 37 is out of range 0 .. 36"), std::string::npos) << e.what();
    }
  });
}

TEST(StarForest, RefusesMemoryOfAnotherSizeAndTheMaxOfComplexNumbers) {
  for_ranks([](World& w) {
    const std::vector<Index> wanted{0, 1};
    const Layout layout = Layout::even(2 * w.size(), w.size());
    Transfer transfer(std::make_shared<const StarForest>(w, layout, wanted));
    std::vector<std::complex<double>> two(2), three(3);
    EXPECT_THROW(transfer.begin_gather(16, std::as_bytes(std::span(two)), std::as_writable_bytes(std::span(three))),
                 Error);
    EXPECT_THROW(transfer.begin_scatter(DType::complex128, Combine::max, 16, std::as_bytes(std::span(two)),
                                        std::as_writable_bytes(std::span(two))),
                 Error);
  });
}

TEST(GhostsOf, IsMadeOncePerPattern) {
  for_ranks([](World& w) {
    Sparsity s;
    s.minor = Layout::even(kRows, w.size());
    s.rank = w.rank();
    const std::vector<Index> minors{0, 5, 36, 5, 20};
    compact(s, minors);
    const auto forest = ghosts_of(w, s);
    EXPECT_EQ(forest->leaves(), static_cast<Index>(s.ghosts.size()));
    EXPECT_EQ(forest, ghosts_of(w, s));
  });
}

}  // namespace
}  // namespace spgrad
