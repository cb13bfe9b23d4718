// Matrix Market: all forms against the dense matrix, all complaints with their place.
#include <random>

#include "tests/unit/io/text_files.hpp"

namespace spgrad::tests {
namespace {

std::vector<Complex> dense(const ReadText& a) {
  std::vector<Complex> out(static_cast<std::size_t>(a.shape[0] * a.shape[1]));
  for (Index i = 0; i < a.shape[0]; ++i)
    for (Index p = a.indptr[i]; p < a.indptr[i + 1]; ++p) out[i * a.shape[1] + a.columns[p]] += a.data[p];
  return out;
}

/// One stored entry of a Matrix Market file, from 1, as text and as number.
struct Line {
  Index i, j;
  std::string re, im;
};

struct Form {
  std::string field, symmetry;
  DType dtype;
};

TEST(MatrixMarket, CoordinateFormsExpandToTheDenseMatrix) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/file", gz = file + ".gz";
    const Form forms[] = {{"real", "general", DType::float64},
                          {"real", "symmetric", DType::float64},
                          {"real", "skew-symmetric", DType::float64},
                          {"integer", "general", DType::int64},
                          {"integer", "symmetric", DType::int64},
                          {"integer", "skew-symmetric", DType::int64},
                          {"complex", "general", DType::complex128},
                          {"complex", "symmetric", DType::complex128},
                          {"complex", "skew-symmetric", DType::complex128},
                          {"complex", "hermitian", DType::complex128},
                          {"pattern", "general", DType::float64},
                          {"pattern", "symmetric", DType::float64}};
    const Line lines[] = {{2, 1, "3", "1"}, {3, 1, "-4", "2"}, {3, 2, "5", "-3"},
                          {2, 1, "7", "4"},  // one position twice
                          {5, 5, "6", "0"}, {5, 2, "1", "9"},  {4, 1, "0", "0"}};
    for (const Form& form : forms) {
      SCOPED_TRACE(form.field + " " + form.symmetry);
      const bool skew = form.symmetry == "skew-symmetric";
      std::vector<Complex> expected(25);
      std::string body;
      Index count = 0;
      for (const Line& e : lines) {
        if (skew && e.i == e.j) continue;
        ++count;
        Complex x = form.field == "pattern" ? 1 : std::stod(e.re);
        body += text(e.i, " ", e.j);
        if (form.field != "pattern") body += " " + e.re;
        if (form.field == "complex") body += "\t" + e.im, x += Complex(0, std::stod(e.im));
        body += count % 3 ? "\n" : " \r\n\n";
        expected[(e.i - 1) * 5 + e.j - 1] += x;
        if (form.symmetry == "general" || e.i == e.j) continue;
        expected[(e.j - 1) * 5 + e.i - 1] += skew ? -x : form.symmetry == "hermitian" ? std::conj(x) : x;
      }
      const std::string content = text("%%MatrixMarket Matrix COORDINATE ", form.field, " ", form.symmetry,
                                       "\n% a comment\n%\n\n 5 5 ", count, "\n", body);
      for (const std::string& name : {put_text(world, file, content), put_gzip(world, gz, content)}) {
        const ReadText got = read_whole(world, name);
        EXPECT_EQ(got.dtype, form.dtype);
        EXPECT_EQ(got.shape, Shape({5, 5}));
        EXPECT_EQ(dense(got), expected);
        EXPECT_EQ(got.rows, Layout::even(5, world.size()));
        EXPECT_FALSE(got.label_dtype);
        const std::size_t positions = form.symmetry == "general" ? 6 : skew ? 10 : 11;  // the stored zero counts
        EXPECT_EQ(got.data.size(), positions);
      }
    }
  });
}

TEST(MatrixMarket, ArrayFormsExpandToTheDenseMatrixWithoutZeros) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/file";
    for (const std::string field : {"real", "integer", "complex"})
      for (const std::string symmetry : {"general", "symmetric", "skew-symmetric", "hermitian"}) {
        if (symmetry == "hermitian" && field != "complex") continue;
        SCOPED_TRACE(field + " " + symmetry);
        const Index n = 4, rows = symmetry == "general" ? 3 : n;
        std::vector<Complex> expected(static_cast<std::size_t>(rows * n));
        std::string content = text("%%MatrixMarket matrix array ", field, " ", symmetry, "\n%\n", rows, " ", n, "\n");
        Index k = 0;
        std::size_t nonzeros = 0;
        for (Index j = 0; j < n; ++j)
          for (Index i = symmetry == "general" ? 0 : symmetry == "skew-symmetric" ? j + 1 : j; i < rows; ++i, ++k) {
            const Index re = k % 3 ? k - 5 : 0, im = field == "complex" && i != j ? k % 4 : 0;
            content += field == "complex" ? text(re, " ", im, "\n") : text(re, "\n");
            const Complex x(static_cast<double>(re), static_cast<double>(im));
            expected[i * n + j] = x;
            if (symmetry != "general" && i != j)
              expected[j * n + i] = symmetry == "symmetric" ? x : symmetry == "hermitian" ? std::conj(x) : -x;
          }
        for (const Complex& x : expected) nonzeros += x != 0.0;
        put_text(world, file, content);
        const ReadText got = read_whole(world, file);
        EXPECT_EQ(dense(got), expected);
        EXPECT_EQ(got.data.size(), nonzeros);
      }
  });
}

TEST(MatrixMarket, SumsOfDuplicatesHaveTheSameBitsForEveryNumberOfRanks) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/file";
    std::mt19937 random(3);
    std::string body;
    for (int k = 0; k < 3000; ++k)
      body += text(random() % 7 + 1, " ", random() % 5 + 1, " ", random(), "e-", random() % 20, "\n");
    put_text(world, file, "%%MatrixMarket matrix coordinate real general\n7 5 3000\n" + body);
    const ReadText one = read_whole(*comm::solo_world(), file);
    EXPECT_EQ(one.data.size(), 35u);
    EXPECT_EQ(read_whole(world, file).data, one.data);
  });
}

TEST(MatrixMarket, EmptyMatricesAreLegal) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/file";
    put_text(world, file, "%%MatrixMarket matrix coordinate real general\n0 0 0\n");
    EXPECT_EQ(read_whole(world, file).shape, Shape({0, 0}));
    put_text(world, file, "%%MatrixMarket matrix coordinate real general\n4 2 0");
    EXPECT_EQ(read_whole(world, file).shape, Shape({4, 2}));
    put_text(world, file, "%%MatrixMarket matrix array real skew-symmetric\n1 1");
    EXPECT_EQ(read_whole(world, file).data.size(), 0u);
  });
}

TEST(MatrixMarket, WhatContradictsTheHeaderIsNamed) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/file";
    const std::string real = "%%MatrixMarket matrix coordinate real general\n";
    const std::pair<std::string, std::string> table[] = {
        {"%%MatrixMarket vector coordinate real general\n", ", line 1, column 16: 'vector' is none of matrix"},
        {"%%MatrixMarket matrix coordinate quaternion general\n",
         ", line 1, column 34: 'quaternion' is none of real, integer, complex, pattern"},
        {"%%MatrixMarket matrix array pattern general\n2 2\n",
         ", line 1: a pattern matrix is coordinate, and general or symmetric"},
        {"%%MatrixMarket matrix array real hermitian\n2 2\n", ", line 1: a hermitian matrix is complex"},
        {real, ", line 1: the text ends before the line with the sizes"},
        {real + "% c\n3 x 1\n", ", line 3, column 3: 'x' is not a number of columns"},
        {real + "3 -3 1\n", ", line 2, column 3: '-3' is not a number of columns"},
        {real + "3 3\n", ", line 2, column 4: a number of entries is missing"},
        {real + "3 3 1 1\n", ", line 2, column 7: '1' stands behind the last value of the line"},
        {real + "3 3 2\n1 1 1\n", ", line 2: 2 values are announced, but 1 follow"},
        {real + "3 3 1\n1 1 1\n2 2 2\n", ", line 2: 1 values are announced, but 2 follow"},
        {real + "3 3 2\n1 1 1\n\n4 1 2\n", ", line 5, column 1: a row number must lie in 1 .. 3, not 4"},
        {real + "3 3 2\n1 1 1\n1 0 2\n", ", line 4, column 3: a column number must lie in 1 .. 3, not 0"},
        {real + "3 3 1\n1 1\n", ", line 3, column 4: a number is missing"},
        {real + "3 3 1\n1 1 2 3\n", ", line 3, column 7: '3' stands behind the last value of the line"},
        {"%%MatrixMarket matrix coordinate integer general\n3 3 1\n1 1 2.5\n",
         ", line 3, column 5: '2.5' is not a 64-bit integer"},
        {"%%MatrixMarket matrix coordinate integer general\n3 3 1\n1 1 9223372036854775808\n",
         ", line 3, column 5: '9223372036854775808' is not a 64-bit integer"},
        {"%%MatrixMarket matrix coordinate real symmetric\n3 2 0\n",
         ", line 2: a symmetric matrix has as many rows as columns, not 3 x 2"},
        {"%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n2 2 1\n",
         ", line 3, column 5: the diagonal of a skew-symmetric matrix is zero"},
        {"%%MatrixMarket matrix array complex hermitian\n1 1\n2 2\n", ": the diagonal of a hermitian matrix is real"},
        {"%%MatrixMarket matrix array real general\n2 2\n1\n2\n3\n", ", line 2: 4 values are announced, but 3 follow"},
        {"%%MatrixMarket matrix array real general\n4294967296 4294967296\n",
         ", line 2: an array of 4294967296 x 4294967296 is too large"},
        {"%%MatrixMarket matrix array real symmetric\n9223372036854775806 9223372036854775806\n",
         ", line 2: an array of 9223372036854775806 x 9223372036854775806 is too large"},
    };
    for (const auto& [content, what] : table) {
      SCOPED_TRACE(content);
      refuses_text(world, put_text(world, file, content), ErrorKind::data, what);
    }
  });
}

}  // namespace
}  // namespace spgrad::tests
