// Conversions that a type cannot hold.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "spgrad/distribute.hpp"
#include "spgrad/function.hpp"
#include "spgrad/ops.hpp"
#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

using Numbers = std::vector<double>;

Numbers numbers(World& world, const Value& v) {
  const Value whole = gather_all(world, cast(v, DType::float64));
  return {whole.data<double>().begin(), whole.data<double>().end()};
}

// What a float is that the integer does not hold does not depend on where in a loop, and on which rank, it stands.
TEST(Cast, OfNumbersTooLargeIsTheSameInEveryPlace) {
  for_ranks([](World& world) {
    const Numbers large{300, -129, 139.9, -0.5, 3e9, 1e30, -1e30, std::nan(""), 7};
    const Numbers as_int8{44, 127, -117, 0, 0, 0, 0, 0, 7}, as_int32{300, -129, 139, 0, -1294967296, 0, 0, 0, 7};
    const double low = -0x1p63;
    const Numbers as_int64{300, -129, 139, 0, 3e9, low, low, low, 7};
    Numbers x;
    for (int k = 0; k < 5; ++k) x.insert(x.end(), large.begin(), large.end());
    const auto n = static_cast<Index>(x.size());
    const Layout cut = random_layout(n, world.size(), 1);
    const Value X = Value::dense(DType::float64, {n}, 0, cut, world.rank());
    std::copy_n(x.begin() + cut.begin(world.rank()), cut.count(world.rank()), X.data<double>().begin());
    const Var a = input("a", type_of(X));
    const std::array dtypes{DType::int8, DType::int32, DType::int64};
    Function f =
        compile({.inputs = {a},
                 .outputs = {cast(a, dtypes[0]), cast(cast(a, DType::complex128), dtypes[1]), cast(a, dtypes[2])},
                 .updates = {}},
                world);
    const auto r = f({{"a", X}});
    const std::array expected{as_int8, as_int32, as_int64};
    for (std::size_t d = 0; d < 3; ++d) {
      const Numbers by_op = numbers(world, r[d]), of_value = numbers(world, cast(X, dtypes[d]));
      for (std::size_t k = 0; k < x.size(); ++k) {
        EXPECT_EQ(by_op[k], expected[d][k % large.size()]) << x[k] << " as " << dtypes[d];
        EXPECT_EQ(of_value[k], expected[d][k % large.size()]) << x[k] << " as " << dtypes[d];
      }
    }
  });
}

}  // namespace
}  // namespace spgrad::tests
