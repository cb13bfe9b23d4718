// hdf5_fuzz.cpp: any bytes are an HDF5 file of sound values, or Errors. For libFuzzer. The child that looks first may
// die of them, this process may not.
#include "spgrad/io.hpp"
#include "src/comm/world.hpp"
#include "tests/support/memory_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace spgrad;
  static const std::unique_ptr<World> alone = comm::solo_world();
  const tests::MemoryFile file(data, size);
  const auto expect_data = [](const Error& e) {
    if (e.kind() != ErrorKind::data) std::abort();
  };
  try {
    for (const io::Entry& entry : io::list(file.name())) try {
        if (!tests::is_sound(io::read(*alone, file.name(), entry.path))) std::abort();
      } catch (const Error& e) {
        expect_data(e);
      }
  } catch (const Error& e) {
    expect_data(e);
  }
  return 0;
}
