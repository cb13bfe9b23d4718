#include "src/schedule/classes.hpp"

#include "src/graph/letters.hpp"

namespace spgrad {
namespace {

// How good a source of a layout something given is: a matrix's own rows before its minor dimension before a dense cut.
int rank_of_source(const Var& x, int axis, const Offer& offer) {
  if (x->type.sparse()) return (x->type.format == Format::csc ? 1 : 0) == axis ? 3 : 2;
  if (offer.asked == kWhole) return 0;  // it does not stay as it comes
  return offer.binds_layout && offer.cut == axis ? 1 : 0;
}

}  // namespace

DimensionClasses::DimensionClasses(const Vars& order, const Offers& offers) {
  for (const Var& x : order) {
    auto& axes = members_[x.get()];
    for (int axis = 0; axis < x->type.ndim(); ++axis) {
      const bool one = x->type.shape[axis] == 1 && !x->type.sparse();
      axes.push_back(one ? -1 : static_cast<int>(parent_.size()));
      if (!one) parent_.push_back(static_cast<int>(parent_.size()));
    }
    unify(x);
  }

  class_of_.assign(parent_.size(), -1);

  std::vector<int> quality;
  for (const Var& x : order) {
    const auto& axes = members_[x.get()];
    for (int axis = 0; axis < static_cast<int>(axes.size()); ++axis) {
      if (axes[axis] < 0) continue;
      int& id = class_of_[root(axes[axis])];
      if (id < 0) {
        id = static_cast<int>(classes_.size());
        classes_.emplace_back();
        quality.push_back(0);
      }
      class_of_[axes[axis]] = id;
      DimensionClass& c = classes_[id];
      if (x->type.shape[axis] != kUnknown) c.size = x->type.shape[axis];
      if (x->type.sparse()) c.cut = true;
      if (!x->in.empty()) continue;
      const Offer offer = offers(x);
      if (offer.asked == axis) c.cut = true;
      const int q = rank_of_source(x, axis, offer);
      if (q > quality[id]) {
        quality[id] = q;
        c.source = x.get();
        c.axis = axis;
        c.cut = true;
      }
    }
  }
  for (const int member : entry_members_)
    if (member >= 0) classes_[class_of_[member]].cut = true;
  for (const Var& x : order)
    if (x->op->induced != nullptr) induce(x);
}

// From that of the first input which is cut there; only from a class before it, so that none is induced from itself.
void DimensionClasses::induce(const Var& x) {
  const Letters letters = letters_of(*x);
  for (int axis = 0; axis < x->type.ndim(); ++axis) {
    if (letters.out[static_cast<std::size_t>(axis)] != '_') continue;
    const int id = of(x.get(), axis);
    if (id < 0 || classes_[id].source != nullptr) continue;
    for (const Var& in : x->in) {
      const int from = of(in.get(), axis);
      if (from < 0 || from >= id || !classes_[from].cut) continue;
      classes_[id].cut = true;
      classes_[id].source = x.get();
      classes_[id].axis = axis;
      classes_[id].from = from;
      break;
    }
  }
}

void DimensionClasses::unify(const Var& x) {
  const Letters letters = letters_of(*x);
  std::unordered_map<char, int> seen;
  const auto see = [&](const std::string& word, const std::vector<int>& axes) {
    for (std::size_t axis = 0; axis < word.size(); ++axis) {
      if (word[axis] == '1' || word[axis] == '_' || axes[axis] < 0) continue;
      const auto [at, fresh] = seen.try_emplace(word[axis], axes[axis]);
      if (!fresh) parent_[root(axes[axis])] = root(at->second);
    }
  };
  for (std::size_t k = 0; k < x->in.size(); ++k) see(letters.in[k], members_[x->in[k].get()]);
  if (!x->in.empty()) see(letters.out, members_[x.get()]);
  if (x->op->spread == nullptr) return;
  // A vector of stored entries is cut as the entries are, one of offsets as the majors are.
  for (const Spread& s : x->op->spread(*x)) {
    for (std::size_t k = 0; k < s.in.size(); ++k)
      if (s.in[k].kind == Rows::kEntries) entry_members_.push_back(members_[x->in[k].get()].at(0));
    if (s.out.kind == Rows::kEntries || s.out.kind == Rows::kFences) entry_members_.push_back(members_[x.get()].at(0));
  }
}

int DimensionClasses::root(int member) {
  while (parent_[member] != member) member = parent_[member] = parent_[parent_[member]];
  return member;
}

int DimensionClasses::of(const Node* n, int axis) const {
  const int member = members_.at(n)[static_cast<std::size_t>(axis)];
  return member < 0 ? -1 : class_of_[member];
}

DimensionSet DimensionClasses::set_of(const Node* n) const {
  DimensionSet all;
  for (int axis = 0; axis < n->type.ndim(); ++axis) all.emplace(of(n, axis), n->type.shape[axis]);
  return all;
}

int DimensionClasses::cut_axis(const Node* n) const {
  for (int axis = 0; axis < n->type.ndim(); ++axis)
    if (is_cut(n, axis)) return axis;
  return kWhole;
}

}  // namespace spgrad
