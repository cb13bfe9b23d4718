// strips.hpp: elementwise ops, one after the other on strips of their operands that stay in the cache.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "src/graph/run_context.hpp"
#include "src/schedule/schedule.hpp"

namespace spgrad {

/// One rank's part of an index space, and the units of which a strip has some: stored entries of a pattern, elements in
/// the order of memory, or rows of a matrix, if it meets vectors that are broadcast to it.
struct Frame {
  SparsityPtr pattern;  ///< of entries; null: of dense values
  Shape shape;          ///< dense: of the whole
  int slow = 0;         ///< dense: the axis of the rows
  Index rows = 1, row_length = 1;
  bool by_rows = false;

  Index elements() const { return rows * row_length; }
  Index units() const { return by_rows ? rows : elements(); }
};

class Strips {
 public:
  explicit Strips(Frame frame) : frame_(std::move(frame)) {}

  /// A value from outside, which is cut or the same in every strip. False if it is stored in another order, so that it
  /// can be neither.
  bool read(Slot slot, const Value& whole);
  /// The memory of a result. Those of runs that have none live from strip to strip.
  void write(Slot slot, const Value& whole);
  /// The next op. `node`: with sizes known; it must outlive this.
  void add(const Run& run, const Node& node);

  /// Strips of about so many elements.
  void run(Index elements, kernels::Poll poll);

 private:
  struct Piece {
    Value whole;  ///< or what all strips see, if it is not cut; none: lives from strip to strip
    bool cut = true;
    DType dtype = DType::float64;
    Format format = Format::dense;
    int ndim = 1;
    Index row_length = 1;
    Value form{};  ///< a strip, in memory of its own
    Value now{};   ///< the one in hand
  };
  struct Member {
    const Run* run;
    const Node* node;
    DType promoted;
    std::vector<Piece*> in;
    Piece* out;
    std::optional<RunContext> context{};  ///< of strips of one form

    bool may_overwrite(std::size_t k) const { return (node->op->overwrites >> k & 1) != 0; }
    bool promotes(std::size_t k) const { return (node->op->promotes >> k & 1) != 0; }
  };

  void form(Index units, kernels::Poll poll);
  Value form_of(const Piece& piece, Index units) const;
  void form(Member& member, kernels::Poll poll);
  const Piece* overwritten_by(const Member& member) const;
  Value part(const Piece& piece, Index first) const;
  static void compute(Member& member);

  Frame frame_;
  std::map<Slot, Piece> pieces_;
  std::vector<Member> members_;
  SparsityPtr pattern_;  ///< of a strip: one row
};

}  // namespace spgrad
