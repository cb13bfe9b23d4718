#include <iostream>

#include "spgrad/spgrad.hpp"

int main(int argc, char** argv) {
  using namespace spgrad;
  Session session(argc, argv);
  return session.run([&] {
    const Var x = input("x", {DType::float64, Format::dense, {3}});
    Function f = compile({.inputs = {x}, .outputs = {grad(sum(x * x), x)}, .updates = {}});
    const Value g = f({{"x", full({3}, 2.0)}})[0];
    session.print("gradient ", g.data<double>()[0]);
    return g.data<double>()[0] == 4.0 ? 0 : 1;
  });
}
