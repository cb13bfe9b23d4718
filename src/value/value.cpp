#include "spgrad/value.hpp"

#include <algorithm>
#include <ostream>

#include "src/value/converted.hpp"

namespace spgrad {

std::string_view name(Format format) {
  return format == Format::dense ? "dense" : format == Format::csr ? "csr" : "csc";
}
std::ostream& operator<<(std::ostream& out, Format format) { return out << name(format); }

Shape::Shape(std::initializer_list<Index> sizes) : ndim_(static_cast<int>(sizes.size())) {
  require(sizes.size() <= 2, "a shape has at most 2 sizes, not ", sizes.size());
  std::copy(sizes.begin(), sizes.end(), sizes_.begin());
}
Index Shape::elements() const { return sizes_[0] * sizes_[1]; }
bool Shape::known() const { return sizes_[0] != kUnknown && sizes_[1] != kUnknown; }

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  out << '(';
  for (int k = 0; k < shape.ndim(); ++k) {
    if (k > 0) out << " x ";
    if (shape[k] == kUnknown)
      out << '?';
    else
      out << shape[k];
  }
  return out << ')';
}

Value Value::dense(DType dtype, Shape shape, int cut, Layout layout, int rank) {
  if (cut == kWhole) return whole(dtype, shape);
  require(cut < shape.ndim() && layout.size() == shape[cut], "a dense value of shape ", shape,
          " cannot be cut along axis ", cut, " by a layout of ", layout.size());
  Value v;
  v.defined_ = true;
  v.dtype_ = dtype;
  v.shape_ = shape;
  v.cut_ = v.slow_ = cut;
  v.rank_ = rank;
  v.local_rows_ = layout.count(rank);
  v.row_length_ = shape.ndim() == 2 ? shape[1 - cut] : 1;
  v.layout_ = std::move(layout);
  v.buffer_ = Buffer(static_cast<std::size_t>(v.local_size()) * size_of(dtype));
  return v;
}

Value Value::whole(DType dtype, Shape shape, int slow) {
  Value v;
  v.defined_ = true;
  v.dtype_ = dtype;
  v.shape_ = shape;
  v.slow_ = shape.ndim() == 2 ? slow : 0;
  v.local_rows_ = shape[v.slow_];
  v.row_length_ = shape[1 - v.slow_];
  v.buffer_ = Buffer(static_cast<std::size_t>(v.local_size()) * size_of(dtype));
  return v;
}

Value Value::sparse(DType dtype, Format format, SparsityPtr sparsity) {
  Value v;
  v.defined_ = true;
  v.dtype_ = dtype;
  v.format_ = format;
  v.cut_ = v.slow_ = format == Format::csr ? 0 : 1;
  v.rank_ = sparsity->rank;
  v.layout_ = sparsity->major;
  v.shape_ = Shape{sparsity->major.size(), sparsity->minor.size()};
  if (format == Format::csc) v.shape_ = Shape{sparsity->minor.size(), sparsity->major.size()};
  v.local_rows_ = sparsity->local_majors();
  v.sparsity_ = std::move(sparsity);
  v.buffer_ = Buffer(static_cast<std::size_t>(v.local_size()) * size_of(dtype));
  return v;
}

Value Value::with_data(Buffer data) const {
  require(data.size() >= static_cast<std::size_t>(local_size()) * size_of(dtype_), "data of ", data.size(),
          " bytes is too short for ", local_size(), " values of ", dtype_);
  Value v = *this;
  v.buffer_ = std::move(data);
  return v;
}

Value Value::with_dtype(DType dtype) const {
  Value v = *this;
  v.dtype_ = dtype;
  v.buffer_ = Buffer(static_cast<std::size_t>(local_size()) * size_of(dtype));
  return v;
}

Value Value::transposed() const {
  if (shape_.ndim() < 2) return *this;
  Value v = *this;
  v.format_ = flipped(format_);
  v.shape_ = Shape{shape_[1], shape_[0]};
  v.slow_ = 1 - slow_;
  if (cut_ != kWhole) v.cut_ = 1 - cut_;
  return v;
}

const Layout& Value::layout_of(int axis) const {
  require(is_sparse(), "only a sparse matrix has a layout for both axes");
  return axis == cut_ ? sparsity_->major : sparsity_->minor;
}

double Value::scalar() const {
  require(!is_sparse() && shape_.elements() == 1 && cut_ == kWhole, "a scalar was asked for, but this is ", *this);
  return dispatch(dtype_, [&]<class T>() { return converted<double>(data<T>()[0]); });
}

std::ostream& operator<<(std::ostream& out, const Value& value) {
  out << value.format() << ' ' << value.dtype() << ' ' << value.shape();
  if (value.is_sparse()) out << ", " << value.sparsity()->nnz() << " stored";
  return out;
}

Value cast(const Value& value, DType dtype) {
  if (value.dtype() == dtype) return value;
  const Value out = value.with_dtype(dtype);
  dispatch(value.dtype(), [&]<class From>() {
    dispatch(dtype, [&]<class To>() {
      std::ranges::transform(value.data<From>(), out.data<To>().begin(), [](From x) { return converted<To>(x); });
    });
  });
  return out;
}

Value full(Shape shape, double x, DType dtype) {
  const Value v = Value::whole(dtype, shape);
  dispatch(dtype, [&]<class T>() { std::ranges::fill(v.data<T>(), converted<T>(x)); });
  return v;
}

}  // namespace spgrad
