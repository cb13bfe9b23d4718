// hub.hpp: what pretended ranks share: one lock, and behind it their meetings and messages.
//
// A collective is a meeting of all ranks; a message lies in the pipe of its two ranks until it is fetched. A rank that
// waits says for what, so that a wait without end is seen at once. The first error wakes and stops all ranks.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>

#include "src/comm/world.hpp"

namespace spgrad::comm {

class Hub {
 public:
  using Bytes = std::vector<std::byte>;

  explicit Hub(int ranks) : ranks_(static_cast<std::size_t>(ranks)), pipes_(ranks_.size() * ranks_.size()) {}

  int size() const { return static_cast<int>(ranks_.size()); }

  /// All ranks meet in the collective `what`. `parts`: one for each rank, or one for all. Returns every rank's part for
  /// this one.
  std::vector<Bytes> meet(int rank, const std::string& what, std::vector<Bytes> parts);

  void post(int from, int to, std::span<const std::byte> bytes);
  /// The number of the message that `to` asks `from` for next.
  Index ticket(int from, int to);
  bool arrived(int from, int to, Index ticket);
  /// Waits for the message.
  Bytes fetch(int from, int to, Index ticket);

  /// The rank is done, or has failed.
  void leave(int rank, std::exception_ptr error);
  /// After all ranks have left: throws the first error.
  void finish();

 private:
  struct Rank {
    bool left = false;
    std::string waits;                             // "in barrier", "for a message of rank 2"
    const std::function<bool()>* ready = nullptr;  // set while it waits
    std::optional<std::string> call;               // the collective it is in
    std::vector<Bytes> parts, result;
  };
  /// Both sides number their messages, so that exchanges may be waited for in any order.
  struct Pipe {
    Index sent = 0, awaited = 0;
    std::map<Index, Bytes> under_way;
  };

  Rank& at(int rank) { return ranks_[static_cast<std::size_t>(rank)]; }
  Pipe& pipe(int from, int to) { return pipes_[static_cast<std::size_t>(from * size() + to)]; }
  void stop(std::exception_ptr error);
  void complain(const std::string& message);
  void compare_calls(int rank);
  void hand_out();
  void wait(std::unique_lock<std::mutex>& lock, int rank, std::string what, const std::function<bool()>& ready);
  void find_deadlock();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Rank> ranks_;
  std::vector<Pipe> pipes_;
  std::exception_ptr error_;
  int arrived_ = 0;
  Index meetings_ = 0;
};

}  // namespace spgrad::comm
