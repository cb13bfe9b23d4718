// hostile_files DIR: makes the hostile files there, and prints for each its name, what is asked for, and the exit code
// that is due, with tabs between.
// hostile_files --read FILE PATH: reads it through HDF5 alone, as a program without care does.
#include <iostream>

#include "tests/unit/io/hdf5_files.hpp"
#include "tests/unit/io/hostile_files.hpp"

using namespace spgrad;

namespace {

int read_without_care(const char* file, const char* path) {
  const tests::Handle f(H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose),
      d(H5Dopen2(f, path, H5P_DEFAULT), H5Dclose);
  std::vector<double> x(100);
  return H5Dread(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x.data()) < 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4) return read_without_care(argv[2], argv[3]);
  if (argc != 2) return 2;
  int number = 0;
  for (const tests::HostileFile& hostile : tests::hostile_files()) {
    const std::string file = std::string(argv[1]) + "/" + std::to_string(number++) + ".h5";
    hostile.make(file);
    std::cout << file << '\t' << hostile.path << '\t' << static_cast<int>(hostile.kind) << '\t' << hostile.name << '\n';
  }
}
