// isa.hpp: which instruction set the float32 and float64 kernels use.
#pragma once

#include <span>
#include <string_view>
#include <type_traits>

#include "src/kernels/isa/table.hpp"

namespace spgrad::kernels {

/// The tables that this processor can run, the most capable last.
std::span<const HotTable* const> runnable_tables();

/// The most capable table, or the one that the environment variable SPGRAD_ISA (baseline, avx2, avx512) names. Chosen
/// at the first call. Throws Error if SPGRAD_ISA names another or one that this processor has not.
const HotTable& hot_table();

/// "baseline", "avx2" or "avx512": the name of hot_table().
std::string_view isa();

/// The types that hot tables exist for.
template <class T>
inline constexpr bool is_hot_v = std::is_same_v<T, float> || std::is_same_v<T, double>;
template <class T>
const HotKernels<T>& hot() {
  if constexpr (std::is_same_v<T, float>)
    return hot_table().float32;
  else
    return hot_table().float64;
}

}  // namespace spgrad::kernels
