#include "io/hdf5.hpp"

#include <mutex>

namespace spgrad::io {
namespace {

// Not a recursive mutex: the copy of one that a forked child gets belongs to a thread that the child does not have.
std::mutex mutex;
thread_local int depth = 0;

/// The settings of the host program, while ours hold.
struct Settings {
  H5E_auto2_t printer = nullptr;
  void* printer_data = nullptr;
  unsigned plugins = 0;
} host;

// "file write failed: time = ..., filename = ..., error message = 'File too large', ..." -> "file write failed: File
// too large"; others as they are.
std::string in_short(const std::string& complaint) {
  const auto time = complaint.find(": time = "), reason = complaint.find("error message = '");
  if (time == std::string::npos || reason == std::string::npos) return complaint;
  const auto begin = complaint.find('\'', reason) + 1;
  return complaint.substr(0, time) + ": " + complaint.substr(begin, complaint.find('\'', begin) - begin);
}

herr_t keep_first(unsigned n, const H5E_error2_t* error, void* first) {
  if (n == 0 && error->desc) *static_cast<std::string*>(first) = in_short(error->desc);
  return 0;
}

}  // namespace

Hdf5::Hdf5() {
  if (depth++ > 0) return;
  mutex.lock();
  H5Eget_auto2(H5E_DEFAULT, &host.printer, &host.printer_data);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLget_loading_state(&host.plugins);
  H5PLset_loading_state(0);
}

Hdf5::~Hdf5() {
  if (--depth > 0) return;
  H5PLset_loading_state(host.plugins);
  H5Eset_auto2(H5E_DEFAULT, host.printer, host.printer_data);
  mutex.unlock();
}

std::string hdf5_complaint() {
  std::string first = "HDF5 does not say why";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &first);
  return first;
}

}  // namespace spgrad::io
