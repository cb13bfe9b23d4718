#include "tests/ops/moved.hpp"

#include <algorithm>
#include <map>

namespace spgrad::tests {
namespace {

// Every element (or stored entry) of A in all the places that it comes to; in a dense result, added there.
template <class To>
Whole brought(const Whole& A, const Shape& shape, To to) {
  if (!A.sparse()) {
    Whole out = dense_zeros(DType::complex128, shape);
    for (Index i = 0; i < A.rows(); ++i)
      for (Index j = 0; j < A.columns(); ++j)
        for (const auto& [k, l] : to(i, j)) out.x[static_cast<std::size_t>(k * out.columns() + l)] += A(i, j);
    return out;
  }
  const bool csr = A.type.format == Format::csr;
  std::vector<std::tuple<Index, Index, Complex>> entries;
  for (std::size_t p = 0; p < A.x.size(); ++p)
    for (const auto& [k, l] : to(A.i(p), A.j(p))) entries.emplace_back(csr ? k : l, csr ? l : k, A.x[p]);
  std::ranges::stable_sort(entries, {}, [](const auto& e) { return std::get<0>(e); });
  Positions at;
  Whole out{{A.type.dtype, A.type.format, shape}, {}, {}};
  for (const auto& [major, minor, x] : entries) {
    at.major.push_back(major);
    at.minor.push_back(minor);
    out.x.push_back(x);
  }
  out.at = std::make_shared<Positions>(std::move(at));
  return out;
}

Shape shape_of(const Lines& at, int ndim) {
  const auto columns = static_cast<Index>(at[1].size());
  return ndim == 1 ? Shape{columns} : Shape{static_cast<Index>(at[0].size()), columns};
}

}  // namespace

Whole merged(const Whole& A) {
  if (!A.sparse()) return A;
  std::map<std::pair<Index, Index>, Complex> sums;
  for (std::size_t p = 0; p < A.x.size(); ++p) sums[{A.at->major[p], A.at->minor[p]}] += A.x[p];
  Positions at;
  Whole out{A.type, {}, {}};
  for (const auto& [position, x] : sums) {
    at.major.push_back(position.first);
    at.minor.push_back(position.second);
    out.x.push_back(x);
  }
  out.at = std::make_shared<Positions>(std::move(at));
  return out;
}

Whole in_format(Whole A, Format format) {
  if (A.type.format == format) return A;
  std::vector<std::tuple<Index, Index, Complex>> entries;
  for (std::size_t p = 0; p < A.x.size(); ++p) entries.emplace_back(A.at->minor[p], A.at->major[p], A.x[p]);
  std::ranges::stable_sort(entries, {}, [](const auto& e) { return std::get<0>(e); });
  Positions at;
  A.x.clear();
  for (const auto& [major, minor, x] : entries) {
    at.major.push_back(major);
    at.minor.push_back(minor);
    A.x.push_back(x);
  }
  A.type.format = format;
  A.at = std::make_shared<Positions>(std::move(at));
  return A;
}

Whole block(const Whole& A, const Lines& at) {
  return brought(A, shape_of(at, A.type.ndim()), [&](Index i, Index j) {
    Places places;
    for (std::size_t k = 0; k < at[0].size(); ++k)
      for (std::size_t l = 0; l < at[1].size(); ++l)
        if (at[0][k] == i && at[1][l] == j) places.emplace_back(k, l);
    return places;
  });
}
Whole unblock(const Whole& g, const Shape& shape, const Lines& at) {
  return brought(g, shape, [&](Index i, Index j) {
    return Places{{at[0][static_cast<std::size_t>(i)], at[1][static_cast<std::size_t>(j)]}};
  });
}

std::vector<Index> counted(Index begin, Index n) {
  std::vector<Index> out;
  for (Index i = 0; i < n; ++i) out.push_back(begin + i);
  return out;
}

std::vector<Index> list_of(const Whole& list, Index size) {
  std::vector<Index> out;
  for (const Complex& x : list.x) {
    const auto i = static_cast<Index>(x.real());
    out.push_back(i < 0 ? i + size : i);
  }
  return out;
}

Whole by_major(const Whole& A) {
  return brought(A, A.type.shape, [](Index i, Index j) { return Places{{i, j}}; });
}

}  // namespace spgrad::tests
