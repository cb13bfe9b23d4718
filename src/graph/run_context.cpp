#include "src/graph/run_context.hpp"

#include <cstring>

#include "src/graph/letters.hpp"

namespace spgrad {

DType RunContext::compute_dtype() const {
  for (std::size_t k = 0; k < in_.size(); ++k)
    if ((node_.op->promotes >> k & 1) != 0) return in_[k].own.dtype();
  return node_.type.dtype;
}

Value RunContext::stored_along(const Value& dense, int axis) {
  require(dense.cut() == kWhole, "a value cut along axis ", dense.cut(), " has no rows along axis ", axis);
  const Value copy = Value::whole(dense.dtype(), dense.shape(), axis);
  const Index rows = copy.local_rows(), length = copy.row_length();
  spgrad::dispatch(dense.dtype(), [&]<class T>() {
    const T* from = dense.data<T>().data();
    T* to = copy.data<T>().data();
    for (Index i = 0; i < rows; ++i)
      for (Index j = 0; j < length; ++j) to[i * length + j] = from[j * rows + i];
  });
  return copy;
}

void RunContext::zero_out() const {
  for (const Value* v : {&out_.own, &out_.ghost})
    if (*v && v->local_size() > 0) std::memset(v->bytes().data(), 0, v->bytes().size());
}

}  // namespace spgrad
