// svmlight: every result and every complaint is the same however the ranks cut the file.
#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/unit/io/text_files.hpp"

namespace spgrad::tests {
namespace {

/// Rows of 0 to 4 entries with unsorted columns and a repeated one, and the svmlight lines for them.
struct Sample {
  std::vector<Index> indptr{0}, columns;
  std::vector<Complex> data;
  std::vector<double> labels;
  std::vector<std::string> lines;
};
Sample sample(Index rows) {
  Sample out;
  for (Index i = 0; i < rows; ++i) {
    std::string line = text(i % 3 ? "" : "+", i % 7);
    out.labels.push_back(static_cast<double>(i % 7));
    for (Index k = 0; k < i % 5; ++k) {
      const Index j = (i * 13 + (k % 3) * 29) % 41;
      line += text(k % 2 ? "  " : " ", j + 1, ":", i, ".", k, "25e-1");
      out.columns.push_back(j);
      out.data.push_back((static_cast<double>(i) + static_cast<double>(k) / 10 + 0.025) * 0.1);
    }
    out.indptr.push_back(static_cast<Index>(out.columns.size()));
    out.lines.push_back(line);
  }
  return out;
}

void expect_sample(const Sample& expected, const ReadText& got) {
  EXPECT_EQ(got.dtype, DType::float64);
  EXPECT_EQ(got.indptr, expected.indptr);
  EXPECT_EQ(got.columns, expected.columns);
  EXPECT_EQ(got.labels, expected.labels);
  EXPECT_EQ(got.label_dtype, DType::int64);
  const auto nearly = [](Complex a, Complex b) { return std::abs(a - b) < 1e-14; };
  EXPECT_TRUE(std::ranges::equal(got.data, expected.data, nearly));
}

TEST(Svmlight, EveryRowIsReadOnceWhereverTheByteRangesEnd) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/file";
    const Sample rows = sample(23);
    for (const std::string line_end : {"\n", "\r\n"})
      for (std::size_t shift = 0; shift < 30; ++shift) {  // moves every boundary through lines and line ends
        std::string content = "#" + std::string(shift, 'x') + line_end;
        for (std::size_t i = 0; i < rows.lines.size(); ++i) {
          content += rows.lines[i] + (i % 4 ? "" : " # a comment 7:8") + (i % 6 ? "" : line_end + " ") + line_end;
          if (i % 9 == 0) content += line_end + line_end;
        }
        if (shift % 2) content.resize(content.find_last_not_of("\r\n") + 1);  // no line end at the end
        put_text(world, file, content);
        SCOPED_TRACE(shift);
        expect_sample(rows, read_whole(world, file));
      }
  });
}

TEST(Svmlight, MoreRanksThanBytesIsNoProblem) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/file";
    put_text(world, file, "1 1:2");
    const ReadText got = read_whole(world, file);
    EXPECT_EQ(got.shape, Shape({1, 1}));
    EXPECT_EQ(got.data, std::vector<Complex>{2.0});
    EXPECT_EQ(got.rows, Layout::even(1, world.size()));
  });
}

TEST(Svmlight, GzipReadsLikePlainTextAlsoInSeveralMembers) {
  in_folder([](World& world, const std::string& folder) {
    const std::string gz = folder + "/file.gz";
    const Sample rows = sample(40);
    std::string first, second;
    for (std::size_t i = 0; i < rows.lines.size(); ++i) (i < 17 ? first : second) += rows.lines[i] + "\n";
    put_gzip(world, gz, first.substr(0, first.size() - 3));  // the line goes on in the next member
    put_gzip(world, gz, first.substr(first.size() - 3) + second, "ab");
    expect_sample(rows, read_whole(world, gz));
  });
}

TEST(Svmlight, LinesLongerThanABlockAndThanARangeAreReadWhole) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/file", gz = file + ".gz";
    std::string content = "1 1:1\n2";
    constexpr Index kEntries = 300000;
    for (Index k = 1; k <= kEntries; ++k) content += text(" ", k, ":", k % 10);
    content += "\n3 2:5\n";
    put_text(world, file, content);
    put_gzip(world, gz, content);
    for (const std::string& name : {file, gz}) {
      const ReadText got = read_whole(world, name);
      EXPECT_EQ(got.indptr, (std::vector<Index>{0, 1, kEntries + 1, kEntries + 2}));
      EXPECT_EQ(got.labels, (std::vector<double>{1, 2, 3}));
      EXPECT_EQ(got.columns[static_cast<std::size_t>(kEntries)], kEntries - 1);
      EXPECT_EQ(got.data.back(), 5.0);
    }
  });
}

TEST(Svmlight, RowsEndUpInTheLayoutThatIsAskedFor) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/file";
    std::string content;
    std::vector<Index> lengths;
    for (Index i = 0; i < 30; ++i) {
      lengths.push_back(i < 4 ? 20 : i % 3);
      content += "0";
      for (Index k = 0; k < lengths.back(); ++k) content += text(" ", k + 1, ":1");
      content += "\n";
    }
    put_text(world, file, content);
    EXPECT_EQ(read_whole(world, file).rows, Layout::even(30, world.size()));
    const ReadText balanced = read_whole(world, file, Balance::nnz);
    EXPECT_EQ(balanced.rows, Layout::balanced(lengths, world.size()));
  });
}

TEST(Svmlight, IndicesCountFromZeroIfAnyRankSeesAZero) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/file";
    std::string content;
    for (int i = 0; i < 20; ++i) content += "1 3:4\n";
    put_text(world, file, content + "1 2:1 7:1\n");
    put_text(world, folder + "/zero", content + "1 0:1 7:1\n");
    const ReadText one = read_whole(world, file), zero = read_whole(world, folder + "/zero");
    EXPECT_EQ(one.shape, Shape({21, 7}));
    EXPECT_EQ(one.columns[0], 2);
    EXPECT_EQ(zero.shape, Shape({21, 8}));
    EXPECT_EQ(zero.columns[0], 3);
  });
}

TEST(Svmlight, LabelsAreIntegersIfAllRanksSeeWholeNumbers) {
  in_folder([](World& world, const std::string& folder) {
    put_text(world, folder + "/whole", "-1 1:1\n+1\n9007199254740993 1:1\n2.0 2:1\n3e0\n");
    put_text(world, folder + "/broken", "1 1:1\n2\n3\n4\n5 1:1\n6\n0.5 2:1\n7\n8\n");
    EXPECT_EQ(read_whole(world, folder + "/whole").label_dtype, DType::int64);
    const ReadText broken = read_whole(world, folder + "/broken");
    EXPECT_EQ(broken.label_dtype, DType::float64);
    EXPECT_EQ(broken.labels, (std::vector<double>{1, 2, 3, 4, 5, 6, 0.5, 7, 8}));
    EXPECT_EQ(io::read_text(*comm::solo_world(), folder + "/whole").labels->data<Index>()[2], 9007199254740993);
  });
}

TEST(Svmlight, QueryNumbersAreIgnoredAndRowsMayBeEmpty) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/file";
    put_text(world, file, "2 qid:17 1:5\n3 qid:18\n4\n");
    const ReadText got = read_whole(world, file);
    EXPECT_EQ(got.shape, Shape({3, 1}));
    EXPECT_EQ(got.labels, (std::vector<double>{2, 3, 4}));
    put_text(world, file, "1\n2\n");
    EXPECT_EQ(read_whole(world, file).shape, Shape({2, 0}));
  });
}

TEST(Svmlight, NumbersMayBeInfiniteOrBeyondTheRangeOfDouble) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/file";
    put_text(world, file, "1 1:nan 2:inf 3:-inf 4:1e400 5:-1e400 6:1e-400 7:5e-324 8:+.5 9:1.7976931348623157e308\n");
    const auto x = read_whole(world, file).data;
    constexpr double kInf = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(std::isnan(x[0].real()));
    EXPECT_EQ(std::vector<Complex>(x.begin() + 1, x.end()),
              (std::vector<Complex>{kInf, -kInf, kInf, -kInf, 0.0, 5e-324, 0.5, 1.7976931348623157e308}));
  });
}

TEST(Svmlight, ABrokenLineIsNamedTheSameForEveryNumberOfRanks) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/file", gz = file + ".gz";
    const std::pair<std::string, std::string> table[] = {
        {"1 1:2 2:abc 3:4", ", line 31, column 9: 'abc' is not a number"},
        {"1 1:2 2:1x", ", line 31, column 9: '1x' is not a number"},
        {"1 1:2 2: 3:4", ", line 31, column 9: a number is missing"},
        {"1 1:2 2:", ", line 31, column 9: a number is missing"},
        {"1 1:+-2", ", line 31, column 5: '+-2' is not a number"},
        {"1 x:2", ", line 31, column 3: 'x:2' is not index:value"},
        {"1 1:2\t3", ", line 31, column 7: '3' is not index:value"},
        {"1 1:2,3:4", ", line 31, column 5: '2,3:4' is not a number"},
        {"1 -3:2", ", line 31, column 3: index -3 is out of range"},
        {"1 9223372036854775807:2", ", line 31, column 3: index 9223372036854775807 is out of range"},
        {"1 9223372036854775808:2", ", line 31, column 3: '9223372036854775808:2' is not index:value"},
        {"1:2 2:3", ", line 31, column 1: '1:2' is not a number"},
        {" cat 1:2", ", line 31, column 2: 'cat' is not a number"},
        {"1,2 1:2", ", line 31, column 1: several labels in a row ('1,2') are not supported"},
        {"1 1:\f" + std::string(60, 'y'), ", line 31, column 5: '?" + std::string(39, 'y') + "...' is not a number"},
    };
    for (const auto& [line, what] : table) {
      std::string content = "# head\n\n";
      for (int i = 3; i < 60; ++i) content += i == 31 ? line + "\n" : i == 50 ? "worse\n" : "1 1:2\r\n";
      SCOPED_TRACE(line);
      refuses_text(world, put_text(world, file, content), ErrorKind::data, what);
      refuses_text(world, put_gzip(world, gz, content), ErrorKind::data, what);
    }
  });
}

}  // namespace
}  // namespace spgrad::tests
