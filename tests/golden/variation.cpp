#include "tests/golden/variation.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "spgrad/parse.hpp"
#include "tests/golden/verdict.hpp"
#include "tests/random/cost.hpp"

namespace spgrad::tests {
namespace {

bool floating(DType t) { return is_float(t) || is_complex(t); }

Variant variant(unsigned seed) { return {.entries = seed % 3 == 0 ? Variant::kind : Variant::unkind, .seed = seed}; }

// Then 0 is within the domain for which x was made.
bool either_sign(const Whole& x) {
  const auto negative = [](Complex value) { return value.real() < 0; };
  return std::ranges::any_of(x.x, negative) && !std::ranges::all_of(x.x, negative);
}

/// The inputs of a case, varied, and its expression over them.
class Variation {
 public:
  Variation(const GoldenCase& c, unsigned seed, bool zeros)
      : case_(c),
        random_(seed),
        made_(variant(seed)),
        zeros_(zeros),
        duplicates_(variant(seed).entries == Variant::unkind) {
    // What a matrix is put together from belongs together, and its shape is in the expression.
    resized_ = c.expression.find("csm(") == std::string::npos && c.expression.find("csm_grad(") == std::string::npos;
    for (const auto& [name, x] : c.inputs) names_[name] = made_.add_input(name, varied(x));
    out_ = parse(c.expression, names_);
  }

  Make& made() { return made_; }
  const Var& out() const { return out_; }
  bool duplicates() const { return duplicates_; }
  Whole expected() const { return evaluate(out_, made_.given()); }
  Index below(Index n) { return std::uniform_int_distribution<Index>(0, n - 1)(random_); }

 private:
  // One other size for each size. Indices that are in the expression stay in range: none but a very large one shrinks.
  Index size(Index n) {
    if (n < 2 || !resized_) return n;
    const auto [found, is_new] = sizes_.emplace(n, 0);
    if (is_new) found->second = n > 60 ? 30 + below(20) : n + below(4);
    return found->second;
  }

  Whole varied(const Whole& x) {
    Type type = x.type;
    for (int axis = 0; axis < type.ndim(); ++axis) type.shape[axis] = size(type.shape[axis]);
    Whole y = x.sparse() ? on_pattern(x, type) : made_.values_like(type);
    if (!resized_ && !floating(type.dtype)) y.x = x.x;
    if (x.x.empty() || (!resized_ && !floating(type.dtype))) return y;
    const bool zeros = x.sparse() && zeros_ && either_sign(x);
    for (std::size_t p = 0; p < y.x.size(); ++p) y.x[p] = zeros && p % 5 == 3 ? 0.0 : element(x);
    return y;
  }

  // Inputs that have one pattern in the file have one here.
  Whole on_pattern(const Whole& x, const Type& type) {
    for (const auto& [name, var] : names_)
      if (const Whole& y = case_.inputs.at(name); y.sparse() && y.type.format == x.type.format && *y.at == *x.at)
        return made_.values_like(type, made_.given().at(var.get()).at);
    return made_.sparse_like(type);
  }

  // Like some value of x, and no larger: in the domain for which that was made.
  Complex element(const Whole& x) {
    const Complex value = x.x[static_cast<std::size_t>(below(static_cast<Index>(x.x.size())))];
    if (!floating(x.type.dtype)) return value;
    const Complex y = value * (1 - 0.1 * static_cast<double>(below(1000)) / 1000);
    return real_of(x.type.dtype) == DType::float32 ? Complex(std::complex<float>(y)) : y;
  }

  const GoldenCase& case_;
  std::mt19937 random_;
  Make made_;
  bool zeros_, duplicates_, resized_ = true;
  std::map<Index, Index> sizes_;
  Names names_;
  Var out_;
};

bool is_tame(const Whole& x) {
  return std::ranges::all_of(x.x, [](Complex value) { return std::abs(value) < 1e3; });
}

std::string wrong_result(World& world, Variation& v, const Whole& expected, unsigned seed) {
  Program program;
  for (const Make::Input& x : v.made().inputs()) program.inputs.push_back(x.var);
  program.outputs = {v.out()};
  Collector collector(world);
  const Whole got = collector.collect(compile(program, world)(dealt(world, v.made(), seed)).front());
  if (got.type.format != expected.type.format || got.type.dtype != v.out()->type.dtype ||
      !(got.type.shape == expected.type.shape))
    return text("the result is ", got.type, ", not ", expected.type);
  if (got.sparse() && *in_canonical_order(got).at != *in_canonical_order(expected).at)
    return "the result stores other positions";
  const auto g = densified(got).x, e = densified(expected).x;
  double scale = 1, error = 0;
  bool single = false;
  for (const Make::Input& x : v.made().inputs()) single = single || real_of(x.var->type.dtype) == DType::float32;
  for (std::size_t p = 0; p < e.size(); ++p) {
    scale = std::max(scale, std::abs(e[p]));
    error = std::max(error, std::abs(g[p] - e[p]));
  }
  if (error <= (single || real_of(got.type.dtype) == DType::float32 ? 2e-5 : 1e-11) * scale) return "";
  return text("the result differs by ", error);
}

std::string wrong(Variation& v, const Whole& expected, unsigned seed, bool structured, const Ranks& ranks) {
  const unsigned deal = seed % 4;
  const std::string why = said_on(ranks, [&](World& world) { return wrong_result(world, v, expected, deal); });
  std::vector<Make::Input> wrt;
  for (const Make::Input& x : v.made().inputs())
    if (floating(x.var->type.dtype)) wrt.push_back(x);
  if (!why.empty() || wrt.empty() || !floating(v.out()->type.dtype)) return why;
  // Regular: entries that are not stored because they are 0 move, too.
  const Var cost_of_result = weighted(v.made(), v.out(), expected, v.below(2) == 0 ? 1 : 3);
  const Cost cost(v.made(), cost_of_result, wrt, structured);
  return said_on(ranks, [&](World& world) { return cost.on(world, deal); });
}

}  // namespace

std::string complaint(const GoldenCase& c, unsigned seed, const Ranks& ranks) {
  bool may_refuse = false;
  try {
    std::optional<Variation> v(std::in_place, c, seed, seed % 2 == 0);
    if (!is_tame(v->expected())) v.emplace(c, seed, false);
    const Whole expected = v->expected();
    const bool structured = v->duplicates() && seed % 4 < 2;
    may_refuse = v->duplicates() && !structured;
    const std::string why = is_tame(expected) ? wrong(*v, expected, seed, structured, ranks) : "";
    return why.empty() ? "" : text(why, "\n", to_string({v->out()}));
  } catch (const std::exception& e) {
    return may_refuse && is_refusal_of_duplicates(e.what()) ? "" : e.what();
  }
}

}  // namespace spgrad::tests
