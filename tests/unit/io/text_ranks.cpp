// What is no text to import is said to be none.
#include <random>

#include "tests/unit/io/text_files.hpp"

namespace spgrad::tests {
namespace {

TEST(TextImport, WhatIsNoTextFileIsSaidSo) {
  in_folder([](World& world, const std::string& folder) {
    const std::string file = folder + "/file", gz = file + ".gz";
    refuses_text(world, folder + "/none", ErrorKind::io, " cannot be opened: No such file or directory");
    refuses_text(world, folder, ErrorKind::io, " is not a regular file");
    refuses_text(world, put_text(world, file, ""), ErrorKind::data, " is empty");
    refuses_text(world, put_gzip(world, gz, ""), ErrorKind::data, " is empty");
    refuses_text(world, put_text(world, file, "# nothing\n\n"), ErrorKind::data, " has no rows");
    refuses_text(world, put_text(world, file, "\x89HDF\r\n\x1a\n" + std::string(100, '\0')), ErrorKind::data,
                 " is an HDF5 file, but svmlight or Matrix Market text is read here");
    refuses_text(world, put_text(world, file, std::string("1 1:2\n\0\1", 8)), ErrorKind::data,
                 " is neither svmlight nor Matrix Market: byte 7 is not text");
    refuses_text(world, put_text(world, file, "once upon a time\n"), ErrorKind::data,
                 ", line 1, column 1: 'once' is not a number");
  });
}

TEST(TextImport, ABrokenGzipStreamIsSaidSo) {
  in_folder([](World& world, const std::string& folder) {
    const std::string gz = folder + "/file.gz";
    std::string content;
    std::mt19937 random(7);
    for (int i = 0; i < 20000; ++i) content += text(i, " 1:", random(), "\n");
    put_gzip(world, gz, content);
    const std::string whole = bytes_of(gz);
    put_text(world, gz, whole.substr(0, whole.size() / 2));
    refuses_text(world, gz, ErrorKind::data, " is a gzip file that is cut short");
    put_text(world, gz, whole.substr(0, whole.size() - 1));
    refuses_text(world, gz, ErrorKind::data, " is a gzip file that is cut short");
    std::string other_checksum = whole;
    other_checksum[whole.size() - 8] ^= 1;
    put_text(world, gz, other_checksum);
    refuses_text(world, gz, ErrorKind::data,
                 text(" is a broken gzip file: incorrect data check at byte ", whole.size() - 4));
  });
}

TEST(TextImport, DimensionsThatTheRanksCannotNumberAreRefused) {
  in_folder([](World& world, const std::string& folder) {
    const Index most = 2147483647 * Index{world.size()};
    const std::string which = text(" is too large for ", world.size(), world.size() == 1 ? " rank" : " ranks",
                                   ", which can have ", most, " rows and columns");
    const std::string svmlight = put_text(world, folder + "/svmlight", text("1 ", most, ":2\n1 ", most + 1, ":2\n"));
    const std::string market =
        put_text(world, folder + "/market", "%%MatrixMarket matrix coordinate real general\n6000000000000 3 0\n");
    refuses_text(world, svmlight, ErrorKind::data, text(": a matrix of 2 x ", most + 1, which));
    refuses_text(world, market, ErrorKind::data, text(": a matrix of 6000000000000 x 3", which));
  });
}

TEST(TextImport, ColumnNumbersMayNeed64Bits) {
  in_folder([](World& world, const std::string& folder) {
    const Index columns = 2000000000 * Index{world.size()};
    const std::string file = put_text(world, folder + "/file", text("1 1:1 ", columns, ":2\n"));
    const Value matrix = io::read_text(world, file).matrix;
    EXPECT_EQ(matrix.shape(), Shape({1, columns}));
    const Sparsity& s = *matrix.sparsity();
    if (world.rank() == 0) {
      EXPECT_EQ(s.global_minor(s.indices[1]), columns - 1);
    }
  });
}

}  // namespace
}  // namespace spgrad::tests
