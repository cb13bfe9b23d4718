// star_forest.hpp: which rows live elsewhere, and how to fetch or return them.
//
// Roots are the rows a rank owns; leaves are the rows it works with. gather copies roots to leaves; scatter combines
// leaves into roots. Each is the transpose of the other (with sum), which is why a gradient needs no code of its own
// for communication.
#pragma once

#include <memory>
#include <span>

#include "spgrad/sparsity.hpp"
#include "src/comm/world.hpp"

namespace spgrad::comm {

/// The graph, shared by any number of transfers. PetscSF builds it; rows travel packed, one message per pair of ranks,
/// because PetscSF's own packing is half as fast and refuses some dtypes in Reduce.
class StarForest {
 public:
  /// Collective. `wanted`: the global rows this rank needs, in the order of its leaves; any order, repeats allowed.
  /// A rank's own rows must fit 31 bits.
  StarForest(World& world, const Layout& roots, std::span<const Index> wanted);

  World& world() const { return *world_; }
  const Links& links() const { return links_; }
  Index roots() const { return roots_; }          ///< rows that this rank owns
  Index leaves() const { return leaves_; }        ///< rows that it asked for
  Index sent_rows() const { return sent_rows_; }  ///< rows that a gather sends from this rank to others

 private:
  World* world_;
  Links links_;
  Index roots_ = 0, leaves_ = 0, sent_rows_ = 0;
};

/// Collective the first time. The star forest of a pattern's ghosts over its minor layout, kept in the pattern.
std::shared_ptr<const StarForest> ghosts_of(World& world, const Sparsity& sparsity);
/// Not collective. Whether the pattern keeps it already.
bool knows_ghosts_of(const World& world, const Sparsity& sparsity);

/// One gather or scatter under way at a time, with its message buffers; a row is row_bytes / size_of(dtype) values.
/// Keep it: a warm transfer allocates nothing.
class Transfer {
 public:
  explicit Transfer(std::shared_ptr<const StarForest> forest);

  /// Collective pairs. leaves[l] = roots[row of l]. `roots`: roots() rows, `leaves`: leaves() rows.
  void begin_gather(std::size_t row_bytes, std::span<const std::byte> roots, std::span<std::byte> leaves);
  void end_gather();
  /// roots[row] = combine(roots[row], every leaf of that row), in the order of the ranks, own leaves first where
  /// lowest.
  void begin_scatter(DType dtype, Combine combine, std::size_t row_bytes, std::span<const std::byte> leaves,
                     std::span<std::byte> roots);
  void end_scatter();
  void abandon() { exchange_->wait(); }   ///< ends either one; what has come is not used
  void progress() { exchange_->test(); }  ///< cheap; called from long kernels so that messages travel

 private:
  struct Lane {
    int peer;
    std::span<const LocalIndex> rows;
    bool run;  ///< rows are r, r + 1, r + 2, ...: they need no packing
  };
  static std::vector<Lane> lanes(const std::vector<Links::Peer>& peers);
  void check_sizes(std::size_t roots, std::size_t leaves) const;
  void send(const std::vector<Lane>& lanes, std::span<const std::byte> rows);
  void receive(const std::vector<Lane>& lanes, std::span<std::byte> in_place);
  void copy_own(std::span<const std::byte> roots, std::span<std::byte> leaves) const;

  std::shared_ptr<const StarForest> forest_;
  std::unique_ptr<Exchange> exchange_;
  std::vector<Lane> to_, from_;  ///< roots others need, leaves others have; this rank itself included
  std::vector<std::byte> send_, receive_;
  std::vector<Send> sends_;
  std::vector<Receive> receives_;
  std::span<const std::byte> source_;
  std::span<std::byte> target_;
  std::size_t row_bytes_ = 0;
  DType dtype_ = DType::float64;
  Combine combine_ = Combine::sum;
};

}  // namespace spgrad::comm
