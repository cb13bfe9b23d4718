// mpi_exchange.hpp: an Exchange of nonblocking messages on an MPI communicator.
#pragma once

#include <mpi.h>

#include <memory>
#include <vector>

#include "src/comm/mpi_watch.hpp"
#include "src/comm/world.hpp"

namespace spgrad::comm {

class MpiExchange : public Exchange {
 public:
  /// `comm`, `traffic` and `watch` (which may hold nothing) outlive the exchange.
  MpiExchange(MPI_Comm comm, int rank, Traffic& traffic, const std::unique_ptr<MpiWatch>& watch)
      : comm_(comm), rank_(rank), traffic_(traffic), watch_(watch) {}
  ~MpiExchange() override;

  void start(std::span<const Send> sends, std::span<const Receive> receives) override;
  bool test() override;
  void wait() override;

 private:
  void copy_own(std::span<const Send> sends, std::span<const Receive> receives) const;
  void finish(int code);

  MPI_Comm comm_;
  int rank_;
  Traffic& traffic_;
  const std::unique_ptr<MpiWatch>& watch_;
  std::vector<MPI_Request> requests_;  // the receives first
  std::vector<int> expected_;          // bytes of each receive
  std::vector<MPI_Status> statuses_;
};

}  // namespace spgrad::comm
