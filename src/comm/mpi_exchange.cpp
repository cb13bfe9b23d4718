#include "src/comm/mpi_exchange.hpp"

#include <algorithm>

#include "src/comm/mpi_calls.hpp"

namespace spgrad::comm {
namespace {

// One tag for all: messages of one pair of ranks meet in the order in which they were started.
constexpr int kTag = 0;

}  // namespace

MpiExchange::~MpiExchange() {
  // Only after an exception are messages still under way here; their memory may be gone, so they must not arrive.
  int finalized = 0;
  MPI_Finalized(&finalized);
  if (finalized) return;
  for (MPI_Request& request : requests_)
    if (request != MPI_REQUEST_NULL) {
      MPI_Cancel(&request);
      MPI_Request_free(&request);
    }
}

void MpiExchange::start(std::span<const Send> sends, std::span<const Receive> receives) {
  require(requests_.empty(), "an exchange was started while it was under way");
  expected_.clear();
  for (const auto& [peer, bytes] : receives)
    if (peer != rank_)
      for_pieces(bytes.size(), [&, to = peer, p = bytes.data()](std::size_t at, int n) {
        expected_.push_back(n);
        check(MPI_Irecv(p + at, n, MPI_BYTE, to, kTag, comm_, &requests_.emplace_back(MPI_REQUEST_NULL)), "MPI_Irecv");
      });
  for (const auto& [peer, bytes] : sends)
    if (peer != rank_ && !bytes.empty()) {
      for_pieces(bytes.size(), [&, to = peer, p = bytes.data()](std::size_t at, int n) {
        check(MPI_Isend(p + at, n, MPI_BYTE, to, kTag, comm_, &requests_.emplace_back(MPI_REQUEST_NULL)), "MPI_Isend");
      });
      traffic_.bytes += static_cast<Index>(bytes.size());
      ++traffic_.messages;
    }
  copy_own(sends, receives);
  statuses_.resize(requests_.size());
}

// This rank's messages to itself, in their order.
void MpiExchange::copy_own(std::span<const Send> sends, std::span<const Receive> receives) const {
  auto r = receives.begin();
  const auto next = [&] { r = std::find_if(r, receives.end(), [&](const Receive& x) { return x.peer == rank_; }); };
  next();
  for (const Send& s : sends) {
    if (s.peer != rank_) continue;
    require(r != receives.end() && r->bytes.size() == s.bytes.size(), "rank ", rank_, " sends itself ", s.bytes.size(),
            " bytes and does not receive them");
    std::ranges::copy(s.bytes, r->bytes.begin());
    ++r, next();
  }
  require(r == receives.end(), "rank ", rank_, " receives from itself what it does not send");
}

bool MpiExchange::test() {
  if (requests_.empty()) return true;
  int done = 0;
  const int code = MPI_Testall(static_cast<int>(requests_.size()), requests_.data(), &done, statuses_.data());
  if (code != MPI_SUCCESS || done) finish(code);
  return requests_.empty();
}

void MpiExchange::wait() {
  if (watch_)
    for (const auto since = World::Clock::now(); !test();) watch_->waiting("messages", since);
  if (!requests_.empty()) finish(MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), statuses_.data()));
}

void MpiExchange::finish(int code) {
  if (code == MPI_ERR_IN_STATUS)
    for (const MPI_Status& s : statuses_)
      if (s.MPI_ERROR != MPI_ERR_PENDING) check(s.MPI_ERROR, "an exchange of messages");
  check(code, "an exchange of messages");
  requests_.clear();
  for (std::size_t i = 0; i < expected_.size(); ++i) {
    int received = 0;
    check(MPI_Get_count(&statuses_[i], MPI_BYTE, &received), "MPI_Get_count");
    require(received == expected_[i], "rank ", statuses_[i].MPI_SOURCE, " sent ", received, " bytes to rank ", rank_,
            ", which expected ", expected_[i]);
  }
}

}  // namespace spgrad::comm
