#include "tests/unit/io/hostile_files.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <zlib.h>

#include <cstring>

#include "tests/unit/io/hdf5_files.hpp"

namespace spgrad::tests {
namespace {

using Csr = HandMade::Csr;
using Put = std::function<void(HandMade&)>;

Handle new_type(hid_t id) { return Handle(id, H5Tclose); }
Handle properties() { return Handle(H5Pcreate(H5P_DATASET_CREATE), H5Pclose); }
Handle chunked(std::vector<hsize_t> sizes) {
  Handle p = properties();
  H5Pset_chunk(p, static_cast<int>(sizes.size()), sizes.data());
  return p;
}

/// A file with one thing in it.
auto with(Put put) {
  return [put](const std::string& file) {
    HandMade made(file);
    put(made);
  };
}
/// A sound matrix of which `path` is something else.
auto instead(std::string path, Put put) {
  return with([path, put](HandMade& f) {
    f.csr({});
    H5Ldelete(f.id(), path.c_str(), H5P_DEFAULT);
    put(f);
  });
}
auto matrix(Csr m) {
  return with([m](HandMade& f) { f.csr(m); });
}

/// A dataset of a type that is no number.
void of_type(HandMade& f, const std::string& path, hid_t type) {
  const std::vector<char> bytes(5 * H5Tget_size(type));
  f.dataset(path, type, {5}, type, bytes.data());
}

// --- chunks -----------------------------------------------------------------------------------------------------

std::string deflated(const std::string& bytes) {
  std::string out(compressBound(bytes.size()), '\0');
  uLongf size = out.size();
  compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), 9);
  out.resize(size);
  return out;
}

/// 100 doubles in one chunk whose stored bytes are these.
struct Chunk {
  std::string bytes;
  bool deflate = true, fletcher = false;
  unsigned skipped = 0;  // filter mask
};
auto chunk(Chunk c) {
  return with([c](HandMade& f) {
    const Handle p = chunked({100});
    if (c.deflate) H5Pset_deflate(p, 9);
    if (c.fletcher) H5Pset_fletcher32(p);
    f.dataset("/data", H5T_IEEE_F64LE, {100}, H5T_NATIVE_DOUBLE, nullptr, p);
    const Handle d(H5Dopen2(f.id(), "/data", H5P_DEFAULT), H5Dclose);
    const hsize_t at = 0;
    H5Dwrite_chunk(d, H5P_DEFAULT, c.skipped, &at, c.bytes.size(), c.bytes.data());
  });
}

/// 2 GiB of zeros in 2 MB.
void bomb(HandMade& f) {
  constexpr hsize_t kChunk = 4 << 20;
  const Handle p = chunked({kChunk});
  H5Pset_deflate(p, 9);
  f.dataset("/data", H5T_IEEE_F64LE, {64 * kChunk}, H5T_NATIVE_DOUBLE, nullptr, p);
  const std::string one = deflated(std::string(kChunk * 8, '\0'));
  const Handle d(H5Dopen2(f.id(), "/data", H5P_DEFAULT), H5Dclose);
  for (hsize_t at = 0; at < 64 * kChunk; at += kChunk) H5Dwrite_chunk(d, H5P_DEFAULT, 0, &at, one.size(), one.data());
}

/// 100 rows in ten chunks, whose index (a B-tree of version 1) is changed: `offset` counts from its signature.
auto index_with(std::size_t offset, std::string bytes) {
  return [=](const std::string& file) {
    with([](HandMade& f) { f.reals("/data", std::vector<double>(100, 1.0), H5T_IEEE_F64LE, chunked({10})); })(file);
    std::string all = bytes_of(file);
    const std::size_t tree = all.find(std::string("TREE\1", 5));
    if (tree == std::string::npos) throw Error("no index of chunks in " + file);
    put_bytes(file, all.replace(tree + offset, bytes.size(), bytes));
  };
}
std::string little_endian(std::uint64_t x, std::size_t bytes) {
  return std::string(reinterpret_cast<const char*>(&x), bytes);
}

/// A sound file, changed at `offset`: that of the superblock, for one.
auto patched(std::size_t offset, std::string bytes) {
  return [=](const std::string& file) {
    matrix({})(file);
    std::string all = bytes_of(file);
    put_bytes(file, all.replace(offset, bytes.size(), bytes));
  };
}

// --- elsewhere --------------------------------------------------------------------------------------------------

void external(HandMade& f, const std::string& file) {
  const Handle p = properties();
  H5Pset_external(p, file.c_str(), 0, 800);
  f.dataset("/data", H5T_IEEE_F64LE, {100}, H5T_NATIVE_DOUBLE, nullptr, p);
}

/// Unlimited, so that HDF5 opens the source to tell the size: a pipe, where it would wait for ever.
void virtual_of_pipe(const std::string& file) {
  mkfifo((file + ".pipe").c_str(), 0600);
  HandMade f(file);
  const hsize_t size = 100, any = H5S_UNLIMITED, zero = 0, one = 1;
  const Handle from(H5Screate_simple(1, &size, &any), H5Sclose), to(H5Screate_simple(1, &size, &any), H5Sclose);
  H5Sselect_hyperslab(from, H5S_SELECT_SET, &zero, &one, &any, &one);
  H5Sselect_hyperslab(to, H5S_SELECT_SET, &zero, &one, &any, &one);
  const Handle p = properties();
  H5Pset_virtual(p, to, (file + ".pipe").c_str(), "/X", from);
  Handle(H5Dcreate2(f.id(), "/data", H5T_IEEE_F64LE, to, H5P_DEFAULT, p, H5P_DEFAULT), H5Dclose);
}

void virtual_of_file(HandMade& f) {
  const hsize_t size = 100;
  const Handle space(H5Screate_simple(1, &size, nullptr), H5Sclose), p = properties();
  H5Pset_virtual(p, space, "/etc/passwd", "/X", space);
  f.dataset("/data", H5T_IEEE_F64LE, {size}, H5T_NATIVE_DOUBLE, nullptr, p);
}

/// A filter that no HDF5 has: it would look for a plugin.
void unknown_filter(HandMade& f) {
  const Handle p = chunked({100});
  H5Pset_filter(p, 40001, H5Z_FLAG_OPTIONAL, 0, nullptr);
  f.dataset("/data", H5T_IEEE_F64LE, {100}, H5T_NATIVE_DOUBLE, nullptr, p);
  const Handle d(H5Dopen2(f.id(), "/data", H5P_DEFAULT), H5Dclose);
  const hsize_t at = 0;
  const std::string bytes(800, 'x');
  H5Dwrite_chunk(d, H5P_DEFAULT, 0, &at, bytes.size(), bytes.data());
}

void bound_socket(const std::string& file) {
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::strncpy(address.sun_path, file.c_str(), sizeof address.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  close(fd);
}

// --- types ------------------------------------------------------------------------------------------------------

Handle compound(const char* first, const char* second, hid_t part, std::size_t gap = 0) {
  const std::size_t size = H5Tget_size(part);
  Handle type = new_type(H5Tcreate(H5T_COMPOUND, 2 * size + gap));
  H5Tinsert(type, first, 0, part);
  H5Tinsert(type, second, size + gap, part);
  return type;
}
Handle strange_float() {
  Handle type = new_type(H5Tcopy(H5T_IEEE_F64LE));
  H5Tset_ebias(type, 7);
  return type;
}
Handle strange_integer() {
  Handle type = new_type(H5Tcopy(H5T_STD_I64LE));
  H5Tset_precision(type, 11);
  H5Tset_offset(type, 5);
  return type;
}
Handle strange_enum() {
  Handle type = new_type(H5Tenum_create(H5T_NATIVE_INT8));
  const signed char zero = 0, one = 1;
  H5Tenum_insert(type, "RED", &zero);
  H5Tenum_insert(type, "BLUE", &one);
  return type;
}
Handle opaque() {
  Handle type = new_type(H5Tcreate(H5T_OPAQUE, 8));
  H5Tset_tag(type, "pickle");
  return type;
}
Handle array_type() {
  const hsize_t three = 3;
  return new_type(H5Tarray_create2(H5T_IEEE_F64LE, 1, &three));
}

void deep_groups(HandMade& f) {
  std::string path;
  for (int k = 0; k < 100; ++k) f.group(path += "/g");
}
/// Names of 60000 bytes in each other: their paths are far longer than the file.
void long_names(HandMade& f) {
  std::string path;
  for (int k = 0; k < 40; ++k) f.group(path += "/" + std::string(60000, static_cast<char>('a' + k % 26)));
  for (int k = 0; k < 40; ++k) f.reals(path + "/" + std::to_string(k), {1.0});
}

void add_types(std::vector<HostileFile>& out) {
  const std::vector<std::pair<std::string, std::function<Handle()>>> types{
      {"object references", [] { return new_type(H5Tcopy(H5T_STD_REF_OBJ)); }},
      {"region references", [] { return new_type(H5Tcopy(H5T_STD_REF_DSETREG)); }},
      {"compounds", [] { return compound("a", "b", H5T_IEEE_F64LE); }},
      {"complex with a gap", [] { return compound("r", "i", H5T_IEEE_F64LE, 8); }},
      {"complex of integers", [] { return compound("r", "i", H5T_STD_I64LE); }},
      {"lists", [] { return new_type(H5Tvlen_create(H5T_IEEE_F64LE)); }},
      {"arrays", array_type},
      {"opaque bytes", opaque},
      {"colours", strange_enum},
      {"integers of 11 bits", strange_integer},
      {"floats of another bias", strange_float},
      {"long doubles", [] { return new_type(H5Tcopy(H5T_NATIVE_LDOUBLE)); }},
      {"times", [] { return new_type(H5Tcopy(H5T_UNIX_D32LE)); }},
  };
  for (const auto& [name, make_type] : types)
    for (const std::string path : {"/X/data", "/X/indices"})
      out.push_back({name + " as " + path,
                     "/X",
                     {path, "neither numbers nor bools"},
                     instead(path, [path, make = make_type](HandMade& f) { of_type(f, path, make()); })});
}

void add_elsewhere(std::vector<HostileFile>& out) {
  out.push_back(
      {"external storage", "/data", {"/data", "another file"}, with([](HandMade& f) { external(f, "/etc/passwd"); })});
  out.push_back({"external storage in a device", "/data", {"/data", "another file"}, with([](HandMade& f) {
                   external(f, "/dev/zero");
                 })});
  out.push_back({"external link", "/X", {"/X", "external link"}, with([](HandMade& f) {
                   H5Lcreate_external("/etc/passwd", "/X", f.id(), "/X", H5P_DEFAULT, H5P_DEFAULT);
                 })});
  out.push_back({"soft link", "/Y", {"/Y", "soft"}, with([](HandMade& f) {
                   f.csr({});
                   H5Lcreate_soft("/X", f.id(), "/Y", H5P_DEFAULT, H5P_DEFAULT);
                 })});
  out.push_back({"soft link to itself", "/X", {"/X", "soft"}, with([](HandMade& f) {
                   H5Lcreate_soft("/X", f.id(), "/X", H5P_DEFAULT, H5P_DEFAULT);
                 })});
  out.push_back({"soft link on the way", "/Y/data", {"/Y/data", "soft"}, with([](HandMade& f) {
                   f.csr({});
                   H5Lcreate_soft("/X", f.id(), "/Y", H5P_DEFAULT, H5P_DEFAULT);
                 })});
  out.push_back({"virtual dataset", "/data", {"/data", "virtual"}, with(virtual_of_file)});
  out.push_back({"virtual dataset of a pipe", "/data", {"/data", "virtual"}, virtual_of_pipe});
  out.push_back({"list of a virtual dataset of a pipe", "", {"/data", "virtual"}, virtual_of_pipe});
  out.push_back({"filter of a plugin", "/data", {"/data", "filter 40001"}, with(unknown_filter)});
  out.push_back({"filter nbit", "/data", {"/data", "filter 5"}, with([](HandMade& f) {
                   const Handle p = chunked({100});
                   H5Pset_nbit(p);
                   f.reals("/data", std::vector<double>(100, 1.0), H5T_IEEE_F64LE, p);
                 })});
  out.push_back({"deflate twice", "/data", {"/data", "filter 1 twice"}, with([](HandMade& f) {
                   const Handle p = chunked({100});
                   H5Pset_deflate(p, 9);
                   H5Pset_deflate(p, 9);
                   f.reals("/data", std::vector<double>(100, 1.0), H5T_IEEE_F64LE, p);
                 })});
}

void add_chunks(std::vector<HostileFile>& out) {
  const std::string zeros(800, '\0');
  const auto add = [&](const std::string& name, const std::string& what, const Chunk& c) {
    out.push_back({name, "/data", {"/data: the chunk from row 0 on", what}, chunk(c)});
  };
  out.push_back({"2 GiB in 2 MB", "/data", {"/data", "268435456 entries", "--expansion"}, with(bomb)});
  add("a chunk that is too large as it is stored", "claims", {deflated(std::string(8 << 20, '\0'))});
  add("a chunk that inflates to more", "inflates to more than its 800", {deflated(std::string(1 << 19, '\0'))});
  add("a chunk that inflates to less", "inflates to 8 bytes", {deflated(std::string(8, '\0'))});
  add("a chunk that is cut short", "no whole deflate stream", {deflated(zeros).substr(0, 9)});
  add("a chunk that is no stream", "no whole deflate stream", {std::string(100, 'x')});
  add("a chunk that says it is not packed", "has 12 bytes, but should have 800",
      {std::string(12, '\0'), true, false, 1});
  add("a chunk with another checksum", "fletcher32", {deflated(zeros) + "abcd", true, true});
  add("a chunk too short for a checksum", "too few for a checksum", {"ab", true, true});
  out.push_back({"chunks of 2 GiB", "/data", {"/data"}, with([](HandMade& f) {
                   const Handle p = chunked({1 << 28});
                   H5Pset_deflate(p, 9);
                   f.dataset("/data", H5T_IEEE_F64LE, {1 << 28}, H5T_NATIVE_DOUBLE, nullptr, p);
                 })});
  out.push_back(
      {"a part never written", "/data", {"/data", "the chunk from row 10 on was never written"}, with([](HandMade& f) {
         const Handle p = chunked({10});
         H5Pset_deflate(p, 9);
         f.dataset("/data", H5T_IEEE_F64LE, {20}, H5T_NATIVE_DOUBLE, nullptr, p);
         const Handle d(H5Dopen2(f.id(), "/data", H5P_DEFAULT), H5Dclose);
         const hsize_t at = 0;
         const std::string one = deflated(std::string(80, '\0'));
         H5Dwrite_chunk(d, H5P_DEFAULT, 0, &at, one.size(), one.data());
       })});
  // signature, type, level, entries (2 bytes), siblings (8 each), then size, filter mask, 2 offsets, and the address
  out.push_back({"an index with a chunk too large", "/data", {"/data"}, index_with(24, little_endian(0xfffffff0, 4))});
  out.push_back({"an index with a chunk too small", "/data", {"/data"}, index_with(24, little_endian(8, 4))});
  out.push_back({"an index with a chunk behind the file",
                 "/data",
                 {"/data"},
                 index_with(48, little_endian(std::uint64_t{1} << 40, 8))});
  out.push_back({"an index of itself", "/data", {}, index_with(5, little_endian(1, 1))});
  out.push_back({"an index with too many entries", "/data", {}, index_with(6, little_endian(65535, 2))});
}

void add_sizes(std::vector<HostileFile>& out) {
  constexpr hsize_t kHuge = hsize_t{1} << 50;
  out.push_back({"huge", "/data", {"/data", "never written"}, with([](HandMade& f) {
                   f.dataset("/data", H5T_IEEE_F64LE, {kHuge}, H5T_NATIVE_DOUBLE, nullptr);
                 })});
  out.push_back({"huge and chunked", "/data", {"/data", "only 0 are stored"}, with([](HandMade& f) {
                   f.dataset("/data", H5T_IEEE_F64LE, {kHuge, 1}, H5T_NATIVE_DOUBLE, nullptr, chunked({100, 1}));
                 })});
  out.push_back({"larger than any number", "/data", {"/data", "larger than any file"}, with([](HandMade& f) {
                   f.dataset("/data", H5T_IEEE_F64LE, {kHuge, kHuge}, H5T_NATIVE_DOUBLE, nullptr, chunked({10, 10}));
                 })});
  out.push_back({"three axes", "/data", {"/data", "3 axes"}, with([](HandMade& f) {
                   const std::vector<double> eight(8);
                   f.dataset("/data", H5T_IEEE_F64LE, {2, 2, 2}, H5T_NATIVE_DOUBLE, eight.data());
                 })});
  out.push_back(
      {"columns beyond any rank", "/X", {"/X", "4611686018427387904"}, matrix({.shape = {3, Index{1} << 62}})});
  out.push_back({"rows beyond any number", "/X", {"/X", "indptr"}, matrix({.shape = {INT64_MAX, 4}})});
  out.push_back({"a shape against the offsets", "/X", {"/X", "indptr", "10 + 1"}, matrix({.shape = {10, 4}})});
  out.push_back({"a shape below zero", "/X", {"/X", "(-3 x 4)"}, matrix({.shape = {-3, 4}})});
  out.push_back({"a shape of three", "/X", {"/X", "shape"}, matrix({.shape = {3, 4, 5}})});
  out.push_back(
      {"offsets that fall", "/X", {"/X/indptr[2] is 1, less than the 2 before it"}, matrix({.indptr = {0, 2, 1, 5}})});
  out.push_back(
      {"an index beyond the columns", "/X", {"/X/indices[4] is 4", "4 columns"}, matrix({.indices = {2, 0, 0, 1, 4}})});
  out.push_back({"floating offsets", "/X", {"/X/indptr", "float64", "integers"}, instead("/X/indptr", [](HandMade& f) {
                   f.reals("/X/indptr", {0, 2, 2, 5});
                 })});
  out.push_back({"a type for a matrix", "/X", {"/X", "neither a group nor a dataset"}, with([](HandMade& f) {
                   const Handle type = new_type(H5Tcopy(H5T_IEEE_F64LE));
                   H5Tcommit2(f.id(), "/X", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
                 })});
  out.push_back({"groups in groups", "", {"64 groups deep"}, with(deep_groups)});
  out.push_back({"long names", "", {"names that are too long"}, with(long_names)});
}

void add_files(std::vector<HostileFile>& out) {
  const auto io = [&](const std::string& name, const std::string& what, auto make) {
    out.push_back({name, "/X", {what}, make, ErrorKind::io});
  };
  io("pipe", "not a regular file", [](const std::string& file) { mkfifo(file.c_str(), 0600); });
  io("socket", "not a regular file", bound_socket);
  io("folder", "not a regular file", [](const std::string& file) { mkdir(file.c_str(), 0700); });
  io("device", "not a regular file",
     [](const std::string& file) { std::filesystem::create_symlink("/dev/zero", file); });
  io("link to nowhere", "No such file", [](const std::string& file) { std::filesystem::create_symlink("gone", file); });
  io("link to itself", "symbolic links", [](const std::string& file) { std::filesystem::create_symlink(file, file); });
  out.push_back({"crash of HDF5", "/X", {}, [](const std::string& file) {
                   std::filesystem::copy_file(SPGRAD_SOURCE_DIR "/tests/io/fixtures/hdf5_1.10.8_segv.h5", file);
                 }});
  out.push_back({"superblock of version 99", "/X", {}, patched(8, "\x63")});
  out.push_back({"addresses of 16 bytes", "/X", {}, patched(13, "\x10")});
  out.push_back({"addresses of 0 bytes", "/X", {}, patched(13, std::string(1, '\0'))});
  out.push_back({"superblock of an end before the end", "/X", {}, patched(40, little_endian(100, 8))});
  out.push_back({"superblock of an end behind the end", "/X", {}, patched(40, little_endian(1 << 30, 8))});
  out.push_back({"root behind the end", "/X", {}, patched(64, little_endian(1 << 30, 8))});
  out.push_back({"base behind the end", "/X", {}, patched(24, little_endian(1 << 30, 8))});
}

}  // namespace

std::vector<HostileFile> hostile_files() {
  std::vector<HostileFile> all;
  add_types(all);
  add_elsewhere(all);
  add_chunks(all);
  add_sizes(all);
  add_files(all);
  return all;
}

}  // namespace spgrad::tests
