// Sparse-dense kernels against the loop that anyone would write, on a bag-of-words-like matrix (the shape of the Debian
// catalogue: 57000 x 43775, 816000 entries, few columns with most of them) and one with uniformly random columns.
// `ratio` is the naive time over ours: processor times of this run, the best of several.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <functional>
#include <random>

#include "spgrad/value.hpp"
#include "src/kernels/elementwise.hpp"
#include "src/kernels/isa.hpp"
#include "src/kernels/products.hpp"

namespace {

using namespace spgrad;
using namespace spgrad::kernels;

constexpr Index kMajors = 57000, kMinors = 43775, kEntries = 816000;

struct Pattern {
  std::vector<Index> indptr{0};
  std::vector<LocalIndex> indices;
};

// Majors of skewed length; `column` draws a minor.
template <class Column>
Pattern draw(Column column) {
  std::mt19937_64 random(1);
  std::gamma_distribution<double> length(4.0, static_cast<double>(kEntries) / kMajors / 4.0);
  Pattern pattern;
  for (Index i = 0; i < kMajors; ++i) {
    const auto n = static_cast<Index>(std::lround(length(random)));
    for (Index p = 0; p < n; ++p) pattern.indices.push_back(column(random));
    std::sort(pattern.indices.end() - n, pattern.indices.end());
    pattern.indptr.push_back(static_cast<Index>(pattern.indices.size()));
  }
  return pattern;
}

const Pattern& bag_of_words() {
  static const Pattern pattern = [] {
    std::vector<double> weights;
    for (Index j = 0; j < kMinors; ++j) weights.push_back(1 / (static_cast<double>(j) + 2.7));
    std::discrete_distribution<LocalIndex> zipf(weights.begin(), weights.end());
    std::vector<LocalIndex> order(kMinors);
    for (std::size_t j = 0; j < order.size(); ++j) order[j] = static_cast<LocalIndex>(j);
    std::shuffle(order.begin(), order.end(), std::mt19937_64(2));
    return draw([&](auto& random) { return order[static_cast<std::size_t>(zipf(random))]; });
  }();
  return pattern;
}

const Pattern& uniform() {
  static const Pattern pattern = draw(
      [any = std::uniform_int_distribution<LocalIndex>(0, kMinors - 1)](auto& random) mutable { return any(random); });
  return pattern;
}

// Random numbers in the library's own kind of memory (large blocks lie on huge pages).
template <class T>
struct Numbers {
  explicit Numbers(Index n) : value(Value::whole(dtype_of<T>(), {n})) {
    std::mt19937_64 random(3);
    std::uniform_real_distribution<T> any(T(0.1), T(1));
    for (T& x : value.data<T>()) x = any(random);
  }
  T* data() const { return value.data<T>().data(); }
  Value value;
};

template <class T>
struct Problem {
  Problem(const Pattern& pattern, Index k)
      : data(static_cast<Index>(pattern.indices.size())),
        minors(kMinors * k),
        majors(kMajors * k),
        entry_out(data.value.shape()[0]) {
    A = {pattern.indptr, pattern.indices, data.data()};
    X = {minors.data(), nullptr, kMinors, kMinors, k};
    Y = {majors.data(), nullptr, kMajors, kMajors, k};
    out = entry_out.data();
  }
  Numbers<T> data, minors, majors, entry_out;
  Entries<T> A;
  Rows<T> X, Y;  // minors x k, majors x k
  T* out;        // one number for every entry
};

template <class T>
Rows<const T> in(const Rows<T>& r) {
  return {r.own, r.ghost, r.own_rows, r.rows, r.cols};
}

template <class T>
void naive_spmm(Problem<T>& q) {
  for (Index i = 0; i < q.A.majors(); ++i) {
    T* y = q.Y.row(i);
    std::fill_n(y, q.Y.cols, T{});
    for (Index p = q.A.begins[i]; p < q.A.ends[i]; ++p)
      for (Index c = 0; c < q.Y.cols; ++c) y[c] += q.A.data[p] * q.X.row(q.A.indices[p])[c];
  }
}
template <class T>
void naive_scatter(Problem<T>& q) {
  for (Index i = 0; i < q.A.majors(); ++i)
    for (Index p = q.A.begins[i]; p < q.A.ends[i]; ++p)
      for (Index c = 0; c < q.Y.cols; ++c) q.X.row(q.A.indices[p])[c] += q.A.data[p] * q.Y.row(i)[c];
}
template <class T>
void naive_sddmm(Problem<T>& q) {
  for (Index i = 0; i < q.A.majors(); ++i)
    for (Index p = q.A.begins[i]; p < q.A.ends[i]; ++p) {
      T sum{};
      for (Index c = 0; c < q.Y.cols; ++c) sum += q.Y.row(i)[c] * q.X.row(q.A.indices[p])[c];
      q.out[p] = q.A.data[p] * sum;
    }
}
template <class T>
void naive_logsumexp(Problem<T>& q) {
  for (Index i = 0; i < kMajors; ++i) {
    const T *x = q.Y.row(i), most = *std::max_element(x, x + q.Y.cols);
    T sum{};
    for (Index c = 0; c < q.Y.cols; ++c) sum += std::exp(x[c] - most);
    q.out[i] = most + std::log(sum);
  }
}
template <class T>
void naive_softmax(Problem<T>& q) {
  naive_logsumexp(q);
  for (Index i = 0; i < kMajors; ++i)
    for (Index c = 0; c < q.Y.cols; ++c) q.Y.row(i)[c] = std::exp(q.Y.row(i)[c] - q.out[i]);
}

template <class T>
void our_spmm(Problem<T>& q) {
  spmm(q.A, in(q.X), T(1), false, q.Y);
}
template <class T>
void our_scatter(Problem<T>& q) {
  spmm_scatter(q.A, in(q.Y), T(1), q.X);
}
template <class T>
void our_sddmm(Problem<T>& q) {
  sddmm(q.A, in(q.Y), in(q.X), q.out);
}
template <class T>
void our_logsumexp(Problem<T>& q) {
  logsumexp_rows(q.Y.own, kMajors, q.Y.cols, q.out);
}
template <class T>
void our_softmax(Problem<T>& q) {
  softmax_rows<double>(q.Y.own, nullptr, kMajors, q.Y.cols, q.Y.own);
}

double now() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double seconds(const std::function<void()>& f) {
  const double start = now();
  f();
  return now() - start;
}

using Kernel = void (*)(Problem<double>&);

void run(benchmark::State& state, const Pattern& pattern, Kernel ours, Kernel naive) {
  Problem<double> q(pattern, state.range(0));
  double best = HUGE_VAL, naive_best = HUGE_VAL;
  for (int n = 0; n < 5; ++n) naive_best = std::min(naive_best, seconds([&] { naive(q); }));
  for (auto _ : state) {
    const double t = seconds([&] { ours(q); });
    state.SetIterationTime(t);
    best = std::min(best, t);
  }
  state.counters["best_ms"] = 1e3 * best;
  state.counters["naive_ms"] = 1e3 * naive_best;
  state.counters["ratio"] = naive_best / best;
}

void add(const std::string& name, const Pattern& pattern, Kernel ours, Kernel naive, std::vector<Index> widths) {
  auto* b =
      benchmark::RegisterBenchmark(name.c_str(), [=, &pattern](benchmark::State& s) { run(s, pattern, ours, naive); });
  b->Unit(benchmark::kMillisecond)->UseManualTime()->ArgName("k");
  for (const Index k : widths) b->Arg(k);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::AddCustomContext("isa", std::string(isa()));
  const std::vector<Index> widths{1, 8, 32, 51, 64, 128};
  for (const auto& [name, pattern] : {std::pair{"bow", &bag_of_words()}, {"uniform", &uniform()}}) {
    add(std::string("spmm/") + name, *pattern, our_spmm, naive_spmm, widths);
    add(std::string("spmm_scatter/") + name, *pattern, our_scatter, naive_scatter, widths);
    add(std::string("sddmm/") + name, *pattern, our_sddmm, naive_sddmm, widths);
  }
  add("logsumexp_rows", bag_of_words(), our_logsumexp, naive_logsumexp, {51});
  add("softmax_rows", bag_of_words(), our_softmax, naive_softmax, {51});
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
