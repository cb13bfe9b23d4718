// value.hpp: data that exists. What one rank holds of a dense array or of a sparse matrix.
#pragma once

#include <array>
#include <complex>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <span>

#include "spgrad/dtype.hpp"
#include "spgrad/error.hpp"
#include "spgrad/layout.hpp"
#include "spgrad/sparsity.hpp"

namespace spgrad {

enum class Format : std::uint8_t { dense, csr, csc };
std::string_view name(Format format);
std::ostream& operator<<(std::ostream& out, Format format);
constexpr Format flipped(Format f) {
  return f == Format::csr ? Format::csc : f == Format::csc ? Format::csr : Format::dense;
}

inline constexpr Index kUnknown = -1;  ///< a size that is not known yet

/// Global sizes: none (a scalar), one (a vector) or two (a matrix).
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<Index> sizes);
  int ndim() const { return ndim_; }
  Index operator[](int axis) const { return sizes_[static_cast<std::size_t>(axis)]; }
  Index& operator[](int axis) { return sizes_[static_cast<std::size_t>(axis)]; }
  Index elements() const;  ///< the product of the sizes; 1 for a scalar
  bool known() const;      ///< no size is kUnknown
  bool operator==(const Shape&) const = default;

 private:
  std::array<Index, 2> sizes_{1, 1};
  int ndim_ = 0;
};
std::ostream& operator<<(std::ostream& out, const Shape& shape);  ///< (5 x 3), (5), ()

/// Shared bytes: pooled, aligned to 64 bytes and on huge pages where large; or a host program's own memory.
/// Copies share. Whoever writes makes sure that nobody else reads (users()).
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t bytes);  ///< uninitialised
  /// Memory of the host program, not copied; `owner` is kept for as long as the buffer is used (may be null).
  static Buffer adopt(void* memory, std::size_t bytes, std::shared_ptr<const void> owner = nullptr);

  std::byte* bytes() const { return memory_.get(); }
  std::size_t size() const { return size_; }
  /// How many hold it; adopted memory has one more, its owner.
  long users() const { return memory_.use_count() + (adopted_ ? 1 : 0); }

 private:
  std::shared_ptr<std::byte> memory_;
  std::size_t size_ = 0;
  bool adopted_ = false;
};

inline constexpr int kWhole = -1;  ///< the cut of a dense value that every rank has whole

/// One rank's part of a dense array or sparse matrix. Cheap to copy; copies share the data.
///
/// Dense: a block stored with one axis slow (its rows contiguous). Cut along that axis by a Layout, or whole on every
/// rank. A value cut by columns is thus stored as the transpose of one cut by rows.
/// Sparse: data for the stored entries of a shared Sparsity; csr is cut by rows, csc by columns.
class Value {
 public:
  Value() = default;
  /// Uninitialised dense value. `cut`: 0, 1 (the slow axis is then the cut one) or kWhole with `slow` chosen freely.
  static Value dense(DType dtype, Shape shape, int cut, Layout layout, int rank);
  static Value whole(DType dtype, Shape shape, int slow = 0);
  /// Uninitialised data on a pattern.
  static Value sparse(DType dtype, Format format, SparsityPtr sparsity);
  template <class T>
  static Value scalar_of(T x) {
    Value v = whole(dtype_of<T>(), {});
    v.data<T>()[0] = x;
    return v;
  }
  /// The same place and type as this one, other memory: `data` must have at least local_size() elements of dtype().
  Value with_data(Buffer data) const;
  /// The same place, another dtype, uninitialised.
  Value with_dtype(DType dtype) const;
  Value transposed() const;  ///< moves nothing: flips the format, or the slow axis; a scalar or vector is itself

  explicit operator bool() const { return defined_; }
  DType dtype() const { return dtype_; }
  Format format() const { return format_; }
  bool is_sparse() const { return format_ != Format::dense; }
  const Shape& shape() const { return shape_; }

  int cut() const { return cut_; }                  ///< dense: 0, 1 or kWhole; sparse: the major axis
  int slow() const { return slow_; }                ///< dense: the axis whose rows are contiguous
  const Layout& layout() const { return layout_; }  ///< of the cut axis
  int rank() const { return rank_; }
  /// Dense: rows along the slow axis on this rank, and the length of each.
  Index local_rows() const { return local_rows_; }
  Index row_length() const { return row_length_; }
  Index local_size() const { return is_sparse() ? sparsity_->local_nnz() : local_rows_ * row_length_; }

  const SparsityPtr& sparsity() const { return sparsity_; }
  bool same_pattern(const Value& other) const { return format_ == other.format_ && sparsity_ == other.sparsity_; }
  /// Layout of the rows (axis 0) or columns (axis 1) of a sparse matrix.
  const Layout& layout_of(int axis) const;
  const Layout& rows() const { return layout_of(0); }
  const Layout& columns() const { return layout_of(1); }

  const Buffer& buffer() const { return buffer_; }
  std::span<std::byte> bytes() const {
    return {buffer_.bytes(), static_cast<std::size_t>(local_size()) * size_of(dtype_)};
  }
  template <class T>
  std::span<T> data() const {  ///< local data; for a sparse value in stored order
    require(dtype_of<T>() == dtype_, "data of dtype ", dtype_, " was asked for as ", dtype_of<T>());
    return {reinterpret_cast<T*>(buffer_.bytes()), static_cast<std::size_t>(local_size())};
  }
  /// The one element of a scalar, as double; throws Error for anything else.
  double scalar() const;

 private:
  bool defined_ = false;
  DType dtype_ = DType::float64;
  Format format_ = Format::dense;
  Shape shape_;
  int cut_ = kWhole, slow_ = 0, rank_ = 0;
  Layout layout_;
  Index local_rows_ = 0, row_length_ = 0;
  SparsityPtr sparsity_;
  Buffer buffer_;
};
std::ostream& operator<<(std::ostream& out, const Value& value);  ///< csr float64 (1000 x 20), 5000 stored

/// Every element converted as C++ does (complex to real keeps the real part). Shares the data if the dtype is the same.
Value cast(const Value& value, DType dtype);

/// Whole on every rank, all elements x.
Value full(Shape shape, double x, DType dtype = DType::float64);
inline Value zeros(Shape shape, DType dtype = DType::float64) { return full(shape, 0.0, dtype); }
inline Value zeros(Index n) { return zeros(Shape{n}); }

}  // namespace spgrad
