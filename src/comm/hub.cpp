#include "src/comm/hub.hpp"

namespace spgrad::comm {

using Lock = std::unique_lock<std::mutex>;

std::vector<Hub::Bytes> Hub::meet(int rank, const std::string& what, std::vector<Bytes> parts) {
  Lock lock(mutex_);
  Rank& me = at(rank);
  me.call = what;
  me.parts = std::move(parts);
  compare_calls(rank);
  const Index meeting = meetings_;
  if (!error_ && ++arrived_ == size()) hand_out();
  wait(lock, rank, "in " + what, [&] { return meetings_ != meeting; });
  return std::move(me.result);
}

void Hub::compare_calls(int rank) {
  for (int other = 0; other < size(); ++other)
    if (const auto& call = at(other).call; call && *call != *at(rank).call)
      complain(text("rank ", rank, " calls ", *at(rank).call, " while rank ", other, " calls ", *call));
}

void Hub::hand_out() {
  for (int to = 0; to < size(); ++to) {
    at(to).result.clear();
    for (const Rank& from : ranks_)
      at(to).result.push_back(from.parts[from.parts.size() == 1 ? 0 : static_cast<std::size_t>(to)]);
  }
  for (Rank& rank : ranks_) rank.call.reset();
  arrived_ = 0;
  ++meetings_;
  changed_.notify_all();
}

void Hub::post(int from, int to, std::span<const std::byte> bytes) {
  const Lock lock(mutex_);
  Pipe& p = pipe(from, to);
  p.under_way.emplace(p.sent++, Bytes(bytes.begin(), bytes.end()));
  changed_.notify_all();
}

Index Hub::ticket(int from, int to) {
  const Lock lock(mutex_);
  return pipe(from, to).awaited++;
}

bool Hub::arrived(int from, int to, Index ticket) {
  const Lock lock(mutex_);
  if (error_) std::rethrow_exception(error_);
  return pipe(from, to).under_way.contains(ticket);
}

Hub::Bytes Hub::fetch(int from, int to, Index ticket) {
  Lock lock(mutex_);
  Pipe& p = pipe(from, to);
  wait(lock, to, text("for a message of rank ", from), [&] { return p.under_way.contains(ticket); });
  return std::move(p.under_way.extract(ticket).mapped());
}

void Hub::leave(int rank, std::exception_ptr error) {
  const Lock lock(mutex_);
  at(rank).left = true;
  if (error) stop(error);
  find_deadlock();
}

void Hub::finish() {
  for (int from = 0; from < size(); ++from)
    for (int to = 0; to < size(); ++to)
      for (const auto& [number, bytes] : pipe(from, to).under_way)
        complain(text("rank ", to, " never received a message of ", bytes.size(), " bytes from rank ", from));
  if (error_) std::rethrow_exception(error_);
}

void Hub::stop(std::exception_ptr error) {
  if (!error_) error_ = error;
  changed_.notify_all();
}

void Hub::complain(const std::string& message) { stop(std::make_exception_ptr(Error(message, ErrorKind::other))); }

void Hub::wait(Lock& lock, int rank, std::string what, const std::function<bool()>& ready) {
  Rank& me = at(rank);
  me.waits = std::move(what);
  me.ready = &ready;
  find_deadlock();
  changed_.wait(lock, [&] { return error_ || ready(); });
  me.ready = nullptr;
  if (!ready()) std::rethrow_exception(error_);
}

// Complains if every rank waits or has left, and nothing that any of them waits for has come.
void Hub::find_deadlock() {
  bool waiting = false;
  std::string who;
  for (int r = 0; r < size(); ++r) {
    const Rank& rank = at(r);
    if (!rank.left && (rank.ready == nullptr || (*rank.ready)())) return;
    waiting = waiting || !rank.left;
    who += text(r == 0 ? "rank " : ", rank ", r, rank.left ? " has ended" : " waits " + rank.waits);
  }
  if (waiting) complain("deadlock: " + who);
}

}  // namespace spgrad::comm
