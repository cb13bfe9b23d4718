// mpi_world.cpp: the ranks of an MPI communicator.
#include <petscsys.h>

#include <numeric>

#include "src/comm/combine.hpp"
#include "src/comm/mpi_calls.hpp"
#include "src/comm/mpi_exchange.hpp"
#include "src/comm/mpi_watch.hpp"
#include "src/comm/petsc_links.hpp"
#include "src/comm/world.hpp"

namespace spgrad::comm {
namespace {

using Bytes = std::vector<std::byte>;

template <Combine kCombine>
void combine_floats(void* x, void* acc, int* count, MPI_Datatype* type) {
  const DType dtype = *type == MPI_FLOAT ? DType::float32 : DType::float64;
  const std::size_t bytes = static_cast<std::size_t>(*count) * size_of(dtype);
  combine_into(dtype, kCombine, {static_cast<std::byte*>(acc), bytes}, {static_cast<const std::byte*>(x), bytes});
}

class MpiWorld : public World {
 public:
  explicit MpiWorld(MPI_Comm comm) {
    check(MPI_Comm_dup(comm, &comm_), "MPI_Comm_dup");
    MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN);
    MPI_Comm_rank(comm_, &rank_);
    MPI_Comm_size(comm_, &size_);
    // MPI_MAX and MPI_MIN may keep a NaN on one rank and lose it on another. Not commutative: one order on all ranks.
    check(MPI_Op_create(&combine_floats<Combine::max>, 0, &float_max_), "MPI_Op_create");
    check(MPI_Op_create(&combine_floats<Combine::min>, 0, &float_min_), "MPI_Op_create");
    MPI_Comm here = MPI_COMM_NULL;
    check(MPI_Comm_split_type(comm_, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here), "MPI_Comm_split_type");
    int ranks_here = 0;
    MPI_Comm_size(here, &ranks_here);
    MPI_Comm_free(&here);
    spans_hosts_ = ranks_here < size_;
    // Held, so that PETSc does not copy the communicator anew for every star forest.
    PetscMPIInt tag = 0;
    PetscCommDuplicate(comm_, &petsc_comm_, &tag);
  }

  ~MpiWorld() override {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (finalized) {
      static_cast<void>(watch_.release());  // what it holds went with MPI
      return;
    }
    watch_.reset();
    PetscBool petsc_finalized = PETSC_FALSE;
    PetscFinalized(&petsc_finalized);
    if (!petsc_finalized) PetscCommDestroy(&petsc_comm_);
    MPI_Op_free(&float_max_);
    MPI_Op_free(&float_min_);
    MPI_Comm_free(&comm_);
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  bool spans_hosts() const override { return spans_hosts_; }
  const void* communicator() const override { return &comm_; }
  std::unique_ptr<Exchange> exchange() override {
    return std::make_unique<MpiExchange>(comm_, rank_, traffic_, watch_);
  }

  void set_hang_timeout(double seconds) override {
    watch_.reset();
    watched_ = seconds > 0 && size_ > 1;
    if (watched_) watch_ = std::make_unique<MpiWatch>(comm_, seconds);
  }
  void doing(std::string_view what) override {
    if (watch_) watch_->doing(what);
  }
  void waiting(std::string_view in, Clock::time_point since) override {
    if (watch_) watch_->waiting(in, since);
  }

  void all_reduce(DType dtype, Combine combine, std::span<std::byte> inout) override {
    require_order(dtype, combine);
    if (size_ == 1) return;
    meet("all_reduce");
    const MPI_Op op = mpi_op(dtype, combine);
    for_pieces(inout.size(), [&](std::size_t at, int n) {
      check(MPI_Allreduce(MPI_IN_PLACE, inout.data() + at, n / static_cast<int>(size_of(dtype)), mpi_type(dtype), op,
                          comm_),
            "MPI_Allreduce");
    });
    count_all_reduce(inout.size());
  }

  std::vector<Bytes> all_gather(std::span<const std::byte> mine) override {
    meet("all_gather");
    std::vector<Index> sizes(static_cast<std::size_t>(size_));
    const Index size = static_cast<Index>(mine.size());
    check(MPI_Allgather(&size, 1, MPI_INT64_T, sizes.data(), 1, MPI_INT64_T, comm_), "MPI_Allgather");
    const bool few = std::accumulate(sizes.begin(), sizes.end(), Index{0}) < static_cast<Index>(kPiece);
    return few ? gather_together(mine, sizes) : gather_apart(mine, sizes);
  }

  std::vector<Bytes> all_to_all(std::span<const Bytes> mine) override {
    require(mine.size() == static_cast<std::size_t>(size_), "all_to_all of ", mine.size(), " parts among ", size_,
            " ranks");
    meet("all_to_all");
    std::vector<Index> out, in(mine.size());
    for (const Bytes& part : mine) out.push_back(static_cast<Index>(part.size()));
    check(MPI_Alltoall(out.data(), 1, MPI_INT64_T, in.data(), 1, MPI_INT64_T, comm_), "MPI_Alltoall");
    std::vector<Send> sends;
    for (int r = 0; r < size_; ++r) sends.push_back({r, mine[static_cast<std::size_t>(r)]});
    return exchanged(sends, in);
  }

  void barrier() override {
    meet("barrier");
    check(MPI_Barrier(comm_), "MPI_Barrier");
  }

  Links link(std::span<const Index> starts, std::span<const Index> wanted) override {
    meet("link");
    return petsc_links(comm_, starts, wanted);
  }

 private:
  void meet(std::string_view collective) {
    if (watch_) watch_->meet(collective);
  }

  MPI_Op mpi_op(DType dtype, Combine combine) const {
    if (combine == Combine::sum) return dtype == DType::bool_ ? MPI_LOR : MPI_SUM;
    if (is_float(dtype)) return combine == Combine::max ? float_max_ : float_min_;
    if (dtype == DType::bool_) return combine == Combine::max ? MPI_LOR : MPI_LAND;
    return combine == Combine::max ? MPI_MAX : MPI_MIN;
  }

  std::vector<Bytes> gather_together(std::span<const std::byte> mine, const std::vector<Index>& sizes) {
    std::vector<int> counts(sizes.begin(), sizes.end()), offsets(sizes.size());
    std::exclusive_scan(counts.begin(), counts.end(), offsets.begin(), 0);
    Bytes all(static_cast<std::size_t>(offsets.back() + counts.back()));
    check(MPI_Allgatherv(mine.data(), counts[static_cast<std::size_t>(rank_)], MPI_BYTE, all.data(), counts.data(),
                         offsets.data(), MPI_BYTE, comm_),
          "MPI_Allgatherv");
    count_all_gather(mine.size());
    std::vector<Bytes> parts;
    for (std::size_t r = 0; r < sizes.size(); ++r)
      parts.emplace_back(all.begin() + offsets[r], all.begin() + offsets[r] + counts[r]);
    return parts;
  }

  std::vector<Bytes> gather_apart(std::span<const std::byte> mine, const std::vector<Index>& sizes) {
    std::vector<Send> sends;
    for (int r = 0; r < size_; ++r) sends.push_back({r, mine});
    return exchanged(sends, sizes);
  }

  std::vector<Bytes> exchanged(std::span<const Send> sends, const std::vector<Index>& sizes) {
    std::vector<Bytes> parts;
    for (const Index size : sizes) parts.emplace_back(static_cast<std::size_t>(size));
    std::vector<Receive> receives;
    for (int r = 0; r < size_; ++r) receives.push_back({r, parts[static_cast<std::size_t>(r)]});
    const auto messages = exchange();
    messages->start(sends, receives);
    messages->wait();
    return parts;
  }

  MPI_Comm comm_ = MPI_COMM_NULL, petsc_comm_ = MPI_COMM_NULL;
  MPI_Op float_max_ = MPI_OP_NULL, float_min_ = MPI_OP_NULL;
  int rank_ = 0, size_ = 1;
  bool spans_hosts_ = false;
  std::unique_ptr<MpiWatch> watch_;
};

}  // namespace

std::unique_ptr<World> mpi_world(const void* mpi_comm) {
  return std::make_unique<MpiWorld>(*static_cast<const MPI_Comm*>(mpi_comm));
}

}  // namespace spgrad::comm
