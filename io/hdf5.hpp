// hdf5.hpp: the HDF5 library, one caller at a time and quiet, and handles that close themselves. Internal.
#pragma once

#include <hdf5.h>

#include <string>
#include <utility>

#include "spgrad/error.hpp"

namespace spgrad::io {

/// Held around all HDF5 calls, by one thread at a time: the library is not thread-safe, and pretended ranks are
/// threads. Meanwhile HDF5 prints no errors and loads no filter plugin (a file could name one, and its code would run);
/// a host program's own settings come back afterwards. A thread may hold it several times.
class Hdf5 {
 public:
  Hdf5();
  ~Hdf5();
  Hdf5(const Hdf5&) = delete;
  Hdf5& operator=(const Hdf5&) = delete;
};

/// The most specific line of HDF5's error stack: "truncated file: eof = 96, ...".
std::string hdf5_complaint();

/// Throws Error of the parts and HDF5's complaint unless `ok`.
template <class... Parts>
void check_hdf5(bool ok, ErrorKind kind, const Parts&... parts) {
  if (!ok) [[unlikely]]
    fail(kind, parts..., ": ", hdf5_complaint());
}

/// Owns an HDF5 identifier.
class Handle {
 public:
  Handle() = default;
  Handle(hid_t id, herr_t (*closer)(hid_t)) : id_(id), close_(closer) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() { close(); }
  /// False if HDF5 could not close it.
  bool close() {
    if (id_ < 0) return true;
    const Hdf5 library;
    return close_(std::exchange(id_, -1)) >= 0;
  }
  operator hid_t() const { return id_; }

 private:
  hid_t id_ = -1;
  herr_t (*close_)(hid_t) = nullptr;
};

/// A Handle on `id`; throws Error of the parts and HDF5's complaint if it is none.
template <class... Parts>
Handle opened(hid_t id, herr_t (*close)(hid_t), ErrorKind kind, const Parts&... parts) {
  check_hdf5(id >= 0, kind, parts...);
  return Handle(id, close);
}

}  // namespace spgrad::io
