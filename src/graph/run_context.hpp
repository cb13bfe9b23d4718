// run_context.hpp: what an op sees while it runs on one rank. No messages: operands are where the op's Spread wants
// them.
#pragma once

#include <memory>

#include "spgrad/op.hpp"
#include "src/kernels/views.hpp"

namespace spgrad {

/// The pattern of a result that is structural or depends on data, and whatever its op wants to keep beside it.
struct Inspection {
  SparsityPtr pattern;
  std::shared_ptr<const void> extra;
};

/// An operand in hand: this rank's own part (or all of it, or the rows that were listed), and the rows of others that
/// the spread asked for. The ghosts of a sparse one are a matrix whose majors are the ghosts of the pattern that names
/// them, in order; its minors are cut as those of `own`, and compacted by themselves.
struct Operand {
  Value own;
  Value ghost;  ///< undefined where there are none
};

/// What an op sees when it says which rows of a listed input it needs.
struct WantContext {
  const Node& node;
  const std::vector<Operand>& in;  ///< those that are not listed themselves
  const Value& of;                 ///< the listed input, where it is now
  Layout layout;                   ///< of the result's axis of that spread
  int rank;

  Index begin() const { return layout.begin(rank); }
  Index end() const { return layout.end(rank); }
};

/// Ghost rows that travel while an op runs.
class Halo {
 public:
  virtual ~Halo() = default;
  /// Those of operand k have arrived when it returns. Again: nothing.
  virtual void arrive(int k) = 0;
  /// Those of the result are complete and leave.
  virtual void depart() = 0;
};

class RunContext {
 public:
  /// `awaited`: the operands whose ghost rows have yet to arrive; `halo` may be null if there are none and those of the
  /// result need not leave early.
  RunContext(const Node& node, std::vector<Operand> in, Operand out, Rows out_rows, const Inspection* inspection,
             kernels::Poll poll, std::uint32_t awaited = 0, Halo* halo = nullptr)
      : node_(node),
        in_(std::move(in)),
        out_(std::move(out)),
        out_rows_(out_rows),
        inspection_(inspection),
        poll_(poll),
        awaited_(awaited),
        halo_(halo) {}

  const Node& node() const { return node_; }
  kernels::Poll poll() const { return poll_; }
  const Value& in(int k) const { return in_[static_cast<std::size_t>(k)].own; }
  /// The ghost rows of an operand: of a sparse one, or partial ones of a dense one that is uncombined.
  const Value& ghost(int k) const { return in_[static_cast<std::size_t>(k)].ghost; }
  /// For who runs the op again on other values of the same types and sizes; set_out() gives the result other memory.
  Operand& operand(int k) { return in_[static_cast<std::size_t>(k)]; }
  int inputs() const { return static_cast<int>(in_.size()); }
  const Value& out() const { return out_.own; }
  /// Which part of the result this run makes.
  Rows out_rows() const { return out_rows_; }

  /// The dtype that the promoted inputs arrived in. f.template operator()<T>() is called with its C++ type.
  template <class F>
  void dispatch(F&& f) const {
    spgrad::dispatch(compute_dtype(), std::forward<F>(f));
  }
  DType compute_dtype() const;

  const Sparsity& sparsity(int k) const { return *in(k).sparsity(); }
  template <class T>
  std::span<const T> data(int k) const {
    return in(k).data<T>();
  }
  template <class T>
  kernels::Entries<T> entries(int k) const {
    return kernels::entries<T>(sparsity(k), in(k).data<T>().data());
  }
  /// A dense operand as rows along `axis`: its own, then its ghosts. A whole value that is stored the other way is
  /// copied.
  template <class T>
  kernels::Rows<const T> rows(int k, int axis = 0) {
    arrive(k);
    return rows_to_come<T>(k, axis);
  }
  /// The same while ghost rows may still be on their way: they can be read behind arrive(k).
  template <class T>
  kernels::Rows<const T> rows_to_come(int k, int axis = 0);
  bool awaits(int k) const { return (awaited_ >> k & 1) != 0; }
  void arrive(int k) {
    if (awaits(k)) halo_->arrive(k);
    awaited_ &= ~(std::uint32_t{1} << k);
  }
  /// Whether ghost rows of the result may leave, by depart(), before the rest of it is made.
  bool departs() const { return halo_ != nullptr && out_.ghost; }
  void depart() { halo_->depart(); }

  /// The result's memory: of a dense one, its block as stored; of a sparse one, in stored order.
  template <class T>
  std::span<T> out_data() const {
    return out_.own.data<T>();
  }
  /// A dense result as rows along `axis` (the axis of its cut, or the slow one if it is whole): own, then ghosts.
  template <class T>
  kernels::Rows<T> out_rows_along(int axis = 0) const;
  void zero_out() const;  ///< all bytes of the result and of its ghost rows

  /// Makes `value` the result instead of the memory that was provided (views: the data is shared).
  void set_out(Value value) { out_.own = std::move(value); }
  const Inspection& inspection() const { return *inspection_; }

  Operand take_out() { return std::move(out_); }
  /// For the memory of the list.
  std::vector<Operand> take_in() { return std::move(in_); }

 private:
  Value stored_along(const Value& dense, int axis);

  const Node& node_;
  std::vector<Operand> in_;
  Operand out_;
  Rows out_rows_;
  const Inspection* inspection_;
  kernels::Poll poll_;
  std::uint32_t awaited_;
  Halo* halo_;
  std::vector<Value> kept_;  // copies made by rows()
};

/// What an op sees while the pattern of its result is built. Its helpers are collective.
class InspectContext {
 public:
  virtual ~InspectContext() = default;
  virtual const Node& node() const = 0;
  virtual const Value& in(int k) const = 0;
  virtual const Value& ghost(int k) const = 0;  ///< the ghost rows of a sparse operand
  virtual int rank() const = 0;
  /// How the schedule cuts that axis of the result; for results whose operands do not say it.
  virtual Layout layout(int axis) const = 0;
  /// The pattern with this rank's majors: offsets (local majors + 1) and global minors.
  virtual SparsityPtr make(const Layout& major, const Layout& minor, Array<Index> indptr,
                           std::span<const Index> global_minors) = 0;
  /// Every rank's part of a vector, in one: for offsets and other small index vectors.
  virtual Value whole(const Value& cut) = 0;
  /// The elements [layout.begin, layout.end) of a vector that is cut otherwise.
  virtual Value cut_like(const Value& vector, const Layout& layout) = 0;
  /// The result itself, from entries that lie anywhere: those of one position are summed. Throws Error on every rank
  /// for an index out of range.
  virtual Value from_coo(std::span<const Index> i, std::span<const Index> j, const Value& data) = 0;
};

template <class T>
kernels::Rows<const T> RunContext::rows_to_come(int k, int axis) {
  Operand& x = in_[static_cast<std::size_t>(k)];
  if (x.own.slow() != axis && x.own.shape().ndim() == 2) {
    kept_.push_back(stored_along(x.own, axis));
    const Value& v = kept_.back();
    return {v.data<T>().data(), nullptr, v.local_rows(), v.local_rows(), v.row_length()};
  }
  const Index own = x.own.local_rows(), more = x.ghost ? x.ghost.local_rows() : 0;
  return {x.own.data<T>().data(), x.ghost ? x.ghost.data<T>().data() : nullptr, own, own + more, x.own.row_length()};
}

template <class T>
kernels::Rows<T> RunContext::out_rows_along(int axis) const {
  require(out_.own.slow() == axis || out_.own.shape().ndim() < 2, "the result is not stored along axis ", axis);
  const Index own = out_.own.local_rows(), more = out_.ghost ? out_.ghost.local_rows() : 0;
  return {out_.own.data<T>().data(), out_.ghost ? out_.ghost.data<T>().data() : nullptr, own, own + more,
          out_.own.row_length()};
}

}  // namespace spgrad
