#include <sstream>
#include <unordered_map>
#include <utility>

#include "src/graph/input_ops.hpp"
#include "src/graph/walk.hpp"

namespace spgrad {
namespace {

struct Printer {
  std::ostream& out;

  void operator()(bool x) const { out << (x ? "True" : "False"); }
  void operator()(Index x) const { out << x; }
  void operator()(double x) const { out << x; }
  void operator()(const std::string& x) const { out << '\'' << x << '\''; }
  void operator()(const std::vector<Index>& x) const {
    out << '[';
    for (std::size_t k = 0; k < x.size(); ++k) out << (k > 0 ? ", " : "") << x[k];
    out << ']';
  }
};

std::string literal(const Value& value) {
  std::ostringstream out;
  if (value.shape().ndim() > 0)
    out << "constant";
  else if (value.dtype() == DType::complex128)
    out << value.data<std::complex<double>>()[0];
  else
    out << value.scalar();
  return out.str();
}

}  // namespace

std::string to_string(const Vars& outputs) {
  std::ostringstream out;
  std::unordered_map<const Node*, std::string> names;
  int next = 0;
  for (const Var& x : topological(outputs)) {
    if (x->op == &ops::constant) {
      names[x.get()] = literal(x->value);
      continue;
    }
    std::string& name = names[x.get()];
    name = x->name.empty() ? text('%', next++) : x->name;
    out << name << " = " << x->op->name;
    if (!x->in.empty() || !x->attrs.empty()) {
      out << '(';
      const char* comma = "";
      for (const Var& below : x->in) out << std::exchange(comma, ", ") << names.at(below.get());
      for (const auto& [key, value] : x->attrs) {
        out << std::exchange(comma, ", ") << key << '=';
        std::visit(Printer{out}, value);
      }
      out << ')';
    }
    out << "  " << x->type << '\n';
  }
  return out.str();
}

}  // namespace spgrad
