// model_memory.hpp: the memory of all ranks while a schedule is walked with sizes in place of values.
#pragma once

#include <memory>
#include <vector>

#include "spgrad/estimate.hpp"
#include "src/schedule/schedule.hpp"
#include "src/schedule/shares.hpp"

namespace spgrad {

using PerRank = std::vector<double>;
using SharesPtr = std::shared_ptr<const Shares>;

/// What is in a slot.
struct ModelledValue {
  using Block = std::shared_ptr<const PerRank>;  ///< bytes; like a Buffer: given back when nobody holds it any more
  Type type;
  Place place;
  std::vector<Extent> part{};          ///< by rank, with rows of others; empty: not there
  SharesPtr shares{};                  ///< of a sparse one
  const Node* root = nullptr;          ///< given, and whose pattern it is; null: nobody has it yet
  bool turned = false;                 ///< it is the pattern of the transpose
  PerRank own_bytes{}, ghost_bytes{};  ///< of its data; the rows of others are apart
  Block own{}, ghost{};                ///< null: the memory is not the call's, or there is none
};

/// Takes memory as an executor does, step by step.
class ModelMemory {
 public:
  using Block = ModelledValue::Block;
  using Slots = std::vector<ModelledValue>;

  explicit ModelMemory(std::size_t ranks) : kept_(ranks), live_(ranks) {}
  ModelMemory(const ModelMemory&) = delete;
  ModelMemory& operator=(const ModelMemory&) = delete;

  Block take(const PerRank& bytes);  ///< the memory must outlive the block
  /// What is there for all of the call: what is given, patterns.
  void keep(const PerRank& bytes);

  /// Memory for what a Run makes, and for what it needs while it runs.
  void make(const Run& run, ModelledValue& made, const Slots& slots);
  /// The same of runs that go through their operands strip by strip; what they make is in the slots.
  void make_in_strips(const Fused& fused, Slots& slots, Index strip);
  /// Of a move. `packed`: sums that come in memory of their own, because several travel in one message.
  void move(const Begin& b, const ModelledValue& from, ModelledValue& to, bool packed);

  double most() const { return most_; }              ///< that a rank has had at one time
  double most_taken() const { return most_taken_; }  ///< of blocks alone

 private:
  std::vector<Block> promoted(const Run& run, const Slots& slots);
  void look();

  PerRank kept_, live_;
  double most_ = 0, most_taken_ = 0;
};

}  // namespace spgrad
