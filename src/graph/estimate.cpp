#include "spgrad/estimate.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "spgrad/ops.hpp"
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

// A vector of unknown size is as long as what it stores.
std::array<double, 2> sizes(const Type& type, double stored) {
  std::array<double, 2> all{1, 1};
  for (int axis = 0; axis < type.ndim(); ++axis)
    all[static_cast<std::size_t>(axis)] = type.ndim() == 1 ? stored : size(type.shape[axis]);
  return all;
}

Var pattern_of(Var x) {
  while (x->op->pattern.kind == PatternOf::kSame) x = Var(x->in[static_cast<std::size_t>(x->op->pattern.at)]);
  return x;
}

// The vector of a matrix's entries.
bool is_entries(const Node& x) {
  return x.type.ndim() == 1 && !x.type.shape.known() && !x.in.empty() && x.in[0]->type.sparse();
}

// The same elements in the same order, read by other indices (ij -> ji, i -> 1i), or as entries: no work.
bool is_view(const Node& x) {
  if (x.in.size() != 1 || x.op->linear == Linear::none || x.op->letters.find('*') != std::string_view::npos)
    return false;
  if (is_entries(x)) return true;
  const Letters letters = letters_of(x);
  std::string in = letters.in[0], out = letters.out;
  const bool turned = in != out;
  for (std::string* word : {&in, &out}) {
    std::erase(*word, '1');
    std::ranges::sort(*word);
  }
  return in == out && turned;
}

// The terms of a sum of products, one for each value of all index letters.
struct Terms {
  std::map<char, double> sizes;
  double count = 1;
  bool summed = false;  // a letter is not in the result
};

// Where ranks hold parts, an operand may have more of a letter than the others name: the least counts.
Terms terms_of(const Letters& letters, std::span<const Extent> in, const Extent& out) {
  Terms terms;
  const auto add = [&](const std::string& word, const Extent& extent, bool in_result) {
    for (std::size_t axis = 0; axis < word.size(); ++axis) {
      if (word[axis] == '1' || word[axis] == '_') continue;
      const auto [at, fresh] = terms.sizes.try_emplace(word[axis], extent.sizes[axis]);
      at->second = std::min(at->second, extent.sizes[axis]);
      terms.summed = terms.summed || (fresh && !in_result);
    }
  };
  add(letters.out, out, true);
  for (std::size_t k = 0; k < in.size(); ++k) add(letters.in[k], in[k], false);
  for (const auto& [letter, n] : terms.sizes) terms.count *= n;
  return terms;
}

// Of the positions that the letters name, the part that a sparse operand stores.
double density(const Terms& terms, const std::string& word, const Extent& extent) {
  double named = 1;
  for (const char letter : word)
    if (const auto found = terms.sizes.find(letter); found != terms.sizes.end()) named *= found->second;
  return extent.stored / std::max(named, 1.0);
}

double density(const Terms& terms, const Letters& letters, const Vars& in, std::span<const Extent> extents) {
  double all = 1;
  for (std::size_t k = 0; k < in.size(); ++k)
    if (in[k]->type.sparse()) all *= density(terms, letters.in[k], extents[k]);
  return all;
}

double data_bytes(const Type& type, const Extent& extent) {
  return extent.stored * static_cast<double>(size_of(type.dtype));
}

double bytes_of(const Type& type, const std::string& word, const Extent& extent, char but) {
  double n = static_cast<double>(size_of(type.dtype));
  for (std::size_t axis = 0; axis < word.size(); ++axis)
    if (word[axis] != but) n *= extent.sizes[axis];
  return n;
}

// Majors go one after the other, so rows that they name do, too; minors name rows anywhere.
FetchedRows fetched_rows(const Node& x, const Letters& letters, std::span<const Extent> in, const Extent& out) {
  FetchedRows rows;
  for (std::size_t s = 0; s < in.size(); ++s) {
    const Type& sparse = x.in[s]->type;
    if (!sparse.sparse()) continue;
    const std::size_t major_axis = sparse.format == Format::csc ? 1 : 0;
    const char major = letters.in[s][major_axis], minor = letters.in[s][1 - major_axis];
    const auto look = [&](const Type& type, const std::string& word, const Extent& extent, double times) {
      const auto names = [&](char letter) { return word.find(letter) != std::string::npos; };
      if (type.sparse() || !std::isalpha(static_cast<unsigned char>(minor)) || !names(minor) || names(major)) return;
      const double row = bytes_of(type, word, extent, minor);
      if (extent.stored * static_cast<double>(size_of(type.dtype)) < rows.array) return;
      rows = {times * in[s].stored * row, row, extent.stored * static_cast<double>(size_of(type.dtype))};
    };
    for (std::size_t k = 0; k < in.size(); ++k) look(x.in[k]->type, letters.in[k], in[k], 1);
    look(x.type, letters.out, out, 2);
  }
  return rows;
}

}  // namespace

Cost cost_of(const Node& x, std::span<const Extent> in, const Extent& out) {
  if (x.in.empty() || is_view(x)) return {};
  const Letters letters = letters_of(x);
  const Terms terms = terms_of(letters, in, out);
  // Entry by entry nothing is summed, though the vector of a matrix's entries has a letter of its own.
  const bool summed = terms.summed && !x.op->elementwise;
  const bool data_alone = x.op->pattern.kind == PatternOf::kSame && !summed;
  Cost cost{0, data_bytes(x.type, out), fetched_rows(x, letters, in, out)};
  for (std::size_t k = 0; k < in.size(); ++k) {
    cost.bytes += data_bytes(x.in[k]->type, in[k]);
    if (x.in[k]->type.sparse() && !data_alone) cost.bytes += in[k].stored * sizeof(LocalIndex);
  }
  const double each = x.op->flops > 0 ? x.op->flops : summed && in.size() > 1 ? 2 : 1;
  cost.flops = each * (summed ? terms.count * density(terms, letters, x.in, in) : out.stored);
  return cost;
}

double Estimate::nnz(const Var& x) const { return nnz(x, 0); }

Extent Estimate::extent(const Var& x, int depth) const {
  const double stored = nnz(x, depth);
  return {sizes(x->type, stored), stored};
}

std::vector<Extent> Estimate::extents(const Vars& x, int depth) const {
  std::vector<Extent> all;
  for (const Var& v : x) all.push_back(extent(v, depth));
  return all;
}

double Estimate::nnz(const Var& x, int depth) const {
  if (!x->type.sparse()) return is_entries(*x) ? nnz(x->in[0], depth + 1) : positions(x->type);
  const Var made = pattern_of(x);
  const double all = positions(made->type);
  if (made->in.empty() || depth > kDepth) {
    const double known = made->in.empty() && given_nnz_ ? given_nnz_(made) : -1;
    return known < 0 ? all * kUnknownDensity : known;
  }
  const std::vector<Extent> in = extents(made->in, depth + 1);
  const Letters letters = letters_of(*made);
  const Terms terms = terms_of(letters, in, {sizes(made->type, all), all});
  double entries = 0;
  for (std::size_t k = 0; k < in.size(); ++k)
    if (made->in[k]->type.sparse()) entries += in[k].stored;
  return std::min(all, terms.summed  ? terms.count * density(terms, letters, made->in, in)
                       : entries > 0 ? entries
                                     : all);
}

Cost Estimate::of(const Var& x) const { return cost_of(*x, extents(x->in, 0), extent(x, 0)); }

Cost Estimate::of(const Vars& outputs) const {
  Cost all;
  for (const Var& x : topological(outputs)) all += of(x);
  return all;
}

PatternFacts Estimate::facts(const Var& x) const {
  const Var root = pattern_of(x);
  if (root->op == &ops::sum_duplicates || root->op == &ops::sparse_from_dense) return {true, true};
  return root->in.empty() && given_facts_ ? given_facts_(root) : PatternFacts{};
}

}  // namespace spgrad
