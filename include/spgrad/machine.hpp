// machine.hpp: what a machine can do, in seven numbers, and how long work takes on it by these.
#pragma once

#include <string>
#include <string_view>

#include "spgrad/estimate.hpp"

namespace spgrad {

/// What one rank has while all ranks of its host are busy. The numbers that it starts with are of no machine in
/// particular.
struct Machine {
  double alpha = 2e-6;     ///< seconds for a message of no bytes
  double beta = 2e-10;     ///< seconds for each byte of a message
  double bandwidth = 5e9;  ///< bytes a second from and to memory (STREAM triad)
  double flops = 2e9;      ///< a second, in kernels that memory does not hold up
  double cache = 1e6;      ///< bytes of an array from which rows come as fast as they are computed with
  double rows_64 = 1e9;    ///< bytes a second of rows of 64 bytes that lie anywhere in an array beyond the cache
  double rows_256 = 3e9;   ///< the same of rows of 256 bytes
  std::string from{};      ///< the file that says so; empty: nobody has measured

  /// Of a kernel: whichever takes longer, to compute or to read and write. Rows that entries name are fetched anew as
  /// often as the cache has lost them since they were named last, and nothing hides that.
  double seconds(const Cost& kernel) const;
  /// Bytes a second of such rows of any length.
  double row_bandwidth(double row_bytes) const;
  /// Of a move, by what one rank sends.
  double seconds(double messages, double bytes) const { return alpha * messages + beta * bytes; }
};

/// Reads "alpha = 1.5e-6  # seconds a message": one of the numbers a line, in any order, those that are missing as they
/// are at first. Throws Error of kind data that names file and line.
Machine parse_machine(std::string_view text, const std::string& file);
/// Not collective: every rank reads the file. Throws what parse_machine throws, and Error of kind io.
Machine read_machine(const std::string& file);
/// What read_machine reads.
std::string to_string(const Machine& machine);

}  // namespace spgrad
