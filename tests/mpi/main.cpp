// main.cpp: GoogleTest under mpirun. After each test the ranks agree on its outcome, rank 0 prints every rank's
// failures, and a rank that does not come ends the job instead of hanging it.
#include <gtest/gtest.h>
#include <petscsys.h>

#include <chrono>
#include <iostream>
#include <thread>

#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

constexpr std::chrono::seconds kPatience{30};

World* the_world = nullptr;

std::string failures(const testing::TestResult& result) {
  std::string out;
  for (int i = 0; i < result.total_part_count(); ++i)
    if (const auto& part = result.GetTestPartResult(i); part.failed())
      out += text("rank ", the_world->rank(), ": ", part.file_name() ? part.file_name() : "", ":", part.line_number(),
                  ": ", part.message(), "\n");
  return out;
}

class Agreement : public testing::EmptyTestEventListener {
  void OnTestEnd(const testing::TestInfo& test) override {
    const std::string mine = failures(*test.result());
    meet(text(test.test_suite_name(), ".", test.name()), mine);
    const auto all = the_world->gather_all(std::span<const char>(mine));
    // The printer of rank 0 shows what the others have seen; and a test that failed anywhere fails everywhere.
    if (mine.size() < all.size()) ADD_FAILURE() << "on other ranks:\n" << std::string_view(all.data(), all.size());
  }

  static void meet(const std::string& test, const std::string& mine) {
    MPI_Request all_here;
    MPI_Ibarrier(PETSC_COMM_WORLD, &all_here);
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (int done = 0; !done; MPI_Test(&all_here, &done, MPI_STATUS_IGNORE)) {
      if (std::chrono::steady_clock::now() > deadline) {
        std::cerr << "rank " << the_world->rank() << " waited " << kPatience.count()
                  << " s for the others at the end of " << test << "\n"
                  << mine << std::flush;
        MPI_Abort(PETSC_COMM_WORLD, 1);
      }
      std::this_thread::yield();
    }
  }
};

}  // namespace

void for_ranks(const std::function<void(World&)>& body) {
  SCOPED_TRACE(text("rank ", the_world->rank(), " of ", the_world->size()));
  body(*the_world);
}

}  // namespace spgrad::tests

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  PetscInitialize(&argc, &argv, nullptr, nullptr);
  const MPI_Comm comm = PETSC_COMM_WORLD;
  const auto world = spgrad::comm::mpi_world(&comm);
  spgrad::tests::the_world = world.get();
  auto& listeners = testing::UnitTest::GetInstance()->listeners();
  if (world->rank() != 0) delete listeners.Release(listeners.default_result_printer());
  listeners.Append(new spgrad::tests::Agreement);
  const int failed = RUN_ALL_TESTS();
  PetscFinalize();
  return failed;
}
