// claims.hpp: what a row of op_cases.hpp claims in one variant, and what the oracle makes of it.
#pragma once

#include <string>
#include <vector>

#include "tests/ops/op_cases.hpp"

namespace spgrad::tests {

enum class Depth { values, first, second };  ///< of derivatives

/// The kind of gradient that a sparse input x has: of the op, or selected by a flag.
bool structured(const Node& n, const Var& x);

/// A Var and what it is worth.
struct Claim {
  enum Kind {
    value,    ///< type, stored positions and elements
    tangent,  ///< of the result: elements as a matrix; on the result's own Sparsity also entry by entry
    gradient  ///< of the input `of`: type and elements of a dense one; elements at the entries of a sparse one
  } kind;
  std::string what;
  Var var;
  Whole expected;
  double tolerance;  ///< absolute, relative to 1 + the largest expected element
  Var of{};
  std::optional<Whole> everywhere{};  ///< gradient of a sparse input: at all positions
};

/// A cotangent of the result in one of the forms in which it may come.
struct Cotangent {
  std::string form;
  Var var;
  Whole value;
  std::vector<Complex> weights;  ///< at the elements of the result
};

/// A row made concrete: inputs, result, and what is claimed.
class Trial {
 public:
  /// Fails the test for each derivative that cannot be built.
  Trial(const OpCase& row, const Variant& variant, Depth depth);

  const std::string& name() const { return name_; }
  const Make& made() const { return made_; }
  const Var& out() const { return out_; }
  const std::vector<Claim>& claims() const { return claims_; }

  /// <jvp(t), w> = <t, vjp(w)>, if there are derivatives: the claims that say jvp(t) and vjp(w), a dense w, and each t.
  struct Adjoint {
    std::size_t jvp = 0;
    std::vector<std::size_t> gradients;
    std::vector<Complex> w;
    std::vector<std::vector<Complex>> t;
  };
  const std::optional<Adjoint>& adjoint() const { return adjoint_; }

 private:
  template <class Build>
  void attempt(const std::string& what, Build&& build);
  void add_tangents();
  Cotangent add_cotangent(std::string form, Whole w, const Var& like = {});
  void add_sparse_cotangents(std::vector<Cotangent>& all);
  /// `full`: the cotangent, if it is dense and the gradients of sparse inputs shall be right at all positions.
  void claim_gradients(const std::string& what, const Vars& gradients, const std::vector<Jacobian>& by,
                       const std::vector<Complex>& w, double tolerance, const Whole* full);
  void claim_first(const std::vector<Cotangent>& cotangents);
  void claim_jvp();
  void claim_second(const Cotangent& w);
  std::optional<Whole> everywhere(const Var& x, const Whole& g, const Whole& w) const;

  std::string name_;
  Make made_;
  Var out_;
  Whole expected_;
  Whole moving_;                   // the result as that of which derivatives are claimed: of elements that stay
  double exact_, first_, second_;  // tolerances of values and derivatives
  Vars wrt_, tangents_, gradients_;
  Var jvp_;
  Given directions_;
  std::vector<Jacobian> jacobians_;
  std::vector<Claim> claims_;
  std::optional<Adjoint> adjoint_;
};

}  // namespace spgrad::tests
