// world.hpp: the ranks, and the few ways in which they speak. Everything that is sent goes through here.
//
// Two kinds: an MPI communicator, and pretended ranks (threads of one process) for tests. Code above this
// file is written for one rank and cannot tell which it is.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spgrad/dtype.hpp"
#include "spgrad/error.hpp"

namespace spgrad {

namespace comm {

enum class Combine : std::uint8_t { sum, max, min };

/// acc[i] = combine(acc[i], x[i]). Sum of bool is "or"; max and min of complex throw Error.
void combine_into(DType dtype, Combine combine, std::span<std::byte> acc, std::span<const std::byte> x);

struct Send {
  int peer;
  std::span<const std::byte> bytes;
};
struct Receive {
  int peer;
  std::span<std::byte> bytes;
};

/// Messages under way between start and wait. Reusable; a warm start allocates nothing.
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// Not collective, but every Send meets a Receive of that size which its peer posts in the same order.
  /// The memory stays untouched until wait() returns.
  virtual void start(std::span<const Send> sends, std::span<const Receive> receives) = 0;
  virtual bool test() = 0;  ///< moves messages on; true when all have arrived and left
  virtual void wait() = 0;
};

/// Who needs whose rows: the graph of a star forest as this rank sees it.
struct Links {
  struct Peer {
    int rank;
    std::vector<LocalIndex> rows;  ///< sending: own rows it needs, in its order; receiving: positions among my leaves
  };
  std::vector<Peer> to, from;  ///< ascending ranks, this rank itself included where it names its own rows
};

/// What has been sent by this rank, in payload bytes.
struct Traffic {
  Index bytes = 0, messages = 0;
};

class World {
 public:
  virtual ~World() = default;
  World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Whether the ranks are on several hosts, so that messages travel without the help of their processors.
  virtual bool spans_hosts() const { return false; }
  /// Points to the MPI_Comm, for libraries that communicate on their own (parallel HDF5); null where there is none.
  virtual const void* communicator() const { return nullptr; }

  /// Not collective by itself; see Exchange::start.
  virtual std::unique_ptr<Exchange> exchange() = 0;
  /// Collective. inout = combination of all ranks' inout, the same bits on every rank.
  virtual void all_reduce(DType dtype, Combine combine, std::span<std::byte> inout) = 0;
  /// Collective. Every rank's bytes, one after the other; sizes may differ.
  virtual std::vector<std::vector<std::byte>> all_gather(std::span<const std::byte> mine) = 0;
  /// Collective. mine[r] goes to rank r; the result's [r] came from rank r.
  virtual std::vector<std::vector<std::byte>> all_to_all(std::span<const std::vector<std::byte>> mine) = 0;
  virtual void barrier() = 0;
  /// Collective. The star forest whose roots are cut by `starts` and whose leaves on this rank are the rows `wanted`
  /// (global, any order, repeats allowed). Under MPI the graph is a PetscSF's.
  virtual Links link(std::span<const Index> starts, std::span<const Index> wanted) = 0;

  const Traffic& traffic() const { return traffic_; }

  using Clock = std::chrono::steady_clock;
  /// Collective. A rank that waits longer than `seconds` (0: for ever) ends the job, and one message says which rank
  /// did not come and what it does. Nothing to do for pretended ranks: where all wait is seen at once.
  virtual void set_hang_timeout(double /*seconds*/) {}
  bool watched() const { return watched_; }
  /// Not collective. What this rank does from now on, for that message; to be called only if watched().
  virtual void doing(std::string_view /*what*/) {}
  /// Not collective. To be called again and again by a rank that waits by means of its own since then.
  virtual void waiting(std::string_view /*in*/, Clock::time_point /*since*/) {}

  /// Collective. Throws on every rank the Error of the failing rank with the lowest `when` (of those, the lowest rank),
  /// with "rank 3: " in front, if any rank passes one; `error` is null on ranks where all went well. One that all ranks
  /// throw already is thrown again and nothing is sent.
  void agree(std::exception_ptr error, Index when = 0);
  /// Collective. Runs `work`, then agree()s. Work that fails on one rank alone must send nothing, or begin each of its
  /// collectives with agree(nullptr), where the others then hear of it.
  void together(const std::function<void()>& work);

  template <class T>
  T reduce(T x, Combine combine = Combine::sum) {
    all_reduce(dtype_of<T>(), combine, std::as_writable_bytes(std::span(&x, 1)));
    return x;
  }
  bool any(bool x) { return reduce<std::int64_t>(x, Combine::max) != 0; }
  /// Collective. Every rank's x, by rank.
  template <class T>
  std::vector<T> gather_each(const T& x) {
    std::vector<T> all;
    for (const auto& part : all_gather(std::as_bytes(std::span(&x, 1))))
      all.push_back(*reinterpret_cast<const T*>(part.data()));
    return all;
  }
  /// Collective. All ranks' vectors in one, in the order of the ranks.
  template <class T>
  std::vector<T> gather_all(std::span<const T> mine) {
    std::vector<T> all;
    for (const auto& part : all_gather(std::as_bytes(mine))) {
      const T* p = reinterpret_cast<const T*>(part.data());
      all.insert(all.end(), p, p + part.size() / sizeof(T));
    }
    return all;
  }
  /// Collective. mine[r] goes to rank r; the result's [r] came from rank r.
  template <class T>
  std::vector<std::vector<T>> trade(const std::vector<std::vector<T>>& mine) {
    std::vector<std::vector<std::byte>> out;
    for (const auto& v : mine) {
      const auto bytes = std::as_bytes(std::span(v));
      out.emplace_back(bytes.begin(), bytes.end());
    }
    std::vector<std::vector<T>> in;
    for (const auto& part : all_to_all(out)) {
      const T* p = reinterpret_cast<const T*>(part.data());
      in.emplace_back(p, p + part.size() / sizeof(T));
    }
    return in;
  }

 protected:
  // What a collective has each rank send, whatever the library does: n bytes to every other rank, and for all_reduce a
  // fold and a gather of its n / P.
  void count_all_gather(std::size_t n) { count(n * others(), others()); }
  void count_all_reduce(std::size_t n) { count(2 * n * others() / (others() + 1), 2 * others()); }
  void count_all_to_all(std::span<const std::vector<std::byte>> mine);
  void count(std::size_t bytes, std::size_t messages);

  Traffic traffic_;
  bool watched_ = false;

 private:
  std::size_t others() const { return static_cast<std::size_t>(size() - 1); }
};

/// Collective over the communicator. Takes a private copy of it; `mpi_comm` points to an MPI_Comm. MPI and PETSc are
/// started.
std::unique_ptr<World> mpi_world(const void* mpi_comm);
/// One rank, no MPI: what a program has that was started without a launcher and asks for no MPI.
std::unique_ptr<World> solo_world();

/// Runs body(world) as `ranks` pretended ranks, threads of this process. If one throws, the others' next collective
/// throws too; the first Error is rethrown here. A collective that the ranks do not all call alike is reported, not
/// waited for.
void pretend(int ranks, const std::function<void(World&)>& body);

}  // namespace comm
using World = comm::World;

}  // namespace spgrad
