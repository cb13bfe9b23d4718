// From one format into another.
#include <algorithm>

#include "spgrad/distribute.hpp"
#include "src/comm/combine.hpp"
#include "src/comm/entries.hpp"
#include "src/comm/moves.hpp"

namespace spgrad {
namespace {

// out[i, j] = the sum of the entries stored at (i, j)
Value dense_of(const Value& sparse) {
  const Sparsity& s = *sparse.sparsity();
  const Value out = Value::dense(sparse.dtype(), sparse.shape(), sparse.cut(), s.major, s.rank);
  std::ranges::fill(out.bytes(), std::byte{0});
  dispatch(sparse.dtype(), [&]<class T>() {
    const auto from = sparse.data<T>(), to = out.data<T>();
    for (Index k = 0; k < s.local_majors(); ++k)
      for (Index p = s.indptr[k]; p < s.indptr[k + 1]; ++p) {
        T& x = to[k * s.minor.size() + s.global_minor(s.indices[p])];
        x = comm::combined<T, comm::Combine::sum>(x, from[p]);
      }
  });
  return out;
}

Value cut_along(World& world, const Value& dense, int axis) {
  if (dense.cut() == axis) return dense;
  const Layout layout = Layout::even(dense.shape()[axis], world.size());
  return dense.cut() == kWhole ? comm::slice(dense, axis, layout, world.rank()) : comm::turn(world, dense, layout);
}

Value sparse_of(World& world, const Value& dense, Format format) {
  require(dense.shape().ndim() == 2, "only a matrix can become ", format, ", not ", dense);
  const int axis = format == Format::csr ? 0 : 1;
  const Layout minor = dense.cut() == 1 - axis ? dense.layout() : Layout::even(dense.shape()[1 - axis], world.size());
  const Value rows = cut_along(world, dense, axis);
  return dispatch(dense.dtype(), [&]<class T>() {
    const auto x = rows.data<T>();
    std::vector<Index> indptr{0}, minors, places;
    for (Index k = 0; k < rows.local_rows(); ++k) {
      for (Index j = 0; j < rows.row_length(); ++j)
        if (x[k * rows.row_length() + j] != T{}) {
          minors.push_back(j);
          places.push_back(k * rows.row_length() + j);
        }
      indptr.push_back(static_cast<Index>(minors.size()));
    }
    const Value out =
        Value::sparse(dense.dtype(), format, make_sparsity(world, rows.layout(), minor, std::move(indptr), minors));
    std::ranges::transform(places, out.data<T>().begin(), [&](Index p) { return x[p]; });
    return out;
  });
}

}  // namespace

Value convert(World& world, const Value& value, Format format) {
  if (value.format() == format) return value;
  if (!value.is_sparse()) return sparse_of(world, value, format);
  if (format == Format::dense) return dense_of(value);
  return comm::moved(comm::turned(world, value.sparsity()), value, format);
}

Value relayout(World& world, const Value& sparse, const Layout& major, const Layout& minor) {
  require(sparse.is_sparse(), "only a sparse matrix has a major and a minor layout, not ", sparse);
  return comm::moved(comm::relaid(world, sparse.sparsity(), major, minor), sparse, sparse.format());
}

}  // namespace spgrad
