#include "spgrad/grad.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "spgrad/ops.hpp"
#include "src/graph/sums.hpp"
#include "src/graph/walk.hpp"

namespace spgrad {
namespace {

bool differentiable(DType t) { return is_float(t) || is_complex(t); }

bool contains(const Vars& vars, const Var& x) { return std::ranges::find(vars, x) != vars.end(); }

// "x, a dense float64 (3)"
std::string described(const Var& x) {
  return text(x->name.empty() ? std::string(x->op->name) : x->name, ", a ", x->type);
}

// The cotangent of x as its op's rule wants it: of x's dtype, dense for a dense x; real for a real x (the imaginary
// part of a real input cannot move).
Var settled(const Var& x, Var g) {
  if (g->type.sparse() && !x->type.sparse()) g = dense_from_sparse(g);
  if (is_complex(g->type.dtype) && !is_complex(x->type.dtype)) g = real(g);
  return g->type.dtype == x->type.dtype ? g : cast(g, x->type.dtype);
}

// What has one pattern together, in the order in which it comes; what is dense last.
std::vector<Vars> by_pattern(const Vars& parts) {
  std::vector<Vars> groups;
  Vars dense;
  for (const Var& x : parts) {
    if (!x->type.sparse()) {
      dense.push_back(x);
      continue;
    }
    const auto alike = [&](const Vars& group) { return pattern_root(group.front()) == pattern_root(x); };
    const auto found = std::ranges::find_if(groups, alike);
    found != groups.end() ? found->push_back(x) : groups.push_back({x});
  }
  if (!dense.empty()) groups.push_back(std::move(dense));
  return groups;
}

// Reverse mode over one graph: what flows into each node, and the rules that pass it on.
class Reverse {
 public:
  Reverse(const Vars& outs, const Vars& wrt, const GradOptions& options)
      : order_(topological(outs)), options_(options) {
    for (const auto& [x, g] : options.known_grads) flows_[x.get()] = {g};
    find_active(wrt);
  }

  void add(const Var& x, const Var& g) { flows_[x.get()].push_back(g); }

  void run() {
    for (auto at = order_.rbegin(); at != order_.rend(); ++at) {
      const Var& x = *at;
      if (x->in.empty() || !active_.contains(x.get()) || contains(options_.consider_constant, x)) continue;
      for (const Var& g : cotangents(x)) pass_on(x, g);
    }
  }

  /// Throws Error that says why nothing flows into x: the outputs are made without it, or which ops pass nothing on.
  [[noreturn]] void refuse(const Var& x, const Vars& outs) const {
    const Made made = made_of(x);
    std::string between;
    if (!made.ends.empty() &&
        std::ranges::any_of(outs, [&](const Var& out) { return made.nodes.contains(out.get()); })) {
      for (const std::string_view name : made.ends) between += text(between.empty() ? "" : ", ", name);
      between =
          text(", in a way that has a derivative: ", between, made.ends.size() > 1 ? " stand" : " stands", " between");
    }
    fail(ErrorKind::data, "grad: the cost does not depend on ", described(x), between,
         "; ask for Disconnected::zeros if that is meant");
  }

  /// All that flows into x, in one sum, or for a sparse x in a sum for each pattern and one of what is dense. A rule
  /// reads a cotangent on x's own Sparsity entry by entry and any other by position: a sum of the two would be neither
  /// where x stores a position twice, so each goes through the rule, which is linear in it, alone.
  Vars cotangents(const Var& x) const {
    const auto found = flows_.find(x.get());
    if (found == flows_.end()) return {};
    Vars sums;
    for (const Vars& alike : x->type.sparse() ? by_pattern(found->second) : std::vector<Vars>(1, found->second))
      if (const Var sum = sum_of(alike, x)) sums.push_back(settled(x, sum));
    return sums;
  }

 private:
  // Only nodes between wrt and the outputs carry a derivative; nothing is built for the others.
  void find_active(const Vars& wrt) {
    for (const Var& x : wrt) active_.insert(x.get());
    for (const Var& x : order_) {
      if (!differentiable(x->type.dtype)) continue;
      if (std::ranges::any_of(x->in, [&](const Var& in) { return active_.contains(in.get()); }))
        active_.insert(x.get());
    }
  }

  void pass_on(const Var& x, const Var& g) {
    const Op& op = *x->op;
    if (op.grad_kind == GradKind::none) return;
    for (std::size_t k = 0; k < x->in.size(); ++k) {
      const Var& in = x->in[k];
      if (!active_.contains(in.get()) || !differentiable(in->type.dtype) || contains(options_.consider_constant, in))
        continue;
      if (is_known(in)) continue;
      require(op.vjp != nullptr, "grad: ", op.name, " has no vjp");
      if (Var part = op.vjp(x, g, static_cast<int>(k)))
        add(in, part);
      else
        dropped_.emplace(x.get(), in.get());
    }
  }

  // All that is made of x, and the ops at which its derivatives end.
  struct Made {
    std::unordered_set<const Node*> nodes;
    std::set<std::string_view> ends;
  };
  Made made_of(const Var& x) const {
    Made made{{x.get()}, {}};
    std::unordered_set<const Node*> moving{x.get()};
    for (const Var& n : order_) {
      const auto some_in = [&](const auto& nodes) {
        return std::ranges::any_of(n->in, [&](const Var& in) { return nodes.contains(in.get()); });
      };
      if (!some_in(made.nodes)) continue;
      made.nodes.insert(n.get());
      if (!some_in(moving)) continue;
      if (passes_on(n, moving))
        moving.insert(n.get());
      else
        made.ends.insert(n->op->name);
    }
    return made;
  }

  bool passes_on(const Var& n, const std::unordered_set<const Node*>& moving) const {
    if (!differentiable(n->type.dtype) || n->op->grad_kind == GradKind::none) return false;
    if (contains(options_.consider_constant, n)) return false;
    return std::ranges::any_of(n->in, [&](const Var& in) {
      return moving.contains(in.get()) && !dropped_.contains({n.get(), in.get()});
    });
  }

  bool is_known(const Var& x) const {
    return std::ranges::any_of(options_.known_grads, [&](const auto& known) { return known.first == x; });
  }

  Vars order_;
  const GradOptions& options_;
  std::unordered_map<const Node*, Vars> flows_;
  std::unordered_set<const Node*> active_;
  std::set<std::pair<const Node*, const Node*>> dropped_;  // (node, input) whose rule gave zero
};

}  // namespace

// All that flows into x, in one sum. What is on x's own Sparsity counts entry by entry and all else by position; the
// two meet in one value only where no position of x is stored twice, or all is stored alike (by_entry).
Var gradient_of(const Var& x, Vars flows, bool structured) {
  if (structured && x->type.sparse())
    for (Var& g : flows) g = at(x, g);
  const auto own = std::ranges::find_if(
      flows, [&](const Var& g) { return x->type.sparse() && g->type.sparse() && pattern_root(g) == pattern_root(x); });
  if (own == flows.end() || flows.size() == 1) return sum_of(flows, x);
  const Var entries = *own;
  flows.erase(own);
  const Var rest = sum_of(flows, x);
  if (rest->type.sparse()) return apply(ops::add_s_s, {entries, rest}, {{"by_entry", true}});
  const bool full = rest->type.shape == x->type.shape;
  return apply(ops::add_s_d, {entries, full ? rest : broadcast_like(rest, x)}, {{"by_entry", true}});
}

Var zero_like(const Var& x) {
  const Var zero = cast(Var(0.0), x->type.dtype);
  return x->type.sparse() ? at(x, zero) : broadcast_like(zero, x);
}

// Two patterns that are made alike are only found to be equal when data is there.
static Var added(const Var& x, const Var& y) {
  return x->type.format == y->type.format ? apply(ops::add_s_s, {x, y}, {{"alike", true}}) : add(x, y);
}

Var sum_of(const Vars& parts, const Var& like) {
  Var sparse, dense;
  for (const Var& x : parts) {
    if (!x) continue;
    Var& total = x->type.sparse() ? sparse : dense;
    if (!total)
      total = x;
    else if (!x->type.sparse())
      total = add(total, x);
    else
      total = pattern_root(total) == pattern_root(x) ? add_s_s_data(total, x) : added(total, x);
  }
  if (!dense) return sparse;
  // A cotangent may still lack the axes along which it is constant; beside entries it must have them.
  if (!sparse) return dense;
  const bool full = dense->type.shape == like->type.shape;
  return add(sparse, full ? dense : broadcast_like(dense, like));
}

Vars vjp(const Vars& outs, const Vars& cotangents, const Vars& wrt, const GradOptions& options) {
  require(outs.size() == cotangents.size(), "vjp: ", outs.size(), " outputs but ", cotangents.size(), " cotangents");
  Reverse reverse(outs, wrt, options);
  for (std::size_t k = 0; k < outs.size(); ++k)
    if (cotangents[k]) reverse.add(outs[k], cotangents[k]);
  reverse.run();
  Vars result;
  for (const Var& x : wrt) {
    const Var g = gradient_of(x, reverse.cotangents(x), options.structured);
    if (!g && options.disconnected == Disconnected::raise) reverse.refuse(x, outs);
    // The regular gradient of a sparse variable may still lack axes along which it is constant.
    const bool complete = g && x->type.sparse() && (g->type.sparse() || g->type.shape == x->type.shape);
    result.push_back(!g ? zero_like(x) : complete ? g : x->type.sparse() ? broadcast_like(g, x) : conform(g, x));
  }
  return result;
}

Vars grad(const Var& cost, const Vars& wrt, const GradOptions& options) {
  require(static_cast<bool>(cost), "grad: the cost is empty");
  require(cost->type.ndim() == 0, "grad: the cost must be a scalar, not ", cost->type,
          "; sum it, or give vjp a cotangent of its shape");
  require(is_float(cost->type.dtype), "grad: the cost must be real, not ", cost->type.dtype,
          is_complex(cost->type.dtype) ? "; take its real part, or abs" : ", which has no derivative");
  for (const Var& x : wrt) {
    require(static_cast<bool>(x), "grad: a wrt is empty");
    require(differentiable(x->type.dtype), "grad: there is no gradient with respect to ", described(x), ": ",
            x->type.dtype, " is neither real nor complex");
  }
  return vjp({cost}, {cast(Var(1.0), cost->type.dtype)}, wrt, options);
}

Var grad(const Var& cost, const Var& wrt) { return grad(cost, Vars{wrt}).front(); }

Vars jvp(const Vars& outs, const std::vector<std::pair<Var, Var>>& tangents) {
  std::unordered_map<const Node*, Var> tangent;
  for (const auto& [x, t] : tangents) {
    require(x && t && x->type.shape == t->type.shape, "jvp: a tangent must have the shape of its variable");
    tangent[x.get()] = x->type.sparse() ? at(x, t) : t;  // on x's Sparsity: duplicates have a tangent each
  }
  for (const Var& x : topological(outs)) {
    if (tangent.contains(x.get()) || x->op->grad_kind == GradKind::none || !differentiable(x->type.dtype)) continue;
    Vars in;
    for (const Var& below : x->in) {
      const auto found = tangent.find(below.get());
      in.push_back(found == tangent.end() ? Var{} : found->second);
    }
    if (std::ranges::none_of(in, [](const Var& t) { return static_cast<bool>(t); })) continue;
    if (Var t = push_forward(x, in)) tangent[x.get()] = t;
  }
  Vars result;
  for (const Var& out : outs) result.push_back(tangent.contains(out.get()) ? tangent[out.get()] : Var{});
  return result;
}

Var jvp(const Var& out, const std::vector<std::pair<Var, Var>>& tangents) { return jvp(Vars{out}, tangents).front(); }

Vars hvp(const Var& cost, const Vars& wrt, const Vars& v) {
  require(wrt.size() == v.size(), "hvp: ", wrt.size(), " variables but ", v.size(), " vectors");
  std::vector<std::pair<Var, Var>> tangents;
  for (std::size_t k = 0; k < wrt.size(); ++k) tangents.emplace_back(wrt[k], v[k]);
  Vars result = jvp(grad(cost, wrt), tangents);
  for (std::size_t k = 0; k < wrt.size(); ++k)
    if (!result[k]) result[k] = zero_like(wrt[k]);
  return result;
}

}  // namespace spgrad
