// docs/OPERATIONS.md is what the forms and the table of ops say.
#include "tests/ops/support_table.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace spgrad::tests {
namespace {

TEST(SupportTableFull, IsThePageOfOperations) {
  std::ostringstream page;
  page << std::ifstream(SPGRAD_SOURCE_DIR "/docs/OPERATIONS.md").rdbuf();
  EXPECT_TRUE(page.str() == support_table())
      << "docs/OPERATIONS.md is not up to date: build/release/bin/support_table > docs/OPERATIONS.md";
}

}  // namespace
}  // namespace spgrad::tests
