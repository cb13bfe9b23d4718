#include "src/graph/walk.hpp"

#include <unordered_set>

#include "src/graph/input_ops.hpp"

namespace spgrad {

Vars topological(const Vars& outputs) {
  Vars order;
  std::unordered_set<const Node*> done;
  std::vector<std::pair<Var, std::size_t>> path;  // a node and which of its inputs comes next; no recursion
  const auto enter = [&](const Var& x) {
    if (x && done.insert(x.get()).second) path.emplace_back(x, 0);
  };
  for (const Var& out : outputs) {
    enter(out);
    while (!path.empty()) {
      auto& [x, next] = path.back();
      if (next < x->in.size()) {
        const Var below = x->in[next++];
        enter(below);
      } else {
        order.push_back(std::move(x));
        path.pop_back();
      }
    }
  }
  return order;
}

Var with_inputs(const Var& node, const Vars& in) {
  if (in == node->in) return node;
  return apply(*node->op, in, node->attrs);
}

Vars rebuild(const Vars& outputs, const Replace& replace) {
  std::unordered_map<const Node*, Var> now;
  for (const Var& x : topological(outputs)) {
    Vars in;
    for (const Var& below : x->in) in.push_back(now.at(below.get()));
    Var y = replace(x, in);
    now.emplace(x.get(), y ? std::move(y) : with_inputs(x, in));
  }
  Vars result;
  for (const Var& out : outputs) result.push_back(out ? now.at(out.get()) : Var{});
  return result;
}

PatternRoot pattern_root(const Var& sparse) {
  const Node* n = sparse.get();
  while (n->op->pattern.kind == PatternOf::kSame) n = n->in[static_cast<std::size_t>(n->op->pattern.at)].get();
  return {n, sparse->type.format};
}

}  // namespace spgrad
