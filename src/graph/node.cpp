#include <algorithm>
#include <ostream>

#include "spgrad/op.hpp"
#include "src/graph/input_ops.hpp"
#include "src/graph/walk.hpp"

namespace spgrad {
namespace {

Type given(const Node& n) { return n.type; }

Value scalar_value(DType dtype, double x) { return full({}, x, dtype); }

// The names in "X Y P"; a last "..." stands for more of the one before it.
std::vector<std::string> input_names(const Op& op, std::size_t count) {
  std::vector<std::string> names;
  std::istringstream words{std::string(op.inputs)};
  for (std::string word; words >> word;) {
    if (word != "...") {
      names.push_back(word);
      continue;
    }
    const std::string stem = names.back();
    names.pop_back();
    for (int k = 0; names.size() < count; ++k) names.push_back(text(stem, k));
  }
  return names;
}

bool has_word(std::string_view words, std::string_view word) {
  return text(' ', words, ' ').find(text(' ', word, ' ')) != std::string::npos;
}

std::string with_operands(const Op& op, const Vars& in, const std::string& complaint) {
  const auto names = input_names(op, in.size());
  std::ostringstream out;
  out << op.name << '(' << op.inputs << "): " << complaint;
  for (std::size_t k = 0; k < in.size() && k < names.size(); ++k) out << "\n    " << names[k] << " = " << in[k]->type;
  return out.str();
}

}  // namespace

namespace ops {
constinit const Op input{
    .name = "input", .inputs = "", .formula = "given by name at every call", .letters = "", .infer = given};
constinit const Op shared{
    .name = "shared", .inputs = "", .formula = "a value that lives across calls", .letters = "", .infer = given};
constinit const Op constant{
    .name = "constant", .inputs = "", .formula = "the same in every call", .letters = "", .infer = given};
}  // namespace ops

Type type_of(const Value& value) { return {value.dtype(), value.format(), value.shape()}; }

std::ostream& operator<<(std::ostream& out, const Type& type) {
  return out << type.format << ' ' << type.dtype << ' ' << type.shape;
}

std::string_view name(GradKind kind) {
  switch (kind) {
    case GradKind::none:
      return "none";
    case GradKind::dense:
      return "dense";
    case GradKind::regular:
      return "regular";
    case GradKind::structured:
      break;
  }
  return "structured";
}

Var::Var(double constant) : Var(literal(scalar_value(DType::float64, constant))) {}
Var::Var(int constant) : Var(literal(scalar_value(DType::int64, constant))) {}
Var::Var(std::complex<double> constant) : Var(literal(Value::scalar_of(constant))) {}

Node::~Node() {
  // Inputs that only this node holds are taken apart in a loop: a chain of a million nodes must not be a recursion.
  Vars doomed = std::move(in);
  while (!doomed.empty()) {
    Var x = std::move(doomed.back());
    doomed.pop_back();
    if (x.use_count() != 1) continue;
    Vars& below = const_cast<Node&>(*x).in;
    doomed.insert(doomed.end(), std::make_move_iterator(below.begin()), std::make_move_iterator(below.end()));
    below.clear();
  }
}

Var literal(const Value& value) {
  auto node = std::make_shared<Node>();
  node->op = &ops::constant;
  node->type = type_of(value);
  node->type.weak = true;
  node->value = value;
  return Var(std::move(node));
}

Var input(std::string name, const Type& type) {
  auto node = std::make_shared<Node>();
  node->op = &ops::input;
  node->type = type;
  node->name = std::move(name);
  return Var(std::move(node));
}

Var constant(const Value& value) {
  require(value.cut() == kWhole && !value.is_sparse(), "a constant must be dense and whole on every rank, not ", value);
  auto node = std::make_shared<Node>();
  node->op = &ops::constant;
  node->type = type_of(value);
  node->value = value;
  return Var(std::move(node));
}

Var apply(const Op& form, Vars in, Attrs attrs) {
  const Op* chosen = form.select != nullptr ? form.select(in) : nullptr;
  const Op& op = chosen != nullptr ? *chosen : form;
  const bool any_number = op.inputs.ends_with("...");
  const std::size_t expected = input_names(op, any_number ? in.size() : 0).size();
  require(in.size() == expected, op.name, '(', op.inputs, ") takes ", expected, " inputs, not ", in.size());
  for (const Var& x : in) require(static_cast<bool>(x), op.name, '(', op.inputs, "): an input is empty");
  for (const auto& [key, value] : attrs)
    require(has_word(op.attributes, key), op.name, '(', op.inputs, ") has no attribute ", key);

  auto node = std::make_shared<Node>();
  node->op = &op;
  node->in = std::move(in);
  node->attrs = std::move(attrs);
  try {
    node->type = op.infer(*node);
  } catch (const Error& e) {
    throw Error(with_operands(op, node->in, e.what()), e.kind());
  }
  return Var(std::move(node));
}

}  // namespace spgrad
