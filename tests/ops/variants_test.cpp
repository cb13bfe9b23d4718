// The properties of all ops in every variant: kinds of entries, cuts, unknown sizes, empty dimensions, every dtype.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "tests/ops/properties.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

void on_one_and_three(const std::function<void(World&)>& body) {
  for (const int ranks : {1, 3}) on_ranks(ranks, body);
}

class VariantsFull : public testing::TestWithParam<OpCase> {};

TEST_P(VariantsFull, ComplexDerivatives) {
  const auto kinds = find_op(GetParam().op)->accepts;
  if ((kinds & kComplex) == 0) return;
  for_formats([](Format format) {
    const Trial trial(GetParam(), {.format = format, .dtype = DType::complex128, .seed = 3}, Depth::second);
    check(trial, on_one_and_three, 1);
    return has_sparse(trial.made());
  });
}

TEST_P(VariantsFull, EntriesOfAnyKindOrNone) {
  for (const auto entries : {Variant::kind, Variant::none})
    for_formats([&](Format format) {
      const Trial trial(GetParam(), {.format = format, .entries = entries, .seed = 4}, Depth::first);
      if (has_sparse(trial.made())) check(trial, on_one_and_three, 1);
      return has_sparse(trial.made());
    });
}

// Transposes of inputs are cut along the other axis.
TEST_P(VariantsFull, DenseOperandsCutAlongEitherAxis) {
  for (const unsigned transposed : {1U, 2U, 3U})
    for_formats([&](Format format) {
      const Trial trial(GetParam(), {.format = format, .transposed = transposed, .seed = 9}, Depth::first);
      check(trial, on_one_and_three, 1);
      return has_sparse(trial.made());
    });
}

TEST_P(VariantsFull, GraphsThatDoNotKnowSizes) {
  for_formats([](Format format) {
    const Trial trial(GetParam(), {.format = format, .unsized = true, .seed = 8}, Depth::second);
    check(trial, on_one_and_three, 1);
    return has_sparse(trial.made());
  });
}

// These have no result for an axis of no elements.
constexpr std::array kNotOfNothing{"max", "min", "index_of", "get_item_scalar", "put_scalar"};

// Each size of the row's inputs in turn is 0, or 1.
TEST_P(VariantsFull, DimensionsWithoutElementsOrWithOne) {
  Make usual({});
  GetParam().apply(usual);
  std::set<Index> sizes;
  for (const auto& [node, x] : usual.given())
    for (int axis = 0; axis < x.type.ndim(); ++axis) sizes.insert(x.type.shape[axis]);
  for (const Index size : sizes)
    for (const Index becomes : {0, 1}) {
      if (size == 1 || (becomes == 0 && std::ranges::find(kNotOfNothing, GetParam().op) != kNotOfNothing.end()))
        continue;
      for_formats([&](Format format) {
        const bool limit = becomes == 0 && GetParam().op == "logsumexp";  // -inf, where differences say nothing
        const Trial trial(GetParam(), {.format = format, .size = size, .becomes = becomes, .seed = 5},
                          limit ? Depth::values : Depth::first);
        check(trial, on_one_and_three, 1);
        return has_sparse(trial.made());
      });
    }
}

int kind_of(DType t) { return t == DType::bool_ ? kBool : is_integer(t) ? kInteger : is_float(t) ? kReal : kComplex; }

// The dtype in which the promoted inputs meet.
DType met(const Make& made, const Op& op) {
  std::optional<DType> dtype;
  for (std::size_t k = 0; k < made.inputs().size(); ++k)
    if ((op.promotes >> k & 1) != 0) {
      const DType t = made.inputs()[k].var->type.dtype;
      dtype = dtype ? promote(*dtype, t) : t;
    }
  return dtype.value_or(DType::float64);
}

// What the form accepts must work; what it does not must be refused when the node is made.
void check_dtypes(const OpCase& row, const Variant& variant) {
  Make made(variant);
  try {
    row.apply(made);
  } catch (const Error& e) {
    const Op& op = *find_op(row.op);
    const bool refused = std::ranges::any_of(
        made.inputs(), [&](const Make::Input& x) { return (op.accepts & kind_of(x.var->type.dtype)) == 0; });
    EXPECT_TRUE(refused || (op.accepts & kind_of(met(made, op))) == 0) << row << ", " << variant << ": " << e.what();
    return;
  }
  check(Trial(row, variant, Depth::first), on_one_and_three, 1);
}

TEST_P(VariantsFull, EveryDtypeAloneAndBesideAnother) {
  constexpr std::array partners{DType::float32, DType::int8, DType::uint16, DType::complex64};
  for (int k = 0; k < kDTypes; ++k) {
    const auto dtype = static_cast<DType>(k);
    const Format format = k % 2 == 0 ? Format::csr : Format::csc;
    check_dtypes(GetParam(), {.format = format, .dtype = dtype, .seed = 6});
    check_dtypes(GetParam(),
                 {.format = format, .dtype = dtype, .second = partners[static_cast<std::size_t>(k) % 4], .seed = 7});
  }
}

INSTANTIATE_TEST_SUITE_P(Table, VariantsFull, testing::ValuesIn(op_cases().begin(), op_cases().end()), test_name);

}  // namespace
}  // namespace spgrad::tests
