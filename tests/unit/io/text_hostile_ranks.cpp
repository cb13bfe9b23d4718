// Text that lies, swells or is half there: an Error that says where, or the right result.
#include <chrono>
#include <limits>

#include "tests/unit/io/text_files.hpp"

namespace spgrad::tests {
namespace {

using namespace std::string_literals;
using Table = std::vector<std::pair<std::string, std::string>>;  // content, complaint behind the file's name

void refuses_all(World& world, const std::string& folder, const Table& table) {
  for (const auto& [content, what] : table) {
    SCOPED_TRACE(content.substr(0, 200));
    refuses_text(world, put_text(world, folder + "/file", content), ErrorKind::data, what);
  }
}

TEST(TextImport, HostileSvmlightIsSaidToBe) {
  in_folder([](World& world, const std::string& folder) {
    const std::string far(5000, ' ');  // beyond what is looked at first
    refuses_all(
        world, folder,
        {{"1 1:0x10\n", ", line 1, column 5: '0x10' is not a number"},
         {"1 1:1e\n", ", line 1, column 5: '1e' is not a number"},
         {"1 1:1,5\n", ", line 1, column 5: '1,5' is not a number"},
         {"1 1:++1\n", ", line 1, column 5: '++1' is not a number"},
         {"1 1:+\n", ", line 1, column 5: '+' is not a number"},
         {"1 1:\xd9\xa3\n", ", line 1, column 5: '\xd9\xa3' is not a number"},  // an Arabic 3
         {"\xef\xbb\xbf"
          "1 1:1\n",
          ", line 1, column 1: '\xef\xbb\xbf"
          "1' is not a number"},
         {"1 1:2\n1 1:2" + far + "\0 3:4\n"s, ", line 2, column 5006: '?' is not index:value"},
         {"1 1:2\r2 1:3\r", ", line 1, column 5: '2?2' is not a number"},
         {"1 1 :2\n", ", line 1, column 3: '1' is not index:value"},
         {"1 1:2 :3\n", ", line 1, column 7: ':3' is not index:value"},
         {"1 -0:2\n1 -1:2\n", ", line 2, column 3: index -1 is out of range"},
         {"1 4611686018427387904:1\n", text(": a matrix of 1 x 4611686018427387904 is too large for ", world.size(),
                                            world.size() == 1 ? " rank" : " ranks", ", which can have ",
                                            2147483647 * Index{world.size()}, " rows and columns")}});
  });
}

TEST(TextImport, UnusualSvmlightIsReadRight) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/file";
    const ReadText got =
        read_whole(world, put_text(world, file, "1 7:1 2:2 2:3\r\n\n \t\n#x\r\n-2e0 2147483647:+4 # 1:x\n3"));
    EXPECT_EQ(got.shape, Shape({3, 2147483647}));
    EXPECT_EQ(got.columns, (std::vector<Index>{6, 1, 1, 2147483646}));
    EXPECT_EQ(got.labels, (std::vector<double>{1, -2, 3}));
  });
}

TEST(TextImport, HostileMatrixMarketIsSaidToBe) {
  in_folder([](World& world, const std::string& folder) {
    const std::string real = "%%MatrixMarket matrix coordinate real general\n",
                      array = "%%MatrixMarket matrix array real general\n";
    refuses_all(
        world, folder,
        {{"%%MatrixMarket\n", ", line 1, column 15: '' is none of matrix"},
         {"%%MatrixMarket matrix coordinate\n", ", line 1, column 33: '' is none of real, integer, complex, pattern"},
         {real + "4611686018427387904 4611686018427387904 4611686018427387904\n",
          text(": a matrix of 4611686018427387904 x 4611686018427387904 is too large for ", world.size(),
               world.size() == 1 ? " rank" : " ranks", ", which can have ", 2147483647 * Index{world.size()},
               " rows and columns")},
         {real + "9223372036854775808 1 1\n", ", line 2, column 1: '9223372036854775808' is not a number of rows"},
         {real + "2147483647 3 0\n",
          ": 2147483647 rows would take more than the 268435456 bytes that a file of 61 bytes may take unless more is "
          "allowed (--expansion)"},
         {real + "2 2 4611686018427387904\n1 1 1\n",
          ", line 2: 4611686018427387904 values are announced, but 1 follow"},
         {real + "2 2 1\n1 1 0x1\n", ", line 3, column 5: '0x1' is not a number"},
         {real + "2 2 1\n1 1\n", ", line 3, column 4: a number is missing"},
         {real + "2 2 1\n1.0 1 1\n", ", line 3, column 1: '1.0' is not a row number"},
         {real + "2 2 1\n1 \xd9\xa3 1\n", ", line 3, column 3: '\xd9\xa3' is not a column number"},
         {real + "% only\n% comments\n", ", line 3: the text ends before the line with the sizes"},
         {array + "2 2\n1 2\n3 4\n", ", line 3, column 3: '2' stands behind the last value of the line"},
         {array + "2 2\n1\n2\n3\n4\n5\n", ", line 2: 4 values are announced, but 5 follow"},
         {array + "2 2 4\n1\n2\n3\n4\n", ", line 2, column 5: '4' stands behind the last value of the line"},
         {"%%MatrixMarket matrix coordinate pattern general\n2 2 1\n1 1 1\n",
          ", line 3, column 5: '1' stands behind the last value of the line"},
         {"%%MatrixMarket matrix coordinate complex general\n2 2 1\n1 1 1\n",
          ", line 3, column 6: a number is missing"}});
    const ReadText got = read_whole(
        world, put_text(world, folder + "/file", real + "%\n\n%%\n2 2 2\n% here\n2 2 1e999\r\n%\n\n1 1 -inf\n%"));
    constexpr double kInf = std::numeric_limits<double>::infinity();
    EXPECT_EQ(got.data, (std::vector<Complex>{-kInf, kInf}));
  });
}

TEST(TextImport, TheFirstNaNIsNamedWhereItIsToBeRefused) {
  in_folder([](World& world, const std::string& folder) {
    const auto refused = [&](const std::string& content, const std::string& what) {
      const std::string file = put_text(world, folder + "/file", content);
      io::read_text(world, file);
      expect_error(ErrorKind::data, {file + what}, [&] { io::read_text(world, file, Balance::even, {.nan = false}); });
    };
    std::string lines;
    for (int i = 0; i < 40; ++i) lines += "1 1:2\n";
    refused(lines + "1 1:2 3:nan\n" + lines + "nan 1:2\n", ", line 41, column 9: 'nan' is refused");
    refused(lines + "-NaN 3:1\n" + lines, ", line 41, column 1: '-NaN' is refused");
    refused("%%MatrixMarket matrix coordinate complex general\n2 2 1\n1 1 1 nan\n",
            ", line 3, column 7: 'nan' is refused");
    refused("%%MatrixMarket matrix array real general\n2 1\n1\nNAN\n", ", line 4, column 1: 'NAN' is refused");
  });
}

std::string gzip_of(World& world, const std::string& file, const std::string& content) {
  return bytes_of(put_gzip(world, file, content));
}

TEST(TextImport, GzipIsMembersAndNothingElse) {
  in_folder([](World& world, const std::string& folder) {
    const std::string gz = folder + "/file.gz";
    const std::string one = gzip_of(world, gz, "1 1:2\n2 3:4\n"), two = gzip_of(world, gz, "3 3:5\n"),
                      none = gzip_of(world, gz, "");
    EXPECT_EQ(read_whole(world, put_text(world, gz, none + one + none + two + none)).labels,
              (std::vector<double>{1, 2, 3}));
    const std::string broken = " is a broken gzip file: incorrect header check at byte ";
    const auto at = [&](std::size_t more) { return text(broken, one.size() + more); };
    refuses_text(world, put_text(world, gz, one + "garbage"), ErrorKind::data, at(2));
    refuses_text(world, put_text(world, gz, one + "1 1:2\n"), ErrorKind::data, at(2));
    std::string other = two;
    other[0] ^= 1;  // a damaged second member is not mistaken for the end
    refuses_text(world, put_text(world, gz, one + other), ErrorKind::data, at(2));
    for (std::size_t length = 2; length < one.size(); ++length) {
      refuses_text(world, put_text(world, gz, one.substr(0, length)), ErrorKind::data,
                   " is a gzip file that is cut short");
      refuses_text(world, put_text(world, gz, two + one.substr(0, length)), ErrorKind::data,
                   " is a gzip file that is cut short");
    }
  });
}

TEST(TextImport, WhatSwellsIsRefusedBeforeItTakesTheMemory) {
  in_folder([](World& world, const std::string& folder) {
    if (world.size() > 3) return;
    const std::string gz = folder + "/file.gz";
    std::string rows(4 << 20, '\n');
    for (std::size_t k = 0; k < rows.size(); k += 2) rows[k] = '0';
    const std::string one = gzip_of(world, gz, rows);
    std::string many, fewer;
    for (int k = 0; k < 100; ++k) (k < 3 ? fewer : many) += one;
    const auto refused = [&](const std::string& bytes, const std::string& what) {
      put_text(world, gz, bytes);
      const auto start = std::chrono::steady_clock::now();
      refuses_text(world, gz, ErrorKind::data,
                   text(": ", what, " would take more than the 268435456 bytes that a file of ", bytes.size(),
                        " bytes may take unless more is allowed (--expansion)"));
      EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
    };
    refused(many, "the decompressed text");
    if (world.size() > 1) return;
    refused(fewer, "the rows");
    EXPECT_EQ(io::read_text(world, gz, Balance::even, {.expansion = 100000}).matrix.shape()[0], 6 << 20);
  });
}

}  // namespace
}  // namespace spgrad::tests
