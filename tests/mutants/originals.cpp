#include "tests/mutants/originals.hpp"

#include <zlib.h>

#include <complex>

#include "tests/unit/io/hdf5_files.hpp"

namespace spgrad::tests {
namespace {

using Complex = std::complex<double>;
constexpr Index kRows = 17, kColumns = 11;

/// The entries of row i: i % 5 of them, unsorted.
HandMade::Csr sample() {
  HandMade::Csr m;
  m.shape = {kRows, kColumns};
  m.indptr = {0};
  m.indices.clear();
  m.data.clear();
  for (Index i = 0; i < kRows; ++i) {
    for (Index k = 0; k < i % 5; ++k) {
      m.indices.push_back((i * 7 + k * 4) % kColumns);
      m.data.push_back(static_cast<double>(i) + 0.25 * static_cast<double>(k));
    }
    m.indptr.push_back(static_cast<Index>(m.indices.size()));
  }
  return m;
}

/// The bytes of a file that `put` fills.
template <class Put>
std::string hdf5(Put&& put, bool newest = false) {
  std::string name = (std::filesystem::temp_directory_path() / "spgrad_mutant_XXXXXX").string();
  const int fd = mkstemp(name.data());
  close(fd);
  {
    HandMade file(name, newest);
    put(file);
  }
  const std::string bytes = bytes_of(name);
  std::filesystem::remove(name);
  return bytes;
}

std::string csr(const HandMade::Csr& m, bool newest = false) {
  return hdf5([&](HandMade& f) { f.csr(m); }, newest);
}

HandMade::Csr with_types(hid_t index, hid_t data) {
  HandMade::Csr m = sample();
  m.index_type = index;
  m.data_type = data;
  return m;
}

/// Every dataset of `m` in chunks of 8, through these filters.
std::string filtered(bool deflate, bool fletcher, bool newest) {
  const io::Hdf5 library;
  const Handle p(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  const hsize_t eight = 8;
  H5Pset_chunk(p, 1, &eight);
  if (deflate) H5Pset_shuffle(p);
  if (deflate) H5Pset_deflate(p, 6);
  if (fletcher) H5Pset_fletcher32(p);
  HandMade::Csr m = sample();
  m.properties = p;
  return csr(m, newest);
}

void put_parts(HandMade& f, const HandMade::Csr& m) {
  f.group("/X");
  f.integers("/X/indptr", m.indptr, H5T_STD_I32LE);
  f.integers("/X/indices", m.indices, H5T_STD_I32LE);
  f.reals("/X/data", m.data, H5T_IEEE_F32LE);
}

std::string legacy() {
  return hdf5([](HandMade& f) {
    put_parts(f, sample());
    f.attribute("/X", "h5sparse_format", "csr");
    f.attribute("/X", "h5sparse_shape", std::vector{kRows, kColumns});
  });
}
std::string plain_group() {
  return hdf5([](HandMade& f) {
    put_parts(f, sample());
    f.integers("/X/shape", {kRows, kColumns}, H5T_STD_U64LE);
  });
}

std::string dense(std::vector<hsize_t> sizes, std::vector<hsize_t> chunk) {
  return hdf5([&](HandMade& f) {
    const Handle p(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    if (!chunk.empty()) {
      H5Pset_chunk(p, static_cast<int>(chunk.size()), chunk.data());
      H5Pset_deflate(p, 1);
    } else {
      H5Pset_layout(p, H5D_COMPACT);
    }
    std::vector<double> x(sizes[0] * sizes[1]);
    for (std::size_t k = 0; k < x.size(); ++k) x[k] = static_cast<double>(k) / 8;
    f.dataset("/X", H5T_IEEE_F64LE, sizes, H5T_NATIVE_DOUBLE, x.data(), p);
  });
}
std::string bools() {
  return hdf5([](HandMade& f) {
    const Handle type = io::stored_type(DType::bool_);
    std::vector<signed char> x(60);
    for (std::size_t k = 0; k < x.size(); ++k) x[k] = k % 3 == 0;
    f.dataset("/X", type, {60}, type, x.data());
  });
}
std::string complexes() {
  return hdf5([](HandMade& f) {
    f.csr(sample());
    H5Ldelete(f.id(), "/X/data", H5P_DEFAULT);
    std::vector<Complex> z;
    for (const double x : sample().data) z.emplace_back(x, -x);
    const Handle type = io::stored_type(DType::complex128);
    f.dataset("/X/data", type, {z.size()}, type, z.data());
  });
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<unsigned>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<unsigned>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string svmlight() {
  const HandMade::Csr m = sample();
  std::string out = "# rows\n";
  for (std::size_t i = 0; i < static_cast<std::size_t>(kRows); ++i) {
    out += text(i % 3);
    for (Index p = m.indptr[i]; p < m.indptr[i + 1]; ++p)
      out += text(' ', m.indices[static_cast<std::size_t>(p)] + 1, ':', m.data[static_cast<std::size_t>(p)]);
    out += '\n';
  }
  return out;
}
std::string coordinates() {
  std::string out = "%%MatrixMarket matrix coordinate real symmetric\n% c\n9 9 20\n";
  for (Index k = 0; k < 20; ++k) out += text(k % 9 + 1, ' ', k % (k % 9 + 1) + 1, ' ', k, ".5e-1\n");
  return out;
}
std::string array() {
  std::string out = "%%MatrixMarket matrix array complex general\n5 6\n";
  for (Index k = 0; k < 30; ++k) out += text(k % 4, ' ', k, "\n");
  return out;
}

}  // namespace

std::vector<Original> originals() {
  const auto csc = [] {
    HandMade::Csr m = sample();
    m.type = "csc_matrix";
    m.shape = {kColumns, kRows};
    m.index_type = H5T_STD_I32LE;
    return m;
  };
  return {{"csr", csr(sample()), "/X"},
          {"csc", csr(locked(csc)), "/X"},
          {"h5sparse", legacy(), "/X"},
          {"plain group", plain_group(), "/X"},
          {"big-endian", csr(locked([] { return with_types(H5T_STD_U16BE, H5T_IEEE_F32BE); })), "/X"},
          {"complex", complexes(), "/X"},
          {"bool", bools(), "/X"},
          {"dense, compact", dense({12, 7}, {}), "/X"},
          {"dense, chunked", dense({12, 17}, {5, 4}), "/X"},
          {"chunked", filtered(false, false, false), "/X"},
          {"deflate, shuffle, fletcher32", filtered(true, true, false), "/X"},
          {"newest format", csr(sample(), true), "/X"},
          {"newest format, deflate", filtered(true, false, true), "/X"},
          // To fletcher32 a word of 0xffff is one of 0; with deflate there is zlib's checksum, too.
          {"newest format, fletcher32", filtered(false, true, true), "/X"},
          {"newest format, deflate, shuffle, fletcher32", filtered(true, true, true), "/X", true},
          {"svmlight", svmlight(), ""},
          {"svmlight.gz", gzip(svmlight()), "", true},
          {"Matrix Market, coordinates", coordinates(), ""},
          {"Matrix Market, array", array(), ""},
          {"mtx.gz in two members", gzip(coordinates().substr(0, 60)) + gzip(coordinates().substr(60)), "", true}};
}

}  // namespace spgrad::tests
