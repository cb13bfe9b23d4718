// op.hpp: the ideas that everything else is built from.
//
//   Type   what is known of a value before it exists: dtype, format, shape
//   Var    a value in the graph: an Op applied to other Vars; nothing is computed yet
//   Op     all that is known about one operation, written down in one place, src/ops/
//   Spread which part of each value a rank has in hand while an op runs
//
// Start here; then read ops.hpp (the operations), grad.hpp and function.hpp.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spgrad/value.hpp"

namespace spgrad {

struct Node;
struct Op;
class Pattern;         // rewrite.hpp: what a rewrite looks for
class RunContext;      // what an op sees while it runs: operands, storage for the result, workspace
class InspectContext;  // what an op sees while the pattern of its result is built
struct WantContext;    // what an op sees when it says which rows of an input it needs
struct Inspection;

/// A size of kUnknown is one that only the data will tell.
struct Type {
  DType dtype = DType::float64;
  Format format = Format::dense;
  Shape shape;
  bool weak = false;  ///< a literal in the program: it takes the dtype of what it meets, as in NumPy 2 and PyTensor

  bool sparse() const { return format != Format::dense; }
  int ndim() const { return shape.ndim(); }
  bool operator==(const Type& other) const {
    return dtype == other.dtype && format == other.format && shape == other.shape;
  }
};
std::ostream& operator<<(std::ostream& out, const Type& type);  ///< csr float64 (1000 x 20)
Type type_of(const Value& value);

/// A handle on a node, cheap to copy. An empty Var means "none": no gradient, no tangent, no match.
class Var {
 public:
  Var() = default;
  /// A scalar literal (weak: see Type).
  Var(double constant);
  Var(int constant);
  Var(std::complex<double> constant);
  explicit Var(std::shared_ptr<const Node> node) : node_(std::move(node)) {}

  explicit operator bool() const { return node_ != nullptr; }
  const Node& operator*() const { return *node_; }
  const Node* operator->() const { return node_.get(); }
  const Node* get() const { return node_.get(); }
  long use_count() const { return node_.use_count(); }
  bool operator==(const Var&) const = default;  ///< the same node

 private:
  std::shared_ptr<const Node> node_;
};
using Vars = std::vector<Var>;

/// What an op needs to know besides its inputs, such as {"axis", 1}. Compared by value.
using Attr = std::variant<bool, Index, double, std::string, std::vector<Index>>;
using Attrs = std::map<std::string, Attr, std::less<>>;

/// One op applied. Nodes never change, so graphs share them freely.
struct Node {
  const Op* op;
  Vars in;
  Attrs attrs;
  Type type;                    ///< what op->infer said
  std::string name;             ///< of an input or shared value
  Value value;                  ///< of a constant
  std::shared_ptr<Value> cell;  ///< where a shared value is kept between calls

  ~Node();  // without recursion: graphs are deep
  bool has(std::string_view key) const { return attrs.contains(key); }
  template <class T>
  const T& attr(std::string_view key) const {
    const auto found = attrs.find(key);
    require(found != attrs.end(), "attribute ", key, " is missing");
    const T* const wanted = std::get_if<T>(&found->second);
    require(wanted != nullptr, "attribute ", key, " is of another kind");
    return *wanted;
  }
};

/// Which part of a value a rank has in hand while an op runs (DISTRIBUTION.md, section 1).
///
///                 as an input                            as a result
///   own(axis)     its part of that axis                  its part of that axis
///   ghost(k)      own rows, and those that the minor     partial rows, to be combined in their owners
///                 indices of input k name
///   all           every rank has it whole                every rank has a partial whole, to be combined
///   replica       as all                                 every rank computes the same whole
///   entries(k)    the part of a vector that belongs to   the same
///                 this rank's stored entries of input k
///   listed(axis)  the rows that op.wants names, in its
///                 order and in place of its own (of a
///                 dense value that is whole: all)
///   anywhere      whatever it has: only the shape is used
///   running(axis),                                       its part of that axis, running sums of its own rows: what
///   running_back                                         the ranks before (after) sum up to is to be added
///   fences(k)                                            an element for each of this rank's majors of input k, and
///                                                        one more on the last rank
///   uncombined     what it has of a result that is not   the same, made of each rank's part: for ops that may
///                  combined yet (its part of a whole,    come before the sum over ranks as well as after it
///                  or own rows and those of others),
///                  of which nobody else reads anything
///
/// A sparse operand is own(axis), its rows (0) or its columns (1), or ghost(k), which has its own rows too, or
/// listed(axis). Where that is not its major axis, it is turned.
struct Rows {
  enum Kind : std::uint8_t {
    kOwn,
    kGhost,
    kAll,
    kReplica,
    kEntries,
    kFences,
    kListed,
    kAnywhere,
    kRunning,
    kRunningBack,
    kUncombined
  } kind = kOwn;
  enum Combine : std::uint8_t { kSum, kMax, kMin } combine = kSum;
  std::int8_t axis = 0;  ///< own, ghost, listed, running: the axis that is cut
  std::int8_t by = 0;    ///< ghost, entries, fences: the input that names the rows
  bool operator==(const Rows&) const = default;
};
constexpr Rows own(int axis = 0) { return {Rows::kOwn, Rows::kSum, static_cast<std::int8_t>(axis), 0}; }
constexpr Rows ghost(int k, int axis = 0, Rows::Combine c = Rows::kSum) {
  return {Rows::kGhost, c, static_cast<std::int8_t>(axis), static_cast<std::int8_t>(k)};
}
constexpr Rows all(Rows::Combine c = Rows::kSum) { return {Rows::kAll, c, 0, 0}; }
constexpr Rows replica() { return {Rows::kReplica, Rows::kSum, 0, 0}; }
constexpr Rows entries(int k) { return {Rows::kEntries, Rows::kSum, 0, static_cast<std::int8_t>(k)}; }
constexpr Rows listed(int axis = 0) { return {Rows::kListed, Rows::kSum, static_cast<std::int8_t>(axis), 0}; }
constexpr Rows anywhere() { return {Rows::kAnywhere, Rows::kSum, 0, 0}; }
constexpr Rows running(int axis = 0) { return {Rows::kRunning, Rows::kSum, static_cast<std::int8_t>(axis), 0}; }
constexpr Rows running_back(int axis = 0) {
  return {Rows::kRunningBack, Rows::kSum, static_cast<std::int8_t>(axis), 0};
}
constexpr Rows uncombined() { return {Rows::kUncombined, Rows::kSum, 0, 0}; }
constexpr Rows fences(int k) { return {Rows::kFences, Rows::kSum, 0, static_cast<std::int8_t>(k)}; }

/// One way to run an op on many ranks. An op may offer several; the plan takes the cheapest, the first among equals.
struct Spread {
  std::vector<Rows> in;
  Rows out;
};
using Spreads = std::vector<Spread>;

/// Where the sparsity of a sparse result comes from. The plan needs to know it before data exists.
struct PatternOf {
  enum Kind : std::uint8_t {
    kDense,       ///< the result is dense
    kSame,        ///< that of input `at`, shared by pointer (csr read as csc where the formats differ: transpose)
    kStructural,  ///< follows from the inputs' patterns alone: inspected once for each set of patterns
    kData         ///< depends on values: inspected at every call
  } kind = kDense;
  std::int8_t at = 0;
};
constexpr PatternOf same(int k) { return {PatternOf::kSame, static_cast<std::int8_t>(k)}; }
constexpr PatternOf structural() { return {PatternOf::kStructural, 0}; }
constexpr PatternOf from_data() { return {PatternOf::kData, 0}; }

/// The meaning of the gradient of a sparse input: at every position of the matrix, or at its stored positions only.
enum class GradKind : std::uint8_t { none, dense, regular, structured };
std::string_view name(GradKind kind);

/// What kinds of dtype the promoted inputs may have.
enum DTypes : std::uint8_t {
  kBool = 1,
  kInteger = 2,
  kReal = 4,
  kComplex = 8,
  kFloating = 12,
  kNumeric = 14,
  kAnyDType = 15
};

/// In which inputs the op is linear: none; each one while the others are fixed (a product); all together (a sum).
enum class Linear : std::uint8_t { none, each, jointly };

/// What the operation is called elsewhere; empty where there is no such thing.
struct Aliases {
  std::string_view scipy{}, torch{}, jax{}, petsc{};
};

inline constexpr std::uint32_t kAllInputs = ~std::uint32_t{0};
constexpr std::uint32_t inputs_mask(std::initializer_list<int> inputs) {
  std::uint32_t mask = 0;
  for (const int k : inputs) mask |= std::uint32_t{1} << k;
  return mask;
}

/// An operation: a row of facts, no behaviour of its own. Functions over graphs (grad, rewrite, plan, print, test,
/// document) look facts up here and never ask which op they have.
struct Op {
  std::string_view name;          ///< what users call, print and search for
  std::string_view inputs;        ///< their names, used in every message: "X Y P"; "A ..." takes any number
  std::string_view attributes{};  ///< the names of the attributes that a node may have: "axis reverse"
  std::string_view formula{};     ///< what it computes: "P o (X Y^T)"
  std::string_view doc{};         ///< what may surprise

  /// Index letters of the dimensions, alternatives by the inputs' numbers of dimensions: "ij jk -> ik | ij j -> i".
  /// One letter: one size, one cut, one layout. "1": a dimension of size 1. "*": aligned at the end and broadcast
  /// against the others as NumPy does. "_": a dimension of its own, like no other. "[axis=0] ij -> j": only where that
  /// attribute has that value; without "=": has no such attribute. They give shape checks, layouts and placement at
  /// once.
  std::string_view letters{};

  Type (*infer)(const Node&) = nullptr;  ///< the result's type, or an Error
  void (*run)(RunContext&) = nullptr;    ///< on this rank's part; sends nothing
  /// run() makes any strip of the result of the same strip of its operands: element by element, or entry by entry of
  /// one pattern beside scalars, looking at no index. Broadcast operands are whole, or cut where the result is. A chain
  /// of such ops goes through memory once (schedule: fuse).
  bool elementwise = false;
  Spreads (*spread)(const Node&) = nullptr;                    ///< whose rows, in and out
  Var (*vjp)(const Var& out, const Var& g, int k) = nullptr;   ///< dL/d(input k), g = dL/d(out); empty: zero
  Var (*jvp)(const Var& out, const Vars& tangents) = nullptr;  ///< d(out) along tangents (empty: zero); not for linear
  Inspection (*inspect)(InspectContext&) = nullptr;            ///< the pattern of a structural or data result

  /// The rows of a listed input of which this rank's part of the result is made: global numbers, any order, repeats
  /// allowed.
  std::vector<Index> (*wants)(const WantContext&, int k) = nullptr;
  /// The layout of an axis of the result, a dimension of its own, that follows from that of the first input which is
  /// cut there (a slice leaves its rows where they are); default: an even one.
  Layout (*induced)(const Node&, int axis, const Layout& of_input) = nullptr;
  /// The same result made by other ops, where the first input is cut along an axis along which the spreads need it
  /// whole; empty: the op itself will do. Such a graph is only run: it is made when derivatives have been taken.
  Var (*lowered)(const Var& out, int cut) = nullptr;

  PatternOf pattern{};
  GradKind grad_kind = GradKind::dense;
  std::uint32_t regular_in =
      0;  ///< of a structured grad_kind: the sparse inputs whose gradient is regular all the same
  Linear linear = Linear::none;          ///< each, jointly: jvp follows from the op itself
  std::uint32_t linear_in = kAllInputs;  ///< the inputs of which `linear` speaks; the others carry no derivative
  std::uint32_t promotes =
      kAllInputs;                ///< the inputs that arrive promoted to one dtype; index and pattern inputs keep theirs
  DTypes accepts = kAnyDType;    ///< of the promoted inputs
  std::uint32_t overwrites = 0;  ///< the inputs whose storage the result may take when they die here
  std::uint32_t overlaps = 0;    ///< the inputs whose ghost rows run() itself waits for (RunContext::rows, arrive)
  bool commutative = false;
  DType (*compute)(DType promoted) = nullptr;  ///< the dtype of the promoted inputs in run(); default: as promoted
  double flops = 0;  ///< for each term or element, where it is not what cost_of (estimate.hpp) takes
  /// One name for several forms: the op that is meant for these inputs (dense or sparse), or null for this one.
  const Op* (*select)(const Vars& in) = nullptr;
  Aliases aliases{};

  /// Called with Vars an op makes a node; called with patterns it makes a pattern.
  template <class... In>
  requires(std::convertible_to<In, Var>&&...) Var operator()(const In&... in) const;
  template <class... In>
  requires(!(std::convertible_to<In, Var> && ...) && (std::convertible_to<In, Pattern> && ...)) Pattern operator()(
      const In&... in) const;  // rewrite.hpp
};

/// The one way to make a node. An Error from infer leaves here with the op's name and each input's name and type added,
/// so ops state the complaint and nothing more. Throws Error for an attribute that the op does not have.
Var apply(const Op& op, Vars in, Attrs attrs = {});

template <class... In>
requires(std::convertible_to<In, Var>&&...) Var Op::operator()(const In&... in) const {
  return apply(*this, {Var(in)...});
}

/// A value that a call of a function will be given.
Var input(std::string name, const Type& type);
/// A value that is the same in every call: small and whole on every rank.
Var constant(const Value& value);

/// Every op there is, from one explicit list in src/ops/all_ops.cpp (self-registration would be dropped by the linker
/// of a static library), for tests, the reference page, and the expression language.
std::span<const Op* const> all_ops();
const Op* find_op(std::string_view name);  ///< by its name; null if there is none

/// The graph below some nodes as text, one node a line, inputs before their users: what debugging and golden tests
/// quote.
std::string to_string(const Vars& outputs);

}  // namespace spgrad
