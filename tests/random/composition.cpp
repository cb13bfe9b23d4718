#include "tests/random/composition.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "spgrad/ops.hpp"
#include "tests/random/cost.hpp"

namespace spgrad::tests {
namespace {

constexpr double kLargest = 50;  // larger numbers leave differences too few digits

Variant variant(unsigned seed) {
  std::mt19937 random(seed);
  const auto one_in = [&](int n) { return std::uniform_int_distribution(1, n)(random) == 1; };
  Variant v{.seed = seed};
  if (one_in(2)) v.format = Format::csc;
  if (one_in(8)) v.dtype = DType::complex128;
  if (one_in(16)) v.dtype = DType::float32;
  if (one_in(16)) v.second = DType::complex128;
  if (one_in(4)) v.entries = Variant::kind;
  if (one_in(3)) v.transposed = static_cast<unsigned>(random());
  v.unsized = one_in(8);
  return v;
}

// A size of 1 broadcasts, and so must be known before there is data.
bool turns_out_one(const Node& n, const Whole& value) {
  for (int axis = 0; axis < n.type.ndim(); ++axis)
    if (n.type.shape[axis] == kUnknown && value.type.shape[axis] == 1) return true;
  return false;
}

bool tame(const Whole& value) {
  return std::ranges::all_of(value.x, [](Complex x) { return std::abs(x) < kLargest; });  // false for NaN
}

}  // namespace

struct Composition::Operand {
  bool sparse, numbers, on_pattern_before, within_domain;
  std::string letters;
  char numbered = 0;  ///< the dimension that numbers are of

  explicit Operand(const std::string& word)
      : sparse(word[0] == 'S'),
        numbers(word[0] == 'I'),
        on_pattern_before(word.find('=') != std::string::npos),
        within_domain(word.find('*') != std::string::npos),
        letters(word.substr(1, word.find_first_of("=*") - 1)) {
    if (!numbers) return;
    numbered = letters.back();
    letters.pop_back();
  }

  bool fits(const Term& x, const Step& step, std::map<char, Index> sizes, const Term* before) const {
    const Type& type = x.value.type;
    if (type.sparse() != sparse || type.ndim() != static_cast<int>(letters.size())) return false;
    for (int axis = 0; axis < type.ndim(); ++axis) {
      const char letter = letters[static_cast<std::size_t>(axis)];
      if (letter == '1' && x.var->type.shape[axis] != 1) return false;
      if (std::isupper(letter) != 0 && type.shape[axis] == 0) return false;
      if (sizes.emplace(letter, type.shape[axis]).first->second != type.shape[axis]) return false;
    }
    if (numbers || is_integer(type.dtype)) return numbers && is_integer(type.dtype);
    if (!is_complex(type.dtype) || (step.accepts & kComplex) != 0) {
      const bool in_domain = !within_domain || step.domain == nullptr || std::ranges::all_of(x.value.x, step.domain);
      return in_domain && (!on_pattern_before || x.value.same_pattern(before->value));
    }
    return false;
  }
};

Composition::Composition(unsigned seed)
    : random_(seed), duplicates_(variant(seed).entries == Variant::unkind), made_(variant(seed)) {
  const Index wanted = 2 + below(5);
  Index taken = 0;
  for (int attempt = 0; attempt < 200 && taken < wanted; ++attempt)
    if (take(steps()[static_cast<std::size_t>(below(static_cast<Index>(steps().size())))])) ++taken;
}

// False if there are no operands for it, or its result is no good.
bool Composition::take(const Step& step) {
  std::map<char, Index> sizes;
  std::vector<std::size_t> operands;
  std::istringstream words{std::string(step.operands)};
  for (std::string word; words >> word;) {
    const Operand spec(word);
    operands.push_back(operand(step, spec, sizes, operands.empty() ? nullptr : &operands.back()));
    if (operands.back() == terms_.size()) return false;
    for (std::size_t axis = 0; axis < spec.letters.size(); ++axis)
      sizes[spec.letters[axis]] = terms_[operands.back()].value.type.shape[static_cast<int>(axis)];
  }
  Vars in;
  for (const std::size_t k : operands) in.push_back(terms_[k].var);
  const Var out = step.apply(in, below(1 << 30));
  Whole value = evaluate(out, made_.given());
  if (!tame(value) || turns_out_one(*out, value)) return false;
  for (const std::size_t k : operands) terms_[k].used = true;
  terms_.push_back({out, std::move(value), true});
  steps_taken_ += text(step.name, '(', step.operands, ") ");
  return true;
}

// The number of a term, often the newest that fits; or of a new input. That of none: nothing fits.
std::size_t Composition::operand(const Step& step, const Operand& spec, std::map<char, Index>& sizes,
                                 const std::size_t* before) {
  const Term* const previous = before == nullptr ? nullptr : &terms_[*before];
  std::vector<std::size_t> fitting;
  for (std::size_t k = 0; k < terms_.size(); ++k)
    if (spec.fits(terms_[k], step, sizes, previous)) fitting.push_back(k);
  if (!fitting.empty() && !spec.numbers && below(10) < 8)
    return below(2) == 0 ? fitting.back()
                         : fitting[static_cast<std::size_t>(below(static_cast<Index>(fitting.size())))];
  const std::size_t k = fresh(step, spec, sizes, previous);
  return spec.fits(terms_.back(), step, sizes, before == nullptr ? nullptr : &terms_[*before]) ? k : terms_.size();
}

std::size_t Composition::fresh(const Step& step, const Operand& spec, std::map<char, Index> sizes, const Term* before) {
  std::vector<Index> shape;
  for (const char letter : spec.letters) {
    const Index any = below(30) == 0 && std::isupper(letter) == 0 ? 0 : 1 + below(7);
    shape.push_back(letter == '1' ? 1 : sizes.emplace(letter, any).first->second);
  }
  const auto range = spec.within_domain ? step.range : Make::any;
  Var x;
  if (spec.numbers)
    x = made_.indices(shape[0], sizes.at(spec.numbered));
  else if (spec.on_pattern_before && made_.given().contains(before->var.get()))
    x = made_.on(before->var);
  else if (spec.sparse)
    x = below(4) == 0 ? made_.other_format(shape[0], shape[1]) : made_.sparse(shape[0], shape[1], range);
  else
    x = shape.empty()       ? made_.scalar(range)
        : shape.size() == 1 ? made_.vector(shape[0], range)
                            : made_.dense(shape[0], shape[1], range);
  terms_.push_back({x, evaluate(x, made_.given())});
  return terms_.size() - 1;
}

Var Composition::cost_of(const std::vector<std::size_t>& terms) {
  Var cost;
  for (const std::size_t k : terms) {
    const Var part = weighted(made_, terms_[k].var, terms_[k].value, below(4));
    cost = cost ? add(cost, part) : part;
  }
  return cost;
}

}  // namespace spgrad::tests
