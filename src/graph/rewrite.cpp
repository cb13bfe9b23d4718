#include "spgrad/rewrite.hpp"

#include <algorithm>
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

bool Pattern::match(const Var& x, Match& found, Vars& inner) const {
  if (op_ == nullptr) {
    const auto [at, fresh] = found.try_emplace(variable_, x);
    return fresh || at->second == x;
  }
  if (x->op != op_ || x->in.size() != in_.size()) return false;
  const auto in_order = [&](bool swapped) {
    Match trial = found;
    Vars trial_inner = inner;
    for (std::size_t k = 0; k < in_.size(); ++k) {
      const Pattern& wanted = in_[swapped ? in_.size() - 1 - k : k];
      if (!wanted.match(x->in[k], trial, trial_inner)) return false;
      if (wanted.op_ != nullptr) trial_inner.push_back(x->in[k]);
    }
    found = std::move(trial);
    inner = std::move(trial_inner);
    return true;
  };
  return in_order(false) || (op_->commutative && in_.size() == 2 && in_order(true));
}

namespace {

// How many read each node: other nodes, and the caller as an output.
using Readers = std::unordered_map<const Node*, int>;
Readers readers_of(const Vars& outputs) {
  Readers readers;
  for (const Var& x : outputs)
    if (x) ++readers[x.get()];
  for (const Var& x : topological(outputs))
    for (auto in = x->in.begin(); in != x->in.end(); ++in)
      if (std::find(x->in.begin(), in, *in) == in) ++readers[in->get()];
  return readers;
}

class Sweeps {
 public:
  Sweeps(std::span<const Rewrite> rules, const Estimate& estimate, std::vector<Fired>* fired)
      : rules_(rules), estimate_(estimate), fired_(fired) {}

  // Equal nodes become one, and each rule is tried once at each node, inputs first.
  Vars sweep(const Vars& graph, bool with_rules) {
    changed_ = false;
    known_.clear();
    const Readers before = readers_of(graph);
    readers_.clear();
    return rebuild(graph, [&](const Var& node, const Vars& in) {
      Var x = with_inputs(node, in);
      if (with_rules) x = improved(std::move(x));
      const Var& kept = known_.try_emplace(key_of(x), x).first->second;
      readers_[kept.get()] += before.at(node.get());
      return kept;
    });
  }
  bool changed() const { return changed_; }

 private:
  Var improved(Var x) {
    const Scene scene{estimate_, [this](const Var& v) {
                        const auto found = readers_.find(v.get());
                        return found != readers_.end() && found->second > 1;
                      }};
    for (const Rewrite& rule : rules_) {
      Pattern::Match match;
      Vars inner;
      if (!rule.pattern.match(x, match, inner)) continue;
      if (rule.spares_shared && std::ranges::any_of(inner, scene.read_elsewhere)) continue;
      Var better = rule.then(x, match, scene);
      if (!better) continue;
      require(better->type == x->type, "rewrite ", rule.name, " makes a ", better->type, " of a ", x->type);
      if (fired_ != nullptr) fired_->push_back({rule.name, estimate_.of(Vars{x}) - estimate_.of(Vars{better})});
      x = std::move(better);
      changed_ = true;
    }
    return x;
  }

  std::span<const Rewrite> rules_;
  const Estimate& estimate_;
  std::vector<Fired>* fired_;
  std::unordered_map<Key, Var, KeyHash> known_;
  Readers readers_;  // of the new nodes
  bool changed_ = false;
};

}  // namespace

Vars rewrite(const Vars& outputs, std::span<const Rewrite> rules, const Estimate& estimate, std::vector<Fired>* fired) {
  Sweeps sweeps(rules, estimate, fired);
  Vars now = sweeps.sweep(outputs, false);  // who reads what is known when equal nodes are one
  if (rules.empty()) return now;
  while (true) {
    now = sweeps.sweep(now, true);
    if (!sweeps.changed()) return now;
    now = sweeps.sweep(now, false);
  }
}

}  // namespace spgrad
