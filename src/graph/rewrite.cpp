#include "spgrad/rewrite.hpp"

#include <unordered_map>

#include "src/graph/input_ops.hpp"
#include "src/graph/walk.hpp"

namespace spgrad {
namespace {

// Equal nodes: one op, one set of inputs, equal attributes. Inputs and shared values are themselves; of constants only
// scalars are compared.
struct Key {
  const Op* op;
  std::vector<const Node*> in;
  const Attrs* attrs;
  std::string literal;
  bool operator==(const Key& other) const {
    return op == other.op && in == other.in && *attrs == *other.attrs && literal == other.literal;
  }
};
struct KeyHash {
  std::size_t operator()(const Key& key) const {
    std::size_t h = std::hash<const Op*>{}(key.op) ^ std::hash<std::string>{}(key.literal);
    for (const Node* n : key.in) h = h * 1099511628211u ^ std::hash<const Node*>{}(n);
    return h;
  }
};

Key key_of(const Var& x) {
  Key key{x->op, {}, &x->attrs, {}};
  for (const Var& below : x->in) key.in.push_back(below.get());
  if (x->op == &ops::constant && x->type.ndim() == 0) {
    const auto bytes = x->value.bytes();
    key.literal.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    key.literal += text(x->type, x->type.weak);
  } else if (x->in.empty()) {
    key.in.push_back(x.get());
  }
  return key;
}

}  // namespace

bool Pattern::match(const Var& x, Match& found) const {
  if (op_ == nullptr) {
    const auto [at, fresh] = found.try_emplace(variable_, x);
    return fresh || at->second == x;
  }
  if (x->op != op_ || x->in.size() != in_.size()) return false;
  const auto in_order = [&](std::initializer_list<std::size_t> order) {
    Match trial = found;
    std::size_t k = 0;
    for (const std::size_t p : order)
      if (!in_[p].match(x->in[k++], trial)) return false;
    found = std::move(trial);
    return true;
  };
  if (in_.size() == 2) return in_order({0, 1}) || (op_->commutative && in_order({1, 0}));
  if (in_.size() == 1) return in_order({0});
  for (std::size_t k = 0; k < in_.size(); ++k)
    if (!in_[k].match(x->in[k], found)) return false;
  return true;
}

Vars rewrite(const Vars& outputs, std::span<const Rewrite> rules, std::vector<std::string>* fired) {
  Vars now = outputs;
  for (bool changed = true; changed;) {
    changed = false;
    std::unordered_map<Key, Var, KeyHash> known;
    now = rebuild(now, [&](const Var& node, const Vars& in) {
      Var x = with_inputs(node, in);
      for (const Rewrite& rule : rules) {
        Pattern::Match match;
        if (!rule.pattern.match(x, match)) continue;
        Var better = rule.then(x, match);
        if (!better) continue;
        require(better->type == x->type, "rewrite ", rule.name, " makes a ", better->type, " of a ", x->type);
        if (fired != nullptr) fired->emplace_back(rule.name);
        x = std::move(better);
        changed = true;
      }
      return known.try_emplace(key_of(x), x).first->second;
    });
  }
  return now;
}

}  // namespace spgrad
