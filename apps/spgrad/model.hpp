// model.hpp: statements made into a graph: what is given, what is asked for, what is updated.
#pragma once

#include <map>

#include "given.hpp"
#include "spgrad/function.hpp"
#include "spgrad/parse.hpp"
#include "statements.hpp"

namespace spgrad::app {

/// Something asked for, and the path under which it is written: /NAME, /grad/VAR ...
struct Result {
  std::string path;
  Var var;
};

struct Gradient {
  std::string cost, variable;
  Var of, by;
};

struct Model {
  Names names;  ///< inputs, shared values and definitions
  Vars inputs;
  Bindings given;
  std::vector<ReadValue> read;  ///< of what is given, what came from files
  std::vector<Shared> shared;   ///< what is updated
  std::vector<Result> results;
  std::vector<Gradient> gradients;  ///< those that are asked for
  std::vector<Update> updates;

  Var named(const Statement& s, const std::string& name) const;  ///< throws Error of kind usage: there is none
};

/// The name of an input that is always there: how many calls have been made before, an int64 scalar.
inline constexpr const char* kIteration = "iteration";

/// Collective. Reads what is given and builds all graphs. Throws Error of kind usage that says in which statement and
/// where: for unknown and unused names, names that are there twice, wrong types; and what reading throws. `wide`: real
/// and complex values are taken in double precision.
Model make_model(const Session& session, const Statements& statements, const io::Caution& caution, bool wide = false);

/// f(), whose complaints of kind usage say first where the statement stands.
template <class F>
auto at_place(const Statement& s, F&& f) {
  try {
    return f();
  } catch (const Error& e) {
    fail(e.kind(), s.where, ": ", e.what());
  }
}

}  // namespace spgrad::app
