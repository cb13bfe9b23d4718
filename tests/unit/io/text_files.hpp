// text_files.hpp: text files to import, and what came of them, whole on every rank.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <complex>
#include <optional>
#include <string>
#include <vector>

#include "tests/unit/io/hdf5_files.hpp"

namespace spgrad::tests {

using Complex = std::complex<double>;

/// Collective. These return the name of the file.
inline std::string put_text(World& world, const std::string& file, const std::string& content) {
  once(world, [&] { put_bytes(file, content); });
  return file;
}
inline std::string put_gzip(World& world, const std::string& file, const std::string& content,
                            const char* mode = "wb") {
  once(world, [&] {
    const gzFile out = gzopen(file.c_str(), mode);
    gzwrite(out, content.data(), static_cast<unsigned>(content.size()));
    gzclose(out);
  });
  return file;
}

/// A matrix and its labels in global numbers.
struct ReadText {
  DType dtype = DType::float64;
  Shape shape;
  Layout rows;
  std::vector<Index> indptr, columns;
  std::vector<Complex> data;
  std::optional<DType> label_dtype;
  std::vector<double> labels;
};

/// Collective. The result is the same on every rank.
inline ReadText read_whole(World& world, const std::string& file, Balance balance = Balance::even) {
  const io::Imported in = io::read_text(world, file, balance);
  const Value matrix = spgrad::gather_all(world, in.matrix);
  const Sparsity& s = *matrix.sparsity();
  ReadText out{matrix.dtype(), matrix.shape(), in.matrix.rows(), {s.indptr.begin(), s.indptr.end()}, {}, {}, {}, {}};
  for (const LocalIndex j : s.indices) out.columns.push_back(s.global_minor(j));
  const Value data = cast(matrix, DType::complex128);
  out.data.assign(data.data<Complex>().begin(), data.data<Complex>().end());
  if (!in.labels) return out;
  EXPECT_EQ(in.labels->layout(), out.rows);
  const Value labels = cast(spgrad::gather_all(world, *in.labels), DType::float64);
  out.label_dtype = in.labels->dtype();
  out.labels.assign(labels.data<double>().begin(), labels.data<double>().end());
  return out;
}

/// Collective. Every rank must throw exactly this.
inline void refuses_text(World& world, const std::string& file, ErrorKind kind, const std::string& what) {
  try {
    io::read_text(world, file);
    ADD_FAILURE() << "no Error, but one was wanted: " << what;
  } catch (const Error& e) {
    EXPECT_EQ(e.what(), file + what);
    EXPECT_EQ(e.kind(), kind);
  }
}

}  // namespace spgrad::tests
