// pretend.cpp: ranks that are threads of one process, and that complain where MPI would hang or guess.
#include <algorithm>
#include <string_view>
#include <thread>

#include "spgrad/layout.hpp"
#include "src/comm/combine.hpp"
#include "src/comm/hub.hpp"

namespace spgrad::comm {
namespace {

using Bytes = Hub::Bytes;

std::size_t hash(std::span<const std::byte> bytes) {
  return std::hash<std::string_view>()({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

/// Delivers as late as it may, and catches those who touch memory that is under way.
class PretendExchange : public Exchange {
 public:
  PretendExchange(Hub& hub, int rank, Traffic& traffic) : hub_(hub), rank_(rank), traffic_(traffic) {}

  void start(std::span<const Send> sends, std::span<const Receive> receives) override {
    require(sends_.empty() && receives_.empty(), "an exchange was started while it was under way");
    for (const auto& [peer, bytes] : sends) {
      check_peer(peer);
      hub_.post(rank_, peer, bytes);
      sends_.push_back({peer, bytes, hash(bytes)});
      if (peer == rank_ || bytes.empty()) continue;
      traffic_.bytes += static_cast<Index>(bytes.size());
      ++traffic_.messages;
    }
    for (const auto& [peer, bytes] : receives) {
      check_peer(peer);
      receives_.push_back({peer, bytes, hub_.ticket(peer, rank_)});
      std::ranges::fill(bytes, std::byte{0xff});  // NaN: who reads too early shall notice
    }
  }

  bool test() override {
    for (const auto& r : receives_)
      if (!hub_.arrived(r.peer, rank_, r.ticket)) return false;
    wait();
    return true;
  }

  void wait() override {
    for (const auto& r : receives_) {
      const Bytes message = hub_.fetch(r.peer, rank_, r.ticket);
      require(message.size() == r.bytes.size(), "rank ", r.peer, " sent ", message.size(), " bytes to rank ", rank_,
              ", which expected ", r.bytes.size());
      std::ranges::copy(message, r.bytes.begin());
    }
    receives_.clear();
    for (const auto& s : sends_)
      require(hash(s.bytes) == s.hash, "rank ", rank_, " changed ", s.bytes.size(),
              " bytes while they were sent to rank ", s.peer);
    sends_.clear();
  }

 private:
  struct Sent {
    int peer;
    std::span<const std::byte> bytes;
    std::size_t hash;
  };
  struct Awaited {
    int peer;
    std::span<std::byte> bytes;
    Index ticket;
  };
  void check_peer(int peer) const {
    require(peer >= 0 && peer < hub_.size(), "a message to or from rank ", peer, " among ", hub_.size(), " ranks");
  }

  Hub& hub_;
  int rank_;
  Traffic& traffic_;
  std::vector<Sent> sends_;
  std::vector<Awaited> receives_;
};

class PretendWorld : public World {
 public:
  PretendWorld(std::shared_ptr<Hub> hub, int rank) : hub_(std::move(hub)), rank_(rank) {}

  int rank() const override { return rank_; }
  int size() const override { return hub_->size(); }
  std::unique_ptr<Exchange> exchange() override { return std::make_unique<PretendExchange>(*hub_, rank_, traffic_); }

  void all_reduce(DType dtype, Combine combine, std::span<std::byte> inout) override {
    require_order(dtype, combine);
    const auto all =
        hub_->meet(rank_, text("all_reduce (", name(combine), ", ", dtype, ") of ", inout.size(), " bytes"),
                   {Bytes(inout.begin(), inout.end())});
    std::ranges::copy(all.front(), inout.begin());
    for (std::size_t r = 1; r < all.size(); ++r) combine_into(dtype, combine, inout, all[r]);
    count_all_reduce(inout.size());
  }
  std::vector<Bytes> all_gather(std::span<const std::byte> mine) override {
    count_all_gather(mine.size());
    return hub_->meet(rank_, "all_gather", {Bytes(mine.begin(), mine.end())});
  }
  std::vector<Bytes> all_to_all(std::span<const Bytes> mine) override {
    count_all_to_all(mine);
    return hub_->meet(rank_, "all_to_all", {mine.begin(), mine.end()});
  }
  void barrier() override { hub_->meet(rank_, "barrier", {Bytes{}}); }

  Links link(std::span<const Index> starts, std::span<const Index> wanted) override {
    const Layout roots({starts.begin(), starts.end()});
    std::vector<std::vector<LocalIndex>> leaves(static_cast<std::size_t>(size())), rows = leaves;
    for (std::size_t l = 0; l < wanted.size(); ++l) {
      const int owner = roots.owner(wanted[l]);
      leaves[static_cast<std::size_t>(owner)].push_back(static_cast<LocalIndex>(l));
      rows[static_cast<std::size_t>(owner)].push_back(static_cast<LocalIndex>(wanted[l] - roots.begin(owner)));
    }
    return {peers(trade(rows)), peers(std::move(leaves))};
  }

 private:
  static std::vector<Links::Peer> peers(std::vector<std::vector<LocalIndex>> rows) {
    std::vector<Links::Peer> out;
    for (std::size_t r = 0; r < rows.size(); ++r)
      if (!rows[r].empty()) out.push_back({static_cast<int>(r), std::move(rows[r])});
    return out;
  }

  std::shared_ptr<Hub> hub_;
  int rank_;
};

void live(const std::shared_ptr<Hub>& hub, int rank, const std::function<void(World&)>& body) {
  std::exception_ptr error;
  try {
    PretendWorld world(hub, rank);
    body(world);
  } catch (...) {
    error = std::current_exception();
  }
  hub->leave(rank, error);
}

}  // namespace

std::unique_ptr<World> solo_world() { return std::make_unique<PretendWorld>(std::make_shared<Hub>(1), 0); }

void pretend(int ranks, const std::function<void(World&)>& body) {
  require(ranks >= 1, "pretend() needs at least 1 rank, not ", ranks);
  const auto hub = std::make_shared<Hub>(ranks);
  std::vector<std::jthread> threads;
  for (int r = 0; r < ranks; ++r) threads.emplace_back([&hub, &body, r] { live(hub, r, body); });
  threads.clear();  // joins
  hub->finish();
}

}  // namespace spgrad::comm
