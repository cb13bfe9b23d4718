// chunks.hpp: filtered datasets, read without HDF5's filters. Internal; call with Hdf5 held.
//
// HDF5 1.10 believes what a chunk says: one that inflates to less than a chunk is read beyond its end, one that
// inflates to more takes memory without bound. Here every size is known beforehand, and zlib writes into exactly that
// much.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "io/file.hpp"

namespace spgrad::io {

/// The chunks of an open dataset of at most 2 axes that has filters, for one rank. (Without filters HDF5 does not look
/// for the size of a chunk where it could be told.)
class Chunks {
 public:
  /// `name` ("FILE: /PATH") begins every complaint. The dataset must stay open.
  Chunks(hid_t dataset, hid_t properties, std::string name);

  /// Copies the elements of `piece`, as they are stored, rows contiguous. Throws Error of kind data for a chunk that
  /// was never written, is cut short, has the wrong checksum or does not unpack to its size.
  void read(const Slab& piece, std::byte* to);

 private:
  using Bytes = std::vector<std::byte>;
  struct Filter {
    H5Z_filter_t id;
    std::size_t element;  ///< of shuffle: the bytes that are kept apart
  };
  template <class... Parts>
  [[noreturn]] void broken(const Slab& chunk, const Parts&... parts) const;
  void fetch(const Slab& chunk);                  ///< fills bytes_
  std::uint32_t fetch_stored(const Slab& chunk);  ///< fills bytes_ as they are in the file; returns the filter mask
  void check_sum(const Slab& chunk);              // each undoes one filter
  void inflate(const Slab& chunk, std::size_t to);
  void unshuffle(std::size_t element);

  hid_t dataset_;
  std::string name_;
  int ndim_ = 1;
  Index rows_ = 1, columns_ = 1;  ///< of a chunk
  std::size_t element_ = 0, chunk_bytes_ = 0;
  std::vector<Filter> filters_;  ///< in the order of writing
  Bytes bytes_, other_;
};

}  // namespace spgrad::io
