#include "src/kernels/isa.hpp"

#include <cstdlib>
#include <vector>

#include "spgrad/error.hpp"

namespace spgrad::kernels {
namespace {

std::vector<const HotTable*> find_runnable() {
  std::vector<const HotTable*> tables{&baseline::table()};
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return tables;
  tables.push_back(&avx2::table());
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    tables.push_back(&avx512::table());
  return tables;
}

const HotTable& choose() {
  const char* wanted = std::getenv("SPGRAD_ISA");
  if (wanted == nullptr || *wanted == '\0') return *runnable_tables().back();
  std::string names;
  for (const HotTable* table : runnable_tables()) {
    if (std::string_view(table->name) == wanted) return *table;
    names += (names.empty() ? "" : ", ") + std::string(table->name);
  }
  fail(ErrorKind::usage, "SPGRAD_ISA is '", wanted, "', but this processor runs: ", names);
}

}  // namespace

std::span<const HotTable* const> runnable_tables() {
  static const std::vector<const HotTable*> tables = find_runnable();
  return tables;
}

const HotTable& hot_table() {
  static const HotTable& table = choose();
  return table;
}

std::string_view isa() { return hot_table().name; }

}  // namespace spgrad::kernels
