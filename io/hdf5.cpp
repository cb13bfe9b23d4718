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

herr_t keep_first(unsigned n, const H5E_error2_t* error, void* first) {
  if (n == 0 && error->desc) *static_cast<std::string*>(first) = error->desc;
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
