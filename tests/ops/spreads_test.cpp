// Every way to run an op that its form offers, whether the plan would take it or not.
#include <gtest/gtest.h>

#include <algorithm>

#include "spgrad/function.hpp"
#include "src/graph/run_context.hpp"
#include "src/ops/common.hpp"
#include "tests/ops/properties.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

// The form `original`, offering its spread number `which` only. Spreads are functions without a state.
const Op* original;
std::size_t which;
Op only;

// x, as a partial whole: of its own rows each rank has all, of the others nothing.
const Op in_parts{.name = "in_parts",
                  .inputs = "x",
                  .letters = "i -> i | ij -> ij",
                  .infer = [](const Node& n) { return n.in[0]->type; },
                  .run =
                      [](RunContext& c) {
                        c.zero_out();
                        const Value own = c.in(0);
                        const auto element = static_cast<Index>(size_of(own.dtype()));
                        const auto at = static_cast<std::size_t>(first_row(own) * own.row_length() * element);
                        std::ranges::copy(own.bytes(), c.out().bytes().begin() + static_cast<std::ptrdiff_t>(at));
                      },
                  .spread = [](const Node&) -> Spreads {
                    return {{{own()}, all()}};
                  }};

// Partial rows take a product, and scalars are not cut: such parts have tests of their own.
bool can_be_parted(const Var& out, const Spread& spread) {
  bool can = spread.out.kind != Rows::kGhost;
  for (std::size_t k = 0; k < spread.in.size(); ++k)
    can = can && (spread.in[k].kind != Rows::kUncombined || out->in[k]->type.ndim() > 0);
  return can;
}

Var with_only_spread(const Var& out, std::size_t k) {
  original = out->op;
  which = k;
  only = *original;
  only.select = nullptr;
  only.spread = [](const Node& n) -> Spreads { return {original->spread(n)[which]}; };
  Vars in = out->in;
  const Spread spread = original->spread(*out)[k];
  for (std::size_t i = 0; i < in.size() && can_be_parted(out, spread); ++i)
    if (spread.in[i].kind == Rows::kUncombined) in[i] = apply(in_parts, {in[i]});
  return apply(only, std::move(in), out->attrs);
}

double tolerance(const Type& type) { return real_of(type.dtype) == DType::float32 ? 1e-6 : 1e-12; }

/// Whether the spread fits where the values are dealt; then its result must be right.
bool runs(World& world, const Make& made, const Var& out, const Whole& expected, unsigned seed) {
  Program program{{}, {out}, {}};
  for (const Make::Input& x : made.inputs()) program.inputs.push_back(x.var);
  Function f = compile(program, world);
  std::vector<Value> results;
  try {
    results = f(dealt(world, made, seed));
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("no spread of"), std::string::npos) << e.what();
    return false;
  }
  Collector collector(world);
  expect_equal(collector.collect(results.front()), expected, tolerance(expected.type), "the result");
  return true;
}

// How often the spread k of a row fits.
int count_fits(const OpCase& row, const Variant& variant, std::size_t k) {
  Make make(variant);
  const Var out = row.apply(make);
  if (out->in.empty()) return 1;
  const Whole expected = evaluate(out, make.given());
  const Var forced = with_only_spread(out, k);
  int count = 0;
  for (unsigned seed = 0; seed < 8; ++seed)
    on_ranks(3, [&](World& world) {
      SCOPED_TRACE(text(row, ", ", variant, ", spread ", k, ", seed ", seed));
      const bool fits = runs(world, make, forced, expected, seed);
      if (world.rank() == 0) count += fits;
    });
  return count;
}

std::size_t spreads_of(const OpCase& row, const Variant& variant) {
  Make make(variant);
  const Var out = row.apply(make);
  return out->in.empty() ? 0 : out->op->spread(*out).size();
}

// Dimensions that are made on the way to the op may be cut in no case.
bool must_fit(const OpCase& row, const Variant& variant, std::size_t k) {
  Make make(variant);
  const Var out = row.apply(make);
  return std::ranges::all_of(out->in, [](const Var& x) { return x->in.empty(); }) &&
         can_be_parted(out, out->op->spread(*out)[k]);
}

// Of forms that offer several.
TEST(SpreadsFull, AllGiveTheResult) {
  for (const OpCase& row : op_cases())
    for (const Format format : {Format::csr, Format::csc}) {
      const std::size_t offered = spreads_of(row, {.format = format});
      for (std::size_t k = 0; k < offered && offered > 1; ++k) {
        int count = 0;
        for (const unsigned transposed : {0U, 1U})
          count += count_fits(row, {.format = format, .transposed = transposed}, k);
        EXPECT_TRUE(count > 0 || !must_fit(row, {.format = format}, k))
            << row << ", " << format << ": spread " << k << " of " << offered << " fits nowhere";
      }
    }
}

}  // namespace
}  // namespace spgrad::tests
