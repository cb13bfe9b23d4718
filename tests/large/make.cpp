#include <algorithm>
#include <limits>

#include "src/comm/world.hpp"
#include "tests/large/case.hpp"

namespace spgrad::large {
namespace {

std::uint64_t seed_of(std::size_t input) { return 1000 + input; }

}  // namespace

Given Make::add(Given input, std::string_view kind) {
  input.var = spgrad::input(text(kind, inputs_.size()), type_of(input.value));
  inputs_.push_back(input);
  return input;
}

Given Make::sparse(Pattern pattern, Range range) { return sparse(pattern, range, format_); }
Given Make::other_format(Pattern pattern) { return sparse(pattern, Range::either_sign, flipped(format_)); }

Given Make::sparse(Pattern pattern, Range range, Format format) {
  const std::uint64_t seed = seed_of(inputs_.size());
  Given A{{}, large::sparse(pattern, n_, seed, range), {}};
  const bool csr = format == Format::csr;
  const Layout major = even(csr ? A.is.rows() : A.is.columns()), minor = even(csr ? A.is.columns() : A.is.rows());
  const auto elsewhere = [&](Index k) { return k < minor.begin(world_.rank()) || k >= minor.end(world_.rank()); };
  Indices indptr{0}, minors;
  std::vector<double> data;
  std::vector<bool> named(static_cast<std::size_t>(minor.size()));
  for (Index k = major.begin(world_.rank()); k < major.end(world_.rank()); ++k) {
    for (const Index l : csr ? A.is.row(k) : A.is.column(k)) {
      minors.push_back(l);
      data.push_back(csr ? element(seed, range, k, l) : element(seed, range, l, k));
      A.strays += elsewhere(l) ? 1 : 0;
      named[static_cast<std::size_t>(l)] = named[static_cast<std::size_t>(l)] || elsewhere(l);
    }
    indptr.push_back(static_cast<Index>(minors.size()));
  }
  A.ghosts = world_.reduce(static_cast<Index>(std::ranges::count(named, true)));
  A.strays = world_.reduce(A.strays);
  A.stored = world_.reduce(static_cast<Index>(minors.size()));
  A.value = Value::sparse(DType::float64, format, make_sparsity(world_, major, minor, std::move(indptr), minors));
  std::ranges::copy(data, A.value.data<double>().begin());
  return add(std::move(A), "A");
}

Given Make::on(const Given& like) {
  Given A = like;
  const std::uint64_t seed = seed_of(inputs_.size());
  A.is.at = [seed, at = like.is.at](Index i, Index j) {
    return at(i, j) == 0 ? 0 : element(seed, Range::either_sign, i, j);
  };
  A.value = like.value.with_dtype(DType::float64);
  const Sparsity& s = *A.value.sparsity();
  const bool csr = A.value.format() == Format::csr;
  auto out = A.value.data<double>().begin();
  for (Index k = 0; k < s.local_majors(); ++k)
    for (Index p = s.indptr[static_cast<std::size_t>(k)]; p < s.indptr[static_cast<std::size_t>(k) + 1]; ++p) {
      const Index major = s.major.begin(s.rank) + k, minor = s.global_minor(s.indices[static_cast<std::size_t>(p)]);
      *out++ = element(seed, Range::either_sign, csr ? major : minor, csr ? minor : major);
    }
  return add(std::move(A), "A");
}

Given Make::filled(Lazy is, int cut, DType dtype) {
  Given x{{}, std::move(is), {}};
  const Shape& shape = x.is.shape;
  const Layout layout = cut == kWhole ? Layout() : even(shape[cut]);
  x.value = cut == kWhole ? Value::whole(dtype, shape) : Value::dense(dtype, shape, cut, layout, world_.rank());
  const Index begin = cut == kWhole ? 0 : layout.begin(world_.rank()), length = x.value.row_length();
  for (Index p = 0; p < x.value.local_size(); ++p) {
    const Index slow = begin + p / length, fast = p % length;
    const double e = x.value.slow() == 0 ? x.is.at(slow, fast) : x.is.at(fast, slow);
    if (dtype == DType::float64)
      x.value.data<double>()[static_cast<std::size_t>(p)] = e;
    else
      x.value.data<std::int64_t>()[static_cast<std::size_t>(p)] = static_cast<std::int64_t>(e);
  }
  x.differentiable = dtype == DType::float64;
  return add(std::move(x), "D");
}

Given Make::dense(Index m, Index k, Range range) {
  return filled(large::dense({m, k}, seed_of(inputs_.size()), range), m < n_ / 10 ? kWhole : 0, DType::float64);
}
Given Make::across(Index k, Index n) {
  return filled(large::dense({k, n}, seed_of(inputs_.size()), Range::either_sign), 1, DType::float64);
}
Given Make::vector(Index n, Range range) {
  return filled(large::dense({n}, seed_of(inputs_.size()), range), 0, DType::float64);
}
Given Make::scalar(double x) {
  return filled({{}, [x](Index, Index) { return x; }}, kWhole, DType::float64);
}
Given Make::integers(Index count, std::function<Index(Index)> f) {
  return filled({{count}, [f](Index i, Index) { return static_cast<double>(f(i)); }}, 0, DType::int64);
}

Given Make::entries_of(const Given& A) {
  const Layout& cut = A.value.sparsity()->entries;
  Given v{{}, {{cut.size()}, {}}, Value::dense(DType::float64, {cut.size()}, 0, cut, world_.rank())};
  const std::uint64_t seed = seed_of(inputs_.size());
  v.is.at = [seed](Index p, Index) { return element(seed, Range::either_sign, p, 0); };
  for (Index p = 0; p < v.value.local_size(); ++p)
    v.value.data<double>()[static_cast<std::size_t>(p)] = v.is.at(cut.begin(world_.rank()) + p, 0);
  return add(std::move(v), "v");
}

Index Make::moving(Index count, Index n, const std::function<Index(Index)>& f) const {
  const Layout from = even(n), to = even(count);
  Index found = 0;
  for (Index k = to.begin(world_.rank()); k < to.end(world_.rank()); ++k)
    found += from.owner(f(k)) == world_.rank() ? 0 : 1;
  return world_.reduce(found);
}

double Make::total(Index m, const std::function<double(Index)>& f) const {
  const Layout mine = even(m);
  double sum = 0;
  for (Index i = mine.begin(world_.rank()); i < mine.end(world_.rank()); ++i) sum += f(i);
  return world_.reduce(sum);
}

double Make::largest(Index m, const std::function<double(Index)>& f) const {
  const Layout mine = even(m);
  double x = -std::numeric_limits<double>::infinity();
  for (Index i = mine.begin(world_.rank()); i < mine.end(world_.rank()); ++i) x = std::max(x, f(i));
  return world_.reduce(x, comm::Combine::max);
}

}  // namespace spgrad::large
