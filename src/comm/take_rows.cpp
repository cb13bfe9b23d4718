// Some rows of a value, where they are.
#include <algorithm>

#include "spgrad/distribute.hpp"
#include "src/comm/entries.hpp"

namespace spgrad {
namespace {

// Copies the rows that `keep` names; row k has the values offset(k) .. offset(k + 1) - 1.
template <class Offset>
void copy_rows(const Value& from, std::span<const bool> keep, const Value& to, Offset&& offset) {
  const std::size_t width = size_of(from.dtype());
  std::byte* out = to.bytes().data();
  for (std::size_t k = 0; k < keep.size(); ++k) {
    const std::size_t begin = width * offset(k), end = width * offset(k + 1);
    if (keep[k] && begin < end) out = std::ranges::copy(from.bytes().subspan(begin, end - begin), out).out;
  }
}

Value take_dense_rows(const Value& value, std::span<const bool> keep, const Layout& layout) {
  Shape shape = value.shape();
  shape[0] = layout.size();
  const Value out = Value::dense(value.dtype(), shape, 0, layout, value.rank());
  copy_rows(value, keep, out, [&](std::size_t k) { return k * static_cast<std::size_t>(value.row_length()); });
  return out;
}

Value take_csr_rows(World& world, const Value& value, std::span<const bool> keep, const Layout& layout) {
  const Sparsity& s = *value.sparsity();
  std::vector<Index> indptr{0}, minors;
  for (std::size_t k = 0; k < keep.size(); ++k) {
    if (!keep[k]) continue;
    for (Index p = s.indptr[k]; p < s.indptr[k + 1]; ++p) minors.push_back(s.global_minor(s.indices[p]));
    indptr.push_back(static_cast<Index>(minors.size()));
  }
  const Value out =
      Value::sparse(value.dtype(), Format::csr, make_sparsity(world, layout, s.minor, std::move(indptr), minors));
  copy_rows(value, keep, out, [&](std::size_t k) { return static_cast<std::size_t>(s.indptr[k]); });
  return out;
}

}  // namespace

Value take_rows(World& world, const Value& value, std::span<const bool> keep) {
  require(value.cut() == 0, "take_rows needs a value cut by rows, but ", value,
          value.cut() == kWhole ? " is whole on every rank" : " is cut by columns");
  world.together([&] {
    require(static_cast<Index>(keep.size()) == value.local_rows(), keep.size(), " flags were given for ",
            value.local_rows(), " local rows");
  });
  const Layout layout = comm::layout_of_counts(world, std::ranges::count(keep, true));
  return value.is_sparse() ? take_csr_rows(world, value, keep, layout) : take_dense_rows(value, keep, layout);
}

}  // namespace spgrad
