#include "model.hpp"

#include <algorithm>
#include <regex>
#include <set>

#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"

namespace spgrad::app {
namespace {

constexpr std::string_view kGiven = "NAME=FILE[:/PATH], NAME=NUMBER or NAME=random:SHAPE";

// An --in on the command line stands for the one of a file.
bool is_option(const Statement& s) { return s.where.starts_with("--"); }

class Builder {
 public:
  Builder(const Session& session, const Statements& statements, const io::Caution& caution, bool wide)
      : session_(session), statements_(statements), caution_(caution), wide_(wide) {}

  Model build() {
    each("update", [&](const Statement& s) { updated_.insert(parts_of(s, '=', "NAME = EXPR").first); });
    for (const Statement& s : statements_)
      if (s.kind == "in" && is_option(s)) options_.insert(parts_of(s, '=', kGiven).first);
    each("in", [&](const Statement& s) { give(s); });
    offer_iteration();
    for (const Statement& s : statements_)
      if (s.kind == "let" || s.kind == "out") at_place(s, [&] { define(s); });
    each("grad", [&](const Statement& s) { gradients(s); });
    each("jvp", [&](const Statement& s) { tangent(s); });
    each("hvp", [&](const Statement& s) { hessian(s); });
    each("update", [&](const Statement& s) { update(s); });
    if (model_.results.empty() && model_.updates.empty())
      fail(ErrorKind::usage,
           "nothing is asked for: give --out 'NAME = EXPR', --grad COST:VARS or --update 'NAME = EXPR'");
    require_all_used();
    return std::move(model_);
  }

 private:
  template <class F>
  void each(std::string_view kind, F&& f) {
    for (const Statement& s : statements_)
      if (s.kind == kind) at_place(s, [&] { f(s); });
  }

  void add_name(const std::string& name, const Var& x) {
    if (!model_.names.emplace(name, x).second) fail(ErrorKind::usage, "the name '", name, "' is there already");
  }

  void add_input(const std::string& name, Type type, const Value& value) {
    const Var x = input(name, type);
    add_name(name, x);
    model_.inputs.push_back(x);
    model_.given.emplace_back(name, value);
  }

  void give(const Statement& s) {
    const auto [name, spec] = parts_of(s, '=', kGiven);
    if (!is_option(s) && options_.contains(name)) return;
    given_.emplace(name, s.where);
    const GivenValue g = read(name, spec);
    if (updated_.contains(name)) {
      model_.shared.emplace_back(name, g.value);
      return add_name(name, model_.shared.back());
    }
    if (g.literal && is_integer(g.value.dtype())) return add_name(name, g.literal);  // may be an axis or a size
    Type type = type_of(g.value);
    type.weak = g.literal && g.literal->type.weak;
    add_input(name, type, g.value);
  }

  void offer_iteration() {
    if (!model_.names.contains(kIteration))
      add_input(kIteration, {DType::int64, Format::dense, {}}, Value::scalar_of(Index{0}));
  }

  void define(const Statement& s) {
    for (const auto& [name, x] : parse_statements(s.text, model_.names)) {
      add_name(name, x);
      if (s.kind == "out") model_.results.push_back({'/' + name, x});
    }
  }

  // COST:VARS; of several costs each has a group of its own.
  void gradients(const Statement& s) {
    const auto [name, list] = parts_of(s, ':', "COST:VAR[,VAR..]");
    const Var cost = use(s, name);
    const auto words = words_of(list);
    Vars wrt;
    for (const std::string& word : words) {
      wrt.push_back(use(s, word));
      if (wrt.back()->value) fail(ErrorKind::usage, word, " is a whole number: there is no gradient by it");
    }
    const Vars all = grad(cost, wrt);
    costs_.insert(name);
    for (std::size_t k = 0; k < all.size(); ++k) {
      model_.results.push_back({text("/grad/", name, '/', words[k]), all[k]});
      model_.gradients.push_back({name, words[k], cost, wrt[k]});
    }
  }

  // OUT:VAR=FILE
  void tangent(const Statement& s) {
    const auto [name, rest] = parts_of(s, ':', "OUT:VAR=FILE");
    const auto [var, spec] = parts_of({s.kind, rest, s.where}, '=', "OUT:VAR=FILE");
    const Var out = use(s, name), x = use(s, var);
    const Var t = jvp(out, {{x, direction(var, x, spec)}});
    if (!t) fail(ErrorKind::usage, name, " does not depend on ", var);
    model_.results.push_back({text("/jvp/", name, '/', var), t});
  }
  void hessian(const Statement& s) {
    const auto [name, rest] = parts_of(s, ':', "COST:VAR=FILE");
    const auto [var, spec] = parts_of({s.kind, rest, s.where}, '=', "COST:VAR=FILE");
    const Var cost = use(s, name), x = use(s, var);
    model_.results.push_back({text("/hvp/", name, '/', var), hvp(cost, {x}, {direction(var, x, spec)})[0]});
  }
  Var direction(const std::string& var, const Var& x, const std::string& spec) {
    const GivenValue g = read(text("direction", model_.inputs.size()), spec);
    if (g.value.shape() != x->type.shape)
      fail(ErrorKind::usage, "the direction of ", var, " is ", type_of(g.value), " but ", var, " is ", x->type);
    const std::string name = text("direction", model_.inputs.size(), " of ", var);
    add_input(name, type_of(g.value), g.value);
    return model_.names.at(name);
  }

  void update(const Statement& s) {
    const std::string name = parts_of(s, '=', "NAME = EXPR").first;
    const auto target = std::ranges::find(model_.shared, name, &Shared::name);
    if (target == model_.shared.end())
      fail(ErrorKind::usage, "'", name, "' is updated, but no --in gives its first value");
    Var value = parse(s.text.substr(s.text.find('=') + 1), model_.names);
    if (value->type.dtype != target->var()->type.dtype) value = cast(value, target->var()->type.dtype);
    if (!(value->type == target->var()->type))
      fail(ErrorKind::usage, name, " is ", target->var()->type, " and cannot become ", value->type);
    model_.updates.push_back({*target, value});
  }

  Var use(const Statement& s, const std::string& name) { return model_.named(s, name); }

  // A number that was an axis or a size is in no graph.
  bool mentions(const std::string& name) const {
    const std::regex word("\\b" + name + "\\b");
    return std::ranges::any_of(statements_,
                               [&](const Statement& s) { return s.kind != "in" && std::regex_search(s.text, word); });
  }

  // A name that nothing asks for is most likely a misspelt one.
  void require_all_used() {
    std::set<const Node*> used;
    Vars open;
    for (const Result& r : model_.results) open.push_back(r.var);
    for (const Update& u : model_.updates) {
      open.push_back(u.value);
      open.push_back(u.target);
    }
    while (!open.empty()) {
      const Var x = open.back();
      open.pop_back();
      if (!used.insert(x.get()).second) continue;
      open.insert(open.end(), x->in.begin(), x->in.end());
    }
    for (const auto& [name, where] : given_)
      if (const Var& x = model_.names.at(name); !used.contains(x.get()) && !(x->value && mentions(name)))
        fail(ErrorKind::usage, where, ": '", name, "' is given but nothing that is asked for uses it");
    std::erase_if(model_.inputs, [&](const Var& x) { return !used.contains(x.get()); });
    std::erase_if(model_.given, [&](const auto& g) {
      return std::ranges::find(model_.inputs, g.first, [](const Var& x) { return x->name; }) == model_.inputs.end();
    });
    // One cost: its gradients need no group of their own.
    if (costs_.size() != 1) return;
    const std::string group = "/grad/" + *costs_.begin() + '/';
    for (Result& r : model_.results)
      if (r.path.starts_with(group)) r.path = "/grad/" + r.path.substr(group.size());
  }

  // In double precision if that is asked for.
  GivenValue read(const std::string& name, const std::string& spec) {
    GivenValue g = given_value(session_, spec, caution_);
    if (!g.from.file.empty()) model_.read.push_back({name, g.from, g.value});
    if (wide_ && is_float(g.value.dtype())) g.value = cast(g.value, DType::float64);
    if (wide_ && is_complex(g.value.dtype())) g.value = cast(g.value, DType::complex128);
    return g;
  }

  const Session& session_;
  const Statements& statements_;
  io::Caution caution_;
  bool wide_;
  Model model_;
  std::set<std::string> updated_, costs_, options_;
  std::map<std::string, std::string> given_;
};

}  // namespace

Var Model::named(const Statement& s, const std::string& name) const {
  const auto found = names.find(name);
  if (found != names.end()) return found->second;
  std::vector<std::string_view> known;
  for (const auto& [key, x] : names) known.push_back(key);
  const std::string near = nearest(name, known);
  fail(ErrorKind::usage, "no input or definition is called '", name, '\'',
       near.empty() ? std::string() : text("; did you mean '", near, "'?"), "  (in '", s.text, "')");
}

Model make_model(const Session& session, const Statements& statements, const io::Caution& caution, bool wide) {
  return Builder(session, statements, caution, wide).build();
}

}  // namespace spgrad::app
