#include "spgrad/estimate.hpp"

#include <algorithm>
#include <map>

#include "src/graph/letters.hpp"
#include "src/graph/walk.hpp"

namespace spgrad {
namespace {

constexpr double kUnknownSize = 1000, kUnknownDensity = 0.01;
constexpr int kDepth = 6;  // sparse results of sparse results are not followed further

double size(Index n) { return n == kUnknown ? kUnknownSize : static_cast<double>(n); }

double positions(const Type& type) {
  double n = 1;
  for (int axis = 0; axis < type.ndim(); ++axis) n *= size(type.shape[axis]);
  return n;
}

Var pattern_of(Var x) {
  while (x->op->pattern.kind == PatternOf::kSame) x = Var(x->in[static_cast<std::size_t>(x->op->pattern.at)]);
  return x;
}

// The vector of a matrix's entries.
bool is_entries(const Var& x) {
  return x->type.ndim() == 1 && !x->type.shape.known() && !x->in.empty() && x->in[0]->type.sparse();
}

// The same elements in the same order, read by other indices (ij -> ji, i -> 1i), or as entries: no work.
bool is_view(const Var& x) {
  if (x->in.size() != 1 || x->op->linear == Linear::none || x->op->letters.find('*') != std::string_view::npos)
    return false;
  if (is_entries(x)) return true;
  const Letters letters = letters_of(*x);
  std::string in = letters.in[0], out = letters.out;
  const bool turned = in != out;
  for (std::string* word : {&in, &out}) {
    std::erase(*word, '1');
    std::ranges::sort(*word);
  }
  return in == out && turned;
}

}  // namespace

Estimate::Terms Estimate::terms_of(const Var& x, int depth) const {
  const Letters letters = letters_of(*x);
  std::map<char, double> sizes;
  Terms terms;
  const auto add = [&](const std::string& word, const Var& v, bool in_result) {
    for (std::size_t axis = 0; axis < word.size(); ++axis) {
      if (word[axis] == '1' || word[axis] == '_') continue;
      const double n = is_entries(v) ? nnz(v, depth) : size(v->type.shape[static_cast<int>(axis)]);
      if (!sizes.try_emplace(word[axis], n).second) continue;
      terms.count *= n;
      if (!in_result) terms.summed = true;
    }
  };
  add(letters.out, x, true);
  for (std::size_t k = 0; k < x->in.size(); ++k) add(letters.in[k], x->in[k], false);
  return terms;
}

double Estimate::nnz(const Var& x) const { return nnz(x, 0); }

double Estimate::nnz(const Var& x, int depth) const {
  if (!x->type.sparse()) return is_entries(x) ? nnz(x->in[0], depth + 1) : positions(x->type);
  const Var made = pattern_of(x);
  const double all = positions(made->type);
  if (made->in.empty() || depth > kDepth) {
    const double known = made->in.empty() && given_nnz_ ? given_nnz_(made) : -1;
    return known < 0 ? all * kUnknownDensity : known;
  }
  const Terms terms = terms_of(made, depth + 1);
  double entries = 0, density = 1;
  for (const Var& in : made->in)
    if (in->type.sparse()) {
      entries += nnz(in, depth + 1);
      density *= nnz(in, depth + 1) / std::max(positions(in->type), 1.0);
    }
  return std::min(all, terms.summed ? terms.count * density : entries > 0 ? entries : all);
}

Cost Estimate::of(const Var& x) const {
  if (x->in.empty() || is_view(x)) return {};
  const auto bytes = [&](const Var& v) { return nnz(v) * static_cast<double>(size_of(v->type.dtype)); };
  Cost cost{nnz(x), bytes(x)};
  double density = 1;
  for (const Var& in : x->in) {
    if (in->type.sparse()) density *= nnz(in) / std::max(positions(in->type), 1.0);
    cost.bytes += bytes(in);
  }
  if (const Terms terms = terms_of(x, 0); terms.summed) cost.flops = 2 * terms.count * density;
  return cost;
}

Cost Estimate::of(const Vars& outputs) const {
  Cost all;
  for (const Var& x : topological(outputs)) all += of(x);
  return all;
}

}  // namespace spgrad
