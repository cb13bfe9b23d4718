#include "tests/ops/whole.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace spgrad::tests {
namespace {

Complex converted(Complex x, DType dtype) {
  return dispatch(dtype, [&]<class T>() -> Complex {
    if constexpr (std::is_same_v<T, bool>)
      return x != 0.0;
    else if constexpr (std::is_integral_v<T>)
      return static_cast<double>(static_cast<T>(static_cast<std::int64_t>(x.real())));
    else if constexpr (is_complex_v<T>)
      return x;
    else
      return x.real();
  });
}

Value filled(const Value& place, std::span<const Complex> x) {
  const Value wide = place.with_dtype(DType::complex128);
  std::ranges::copy(x, wide.data<Complex>().begin());
  return cast(wide, place.dtype());
}

// The block of a dense array that `place` is for: rows along its slow axis.
Value filled_block(const Value& place, const Whole& x) {
  const bool by_columns = place.slow() == 1;
  const Index first = place.cut() == kWhole ? 0 : place.layout().begin(place.rank());
  std::vector<Complex> block;
  for (Index r = first; r < first + place.local_rows(); ++r)
    for (Index c = 0; c < place.row_length(); ++c)
      block.push_back(x.type.ndim() < 2 ? x.x[static_cast<std::size_t>(r)] : by_columns ? x(c, r) : x(r, c));
  return filled(place, block);
}

}  // namespace

Whole dense_zeros(DType dtype, const Shape& shape) {
  return {{dtype, Format::dense, shape}, std::vector<Complex>(static_cast<std::size_t>(shape.elements()))};
}

Whole densified(const Whole& x) {
  if (!x.sparse()) return x;
  Whole d = dense_zeros(x.type.dtype, x.type.shape);
  for (std::size_t p = 0; p < x.x.size(); ++p) d.x[static_cast<std::size_t>(x.i(p) * x.columns() + x.j(p))] += x.x[p];
  return in_dtype(std::move(d), x.type.dtype);
}

Whole in_dtype(Whole x, DType dtype) {
  x.type.dtype = dtype;
  for (Complex& element : x.x) element = converted(element, dtype);
  return x;
}

Whole in_canonical_order(const Whole& x) {
  std::vector<std::size_t> order(x.x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t p) { return std::pair(x.at->major[p], x.at->minor[p]); });
  Whole sorted{x.type, {}, {}};
  Positions at;
  for (const std::size_t p : order) {
    sorted.x.push_back(x.x[p]);
    at.major.push_back(x.at->major[p]);
    at.minor.push_back(x.at->minor[p]);
  }
  sorted.at = std::make_shared<Positions>(std::move(at));
  return sorted;
}

Whole completed(const Whole& A) {
  const int major = A.type.format == Format::csr ? 0 : 1;
  Positions at;
  Whole full{A.type, {}, {}};
  for (Index k = 0; k < A.type.shape[major]; ++k) {
    std::vector<bool> stored(static_cast<std::size_t>(A.type.shape[1 - major]));
    const auto add = [&](Index l, Complex x) {
      stored[static_cast<std::size_t>(l)] = true;
      at.major.push_back(k);
      at.minor.push_back(l);
      full.x.push_back(x);
    };
    for (std::size_t p = 0; p < A.x.size(); ++p)
      if (A.at->major[p] == k) add(A.at->minor[p], A.x[p]);
    for (Index l = 0; l < A.type.shape[1 - major]; ++l)
      if (!stored[static_cast<std::size_t>(l)]) add(l, 0.0);
  }
  full.at = std::make_shared<Positions>(std::move(at));
  return full;
}

double inner(const std::vector<Complex>& u, const std::vector<Complex>& v) {
  require(u.size() == v.size(), "an inner product of ", u.size(), " and ", v.size(), " elements");
  double sum = 0;
  for (std::size_t p = 0; p < u.size(); ++p) sum += (std::conj(u[p]) * v[p]).real();
  return sum;
}

std::vector<Complex> at_entries(const Whole& m, const Whole& A) {
  if (m.sparse() && m.same_pattern(A)) return m.x;
  const Whole d = densified(m);
  std::vector<Complex> x;
  for (std::size_t p = 0; p < A.x.size(); ++p) x.push_back(d(A.i(p), A.j(p)));
  return x;
}

Layout Dealer::layout(Index size) {
  const int ranks = world_.size();
  const auto below = [&](Index n) { return std::uniform_int_distribution<Index>(0, n - 1)(random_); };
  const Index kind = even_ ? 0 : below(4);
  if (kind == 0) return Layout::even(size, ranks);
  std::vector<Index> starts(static_cast<std::size_t>(ranks) + 1, 0);  // kind 1: everything on the last rank
  starts.back() = size;
  for (int r = 1; r < ranks && kind > 1; ++r) starts[static_cast<std::size_t>(r)] = below(size + 1);
  std::ranges::sort(starts);
  return Layout(std::move(starts));
}

Value Dealer::deal(const Whole& x) {
  if (x.sparse()) return deal_sparse(x);
  const int ndim = x.type.ndim();
  const int axis = even_ || ndim < 2 ? 0 : std::uniform_int_distribution(0, 1)(random_);
  const bool whole = ndim == 0 || (!even_ && std::uniform_int_distribution(0, 2)(random_) == 0);
  if (whole) return filled_block(Value::whole(x.type.dtype, x.type.shape, axis), x);
  return filled_block(Value::dense(x.type.dtype, x.type.shape, axis, layout(x.type.shape[axis]), world_.rank()), x);
}

Value Dealer::deal_sparse(const Whole& x) {
  const int axis = x.type.format == Format::csr ? 0 : 1;
  const Layout major = layout(x.type.shape[axis]), minor = layout(x.type.shape[1 - axis]);
  std::vector<Index> indptr{0}, minors;
  for (Index k = major.begin(world_.rank()); k < major.end(world_.rank()); ++k) {
    const auto [first, last] = std::ranges::equal_range(x.at->major, k);
    for (auto p = first; p != last; ++p)
      minors.push_back(x.at->minor[static_cast<std::size_t>(p - x.at->major.begin())]);
    indptr.push_back(static_cast<Index>(minors.size()));
  }
  const SparsityPtr pattern = make_sparsity(world_, major, minor, std::move(indptr), minors);
  return deal_on(Value::sparse(x.type.dtype, x.type.format, pattern), x);
}

Value Dealer::deal_on(const Value& like, const Whole& x) {
  const Value place = Value::sparse(x.type.dtype, like.format(), like.sparsity());
  const auto first = static_cast<std::size_t>(like.sparsity()->entries.begin(world_.rank()));
  return filled(place, std::span(x.x).subspan(first, static_cast<std::size_t>(place.local_size())));
}

Whole Collector::collect(const Value& value) {
  Whole x{type_of(value), {}, {}};
  const Value wide = cast(value, DType::complex128);
  const std::span<const Complex> mine = wide.data<Complex>();
  if (value.is_sparse()) {
    x.x = world_.gather_all(mine);
    auto& at = seen_[value.sparsity()];
    std::vector<Index> major, minor;
    const Sparsity& s = *value.sparsity();
    for (Index k = 0; k < s.local_majors(); ++k)
      for (Index p = s.indptr[static_cast<std::size_t>(k)]; p < s.indptr[static_cast<std::size_t>(k) + 1]; ++p) {
        major.push_back(s.major.begin(s.rank) + k);
        minor.push_back(s.global_minor(s.indices[static_cast<std::size_t>(p)]));
      }
    major = world_.gather_all(std::span<const Index>(major));
    minor = world_.gather_all(std::span<const Index>(minor));
    if (!at) at = std::make_shared<Positions>(Positions{std::move(major), std::move(minor)});
    x.at = at;
    return x;
  }
  const bool whole = value.cut() == kWhole;
  if (whole) {
    const auto copies = world_.all_gather(value.bytes());
    for (const auto& copy : copies) require(copy == copies.front(), "the copies of ", value, " differ");
  }
  const std::vector<Complex> stored = whole ? std::vector<Complex>(mine.begin(), mine.end()) : world_.gather_all(mine);
  x.x = stored;
  if (value.slow() == 1 && value.shape().ndim() == 2)
    for (Index i = 0; i < x.rows(); ++i)
      for (Index j = 0; j < x.columns(); ++j)
        x.x[static_cast<std::size_t>(i * x.columns() + j)] = stored[static_cast<std::size_t>(j * x.rows() + i)];
  return x;
}

}  // namespace spgrad::tests
