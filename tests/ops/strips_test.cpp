// Every op that says it is elementwise, in strips: the bits that it makes of whole operands, of every dtype, wherever
// values lie.
#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "spgrad/function.hpp"
#include "spgrad/ops.hpp"
#include "tests/ops/properties.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

struct Made {
  std::vector<Whole> results;
  bool fused;
};

// With a view behind it, so that there is a chain of two; both are looked at.
Made made(World& world, const Make& make, const Var& out, const Bindings& values, Index strip) {
  Program program{{}, {out, stop_gradient(out)}, {}};
  program.rewrites = {};
  program.strip = strip;
  for (const Make::Input& x : make.inputs()) program.inputs.push_back(x.var);
  Function f = compile(program, world);
  Collector collector(world);
  Made m{{}, false};
  for (const Value& v : f(values)) m.results.push_back(collector.collect(v));
  m.fused = f.explain().find("fused ") != std::string::npos;
  return m;
}

// Collected values hold NaN, too.
bool same_bits(const Whole& a, const Whole& b) {
  return a.type == b.type && a.x.size() == b.x.size() &&
         std::memcmp(a.x.data(), b.x.data(), a.x.size() * sizeof(Complex)) == 0;
}

// Of how many runs a fused step was part.
int count_fused(const OpCase& row, const Variant& variant) {
  Make make(variant);
  Var out;
  try {
    out = row.apply(make);
  } catch (const Error&) {
    return 0;  // not of this dtype
  }
  if (!out->op->elementwise) return 0;
  int fused = 0;
  for (const int ranks : {1, 2, 3})
    on_ranks(ranks, [&](World& world) {
      const auto seed = static_cast<unsigned>(5 * ranks) + variant.seed;
      const Bindings values = dealt(world, make, seed);
      const Made alone = made(world, make, out, values, 0);
      EXPECT_FALSE(alone.fused);
      for (const Index strip : {1, 2, 5}) {
        const Made strips = made(world, make, out, values, strip);
        for (std::size_t k = 0; k < 2; ++k)
          EXPECT_TRUE(world.rank() > 0 || same_bits(strips.results[k], alone.results[k]))
              << row << ", " << variant << ", strips of " << strip << ", result " << k;
        if (world.rank() == 0) fused += strips.fused;
      }
    });
  return fused;
}

TEST(Strips, OfEveryElementwiseOpHaveTheBitsOfTheWhole) {
  std::set<std::string_view> without;
  for (const Op* op : all_ops())
    if (op->elementwise) without.insert(op->name);
  for (const OpCase& row : op_cases())
    for (int k = 0; k < 2 * kDTypes; ++k) {
      Variant variant{.format = k % 2 == 0 ? Format::csr : Format::csc, .dtype = static_cast<DType>(k / 2)};
      if (k % 3 == 1) variant.second = DType::float32;
      variant.transposed = static_cast<unsigned>(k % 4);
      variant.seed = static_cast<unsigned>(k);
      if (count_fused(row, variant) > 0) without.erase(row.op);
    }
  for (const std::string_view name : without) ADD_FAILURE() << name << " was in no fused step";
}

}  // namespace
}  // namespace spgrad::tests
