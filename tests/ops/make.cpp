#include <algorithm>
#include <ostream>

#include "spgrad/ops.hpp"
#include "tests/ops/op_cases.hpp"

namespace spgrad::tests {

std::ostream& operator<<(std::ostream& out, const Variant& v) {
  constexpr const char* entries[]{"unkind", "kind", "no"};
  out << v.format << ' ' << v.dtype;
  if (v.second) out << " beside " << *v.second;
  out << ", " << entries[v.entries] << " entries";
  if (v.transposed != 0) out << ", dense ones transposed: " << v.transposed;
  if (v.unsized) out << ", unsized";
  if (v.size > 0) out << ", " << v.becomes << " in place of " << v.size;
  return out;
}

double Make::real_part(Range range) {
  const double sign = range != positive && range != distinct && below(2) == 1 ? -1 : 1;
  if (range == inside) return sign * uniform(0.2, 0.8);
  if (range == between) return sign * (static_cast<double>(below(4)) / 2 + uniform(0.1, 0.4));
  return sign * uniform(0.4, 1.6);
}

Complex Make::element(DType dtype, Range range) {
  if (dtype == DType::bool_) return range == positive ? 1.0 : range == inside ? 0.0 : static_cast<double>(below(2));
  if (range == inside && is_integer(dtype)) return 0.0;
  if (is_integer(dtype)) {
    const bool negative = (range == any || range == between) && name(dtype).starts_with("int");
    return static_cast<double>(range == positive ? 1 + below(3) : negative ? below(7) - 3 : below(4));
  }
  const double x = real_part(range);
  // Values of float32 as they will be on the ranks, so that only the arithmetic can differ.
  const auto exact = [&](double y) {
    return real_of(dtype) == DType::float32 ? static_cast<double>(static_cast<float>(y)) : y;
  };
  return is_complex(dtype) ? Complex(exact(x), exact(uniform(-0.6, 0.6))) : Complex(exact(x));
}

DType Make::next_dtype() const {
  const DType dtype = variant_.second && inputs_.size() % 2 == 1 ? *variant_.second : variant_.dtype;
  if (!complex_ || is_complex(dtype)) return dtype;
  return dtype == DType::float32 ? DType::complex64 : DType::complex128;
}

Whole Make::values_like(const Type& type, std::shared_ptr<const Positions> at, Range range) {
  Whole x{{type.dtype, type.format, type.shape}, {}, std::move(at)};
  const std::size_t n = x.sparse() ? x.at->major.size() : static_cast<std::size_t>(type.shape.elements());
  for (std::size_t p = 0; p < n; ++p) {
    const bool zero = x.sparse() && variant_.entries == Variant::unkind && range == any && p % 5 == 3;
    x.x.push_back(zero ? 0.0 : element(type.dtype, range));
  }
  if (range == distinct && !is_integer(type.dtype) && type.dtype != DType::bool_) {
    for (std::size_t p = 0; p < n; ++p) x.x[p] = (static_cast<double>(p) + 0.125) / 16 - 1;
    std::ranges::shuffle(x.x, random_);
  }
  return x;
}

Var Make::add_input(std::string name, Whole x, const Var& like) {
  Type type = x.type;
  for (int axis = 0; axis < type.ndim() && variant_.unsized; ++axis)
    if (type.shape[axis] != 1) type.shape[axis] = kUnknown;  // 1 broadcasts: that must be known
  const Var var = input(std::move(name), type);
  given_.emplace(var.get(), std::move(x));
  inputs_.push_back({var, like});
  return var;
}

Var Make::dense(Index m, Index n, Range range) {
  if ((variant_.transposed >> matrices_++ & 1) == 0) return dense_input({size(m), size(n)}, range);
  return transpose(dense_input({size(n), size(m)}, range));
}

Var Make::dense_input(const Shape& shape, Range range) {
  return add_input(text("x", inputs_.size()), values_like({next_dtype(), Format::dense, shape}, {}, range));
}

std::shared_ptr<const Positions> Make::positions(Index majors, Index minors) {
  Positions at;
  const bool unkind = variant_.entries == Variant::unkind;
  for (Index k = 0; k < majors && variant_.entries != Variant::none; ++k) {
    if (unkind && k == 1) continue;
    std::vector<Index> line;
    for (Index l = 0; l < minors; ++l)
      if (below(5) < 2) line.push_back(l);
    if (unkind && line.size() > 1) line.push_back(line[1]);
    if (unkind) std::ranges::shuffle(line, random_);
    at.major.insert(at.major.end(), line.size(), k);
    at.minor.insert(at.minor.end(), line.begin(), line.end());
  }
  return std::make_shared<Positions>(std::move(at));
}

Var Make::sparse_input(Index m, Index n, Format format, Range range) {
  return add_input(text("x", inputs_.size()), sparse_like({next_dtype(), format, {size(m), size(n)}}, range));
}

Whole Make::sparse_like(const Type& type, Range range) {
  const int major = type.format == Format::csr ? 0 : 1;
  return values_like(type, positions(type.shape[major], type.shape[1 - major]), range);
}

Var Make::on(const Var& like) {
  const Whole& x = given_.at(like.get());
  return add_input(text("x", inputs_.size()), values_like({next_dtype(), x.type.format, x.type.shape}, x.at), like);
}

Var Make::row_numbers(Index n, Index m, DType integer) {
  const Index rows = size(m);
  const bool either_end = name(integer).starts_with("int");
  Whole x = dense_zeros(integer, {taken(n, m)});
  for (Complex& r : x.x) r = static_cast<double>(below(rows) - (either_end && below(3) == 0 ? rows : 0));
  return add_input(text("x", inputs_.size()), std::move(x));
}

Var Make::indices(Index n, Index dimension, Index other, DType integer) {
  const Index range = size(dimension);
  Whole list = dense_zeros(integer, {range == 0 || size(other) == 0 ? 0 : size(n)});
  for (Complex& i : list.x) i = static_cast<double>(below(2 * range) - range);
  return add_input(text("i", inputs_.size()), std::move(list));
}

Make::Parts Make::parts(Index m, Index n, DType integer) {
  const Shape shape{size(m), size(n)};
  const int major = format() == Format::csr ? 0 : 1;
  const auto at = positions(shape[major], shape[1 - major]);
  const auto entries = static_cast<Index>(at->major.size());
  Whole indices = dense_zeros(integer, {entries}), indptr = dense_zeros(integer, {shape[major] + 1});
  for (std::size_t p = 0; p < at->minor.size(); ++p) {
    indices.x[p] = static_cast<double>(at->minor[p]);
    for (Index k = at->major[p]; k < shape[major]; ++k) indptr.x[static_cast<std::size_t>(k) + 1] += 1.0;
  }
  const Var data = add_input("data", values_like({variant_.dtype, Format::dense, {entries}}));
  return {data, add_input("indices", std::move(indices)), add_input("indptr", std::move(indptr)), shape, format()};
}

}  // namespace spgrad::tests
