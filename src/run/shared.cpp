#include "spgrad/function.hpp"
#include "src/graph/input_ops.hpp"

namespace spgrad {

Shared::Shared(std::string name, Value initial) {
  auto node = std::make_shared<Node>();
  node->op = &ops::shared;
  node->type = type_of(initial);
  node->name = std::move(name);
  node->cell = std::make_shared<Value>(std::move(initial));
  var_ = Var(std::move(node));
}

void Shared::set(Value value) const {
  require(type_of(value) == var_->type, name(), " is a ", var_->type, " and cannot become a ", type_of(value));
  *var_->cell = std::move(value);
}

}  // namespace spgrad
