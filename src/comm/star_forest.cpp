#include "src/comm/star_forest.hpp"

#include <algorithm>
#include <limits>

#include "src/comm/pack.hpp"

namespace spgrad::comm {
namespace {

const Links::Peer* find(const std::vector<Links::Peer>& peers, int rank) {
  const auto at = std::ranges::find(peers, rank, &Links::Peer::rank);
  return at == peers.end() ? nullptr : &*at;
}

bool is_run(std::span<const LocalIndex> rows) {
  for (std::size_t i = 1; i < rows.size(); ++i)
    if (rows[i] != rows[0] + static_cast<LocalIndex>(i)) return false;
  return true;
}

/// Grows, and never shrinks.
void reserve(std::vector<std::byte>& buffer, std::size_t bytes) {
  if (buffer.size() < bytes) buffer.resize(bytes);
}

}  // namespace

StarForest::StarForest(World& world, const Layout& roots, std::span<const Index> wanted)
    : world_(&world), leaves_(static_cast<Index>(wanted.size())) {
  world.together([&] {
    require(roots.ranks() == world.size(), "a layout for ", roots.ranks(), " ranks is used on ", world.size());
    roots_ = roots.count(world.rank());
    constexpr Index kMost = std::numeric_limits<LocalIndex>::max();
    require(roots_ <= kMost, "one rank has ", roots_, " rows, but at most ", kMost, " are possible: use more ranks");
    require(leaves_ <= kMost, "one rank wants ", leaves_, " rows, but at most ", kMost,
            " are possible: use more ranks");
    for (const Index row : wanted)
      require(row >= 0 && row < roots.size(), "index ", row, " is out of range 0 .. ", roots.size() - 1);
  });
  links_ = world.link(roots.starts(), wanted);
  for (const auto& peer : links_.to)
    if (peer.rank != world.rank()) sent_rows_ += static_cast<Index>(peer.rows.size());
}

std::shared_ptr<const StarForest> ghosts_of(World& world, const Sparsity& sparsity) {
  return sparsity.cache.get<StarForest>(reinterpret_cast<std::uintptr_t>(&world), [&] {
    return std::make_shared<const StarForest>(world, sparsity.minor, sparsity.ghosts);
  });
}

bool knows_ghosts_of(const World& world, const Sparsity& sparsity) {
  const auto nothing = [] { return std::shared_ptr<const StarForest>(); };
  return sparsity.cache.get<StarForest>(reinterpret_cast<std::uintptr_t>(&world), nothing) != nullptr;
}

Transfer::Transfer(std::shared_ptr<const StarForest> forest)
    : forest_(std::move(forest)),
      exchange_(forest_->world().exchange()),
      to_(lanes(forest_->links().to)),
      from_(lanes(forest_->links().from)) {}

std::vector<Transfer::Lane> Transfer::lanes(const std::vector<Links::Peer>& peers) {
  std::vector<Lane> out;
  for (const auto& peer : peers) out.push_back({peer.rank, peer.rows, is_run(peer.rows)});
  return out;
}

void Transfer::check_sizes(std::size_t roots, std::size_t leaves) const {
  require(roots == static_cast<std::size_t>(forest_->roots()) * row_bytes_, "a transfer of ", forest_->roots(),
          " roots of ", row_bytes_, " bytes was given ", roots, " bytes");
  require(leaves == static_cast<std::size_t>(forest_->leaves()) * row_bytes_, "a transfer of ", forest_->leaves(),
          " leaves of ", row_bytes_, " bytes was given ", leaves, " bytes");
}

void Transfer::begin_gather(std::size_t row_bytes, std::span<const std::byte> roots, std::span<std::byte> leaves) {
  row_bytes_ = row_bytes;
  check_sizes(roots.size(), leaves.size());
  target_ = leaves;
  send(to_, roots);
  receive(from_, leaves);
  exchange_->start(sends_, receives_);
  copy_own(roots, leaves);
}

void Transfer::end_gather() {
  exchange_->wait();
  auto message = receives_.begin();
  for (const Lane& lane : from_) {
    if (lane.peer == forest_->world().rank()) continue;
    if (!lane.run) unpack(target_.data(), lane.rows, message->bytes.data(), row_bytes_);
    ++message;
  }
}

void Transfer::begin_scatter(DType dtype, Combine combine, std::size_t row_bytes, std::span<const std::byte> leaves,
                             std::span<std::byte> roots) {
  require(row_bytes % size_of(dtype) == 0, "rows of ", row_bytes, " bytes cannot be made of ", dtype);
  row_bytes_ = row_bytes;
  check_sizes(roots.size(), leaves.size());
  require_order(dtype, combine);
  dtype_ = dtype;
  combine_ = combine;
  source_ = leaves;
  target_ = roots;
  send(from_, leaves);
  receive(to_, {});
  exchange_->start(sends_, receives_);
}

void Transfer::end_scatter() {
  exchange_->wait();
  dispatch(dtype_, combine_, [&]<class T, Combine kCombine>() {
    const std::size_t k = row_bytes_ / sizeof(T);
    T* const roots = reinterpret_cast<T*>(target_.data());
    auto message = receives_.begin();
    for (const Lane& lane : to_) {  // ascending ranks: the order of the sum does not depend on who was first
      if (lane.peer == forest_->world().rank()) {
        const auto& leaves = find(forest_->links().from, lane.peer)->rows;
        combine_rows<T, kCombine>(
            roots, lane.rows, reinterpret_cast<const T*>(source_.data()),
            [&](std::size_t i) { return static_cast<std::size_t>(leaves[i]); }, k);
      } else {
        combine_rows<T, kCombine>(
            roots, lane.rows, reinterpret_cast<const T*>(message++->bytes.data()), [](std::size_t i) { return i; }, k);
      }
    }
  });
}

// Fills sends_: rows of one run as they lie, others packed.
void Transfer::send(const std::vector<Lane>& lanes, std::span<const std::byte> rows) {
  const int me = forest_->world().rank();
  std::size_t packed = 0;
  for (const Lane& lane : lanes)
    if (lane.peer != me && !lane.run) packed += lane.rows.size() * row_bytes_;
  reserve(send_, packed);

  sends_.clear();
  std::byte* slot = send_.data();
  for (const Lane& lane : lanes) {
    const std::size_t bytes = lane.rows.size() * row_bytes_;
    if (lane.peer == me) continue;
    if (lane.run) {
      sends_.push_back({lane.peer, rows.subspan(static_cast<std::size_t>(lane.rows[0]) * row_bytes_, bytes)});
    } else {
      pack(slot, rows.data(), lane.rows, row_bytes_);
      sends_.push_back({lane.peer, {slot, bytes}});
      slot += bytes;
    }
  }
}

// Fills receives_: rows of one run go where they belong (unless `in_place` is empty), others into the buffer.
void Transfer::receive(const std::vector<Lane>& lanes, std::span<std::byte> in_place) {
  const int me = forest_->world().rank();
  const auto direct = [&](const Lane& lane) { return lane.run && !in_place.empty(); };
  std::size_t buffered = 0;
  for (const Lane& lane : lanes)
    if (lane.peer != me && !direct(lane)) buffered += lane.rows.size() * row_bytes_;
  reserve(receive_, buffered);

  receives_.clear();
  std::byte* slot = receive_.data();
  for (const Lane& lane : lanes) {
    const std::size_t bytes = lane.rows.size() * row_bytes_;
    if (lane.peer == me) continue;
    if (direct(lane)) {
      receives_.push_back({lane.peer, in_place.subspan(static_cast<std::size_t>(lane.rows[0]) * row_bytes_, bytes)});
    } else {
      receives_.push_back({lane.peer, {slot, bytes}});
      slot += bytes;
    }
  }
}

void Transfer::copy_own(std::span<const std::byte> roots, std::span<std::byte> leaves) const {
  const int me = forest_->world().rank();
  const Links::Peer *from = find(forest_->links().to, me), *to = find(forest_->links().from, me);
  if (from != nullptr) copy_rows(leaves.data(), to->rows, roots.data(), from->rows, row_bytes_);
}

}  // namespace spgrad::comm
