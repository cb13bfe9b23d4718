// typed.hpp: distinguishable numbers of every dtype, and dense values that are full of them.
#pragma once

#include "spgrad/value.hpp"

namespace spgrad::tests {

/// A number that tells i from its neighbours, exact in every dtype (bool: whether i is odd); complex: i % 61 + (i % 7)
/// i.
template <class T>
T number(Index i) {
  if constexpr (std::is_same_v<T, bool>)
    return i % 2 == 1;
  else if constexpr (is_complex_v<T>)
    return T(number<typename T::value_type>(i), static_cast<typename T::value_type>(i % 7));
  else
    return static_cast<T>(i % 61);
}

/// The element (i, j) is number(i * columns + j + seed); a vector has one column, or one row if it lies along axis 1.
inline void fill_numbers(const Value& v, Index seed = 0) {
  const Index first = v.cut() == kWhole ? 0 : v.layout().begin(v.rank());
  dispatch(v.dtype(), [&]<class T>() {
    T* x = v.data<T>().data();
    for (Index a = first; a < first + v.local_rows(); ++a)
      for (Index b = 0; b < v.row_length(); ++b)
        *x++ = number<T>((v.slow() == 0 ? a * v.shape()[1] + b : b * v.shape()[1] + a) + seed);
  });
}

inline bool same_bytes(const Value& a, const Value& b) { return std::ranges::equal(a.bytes(), b.bytes()); }

}  // namespace spgrad::tests
