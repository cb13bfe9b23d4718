// Compiled once per instruction set, into the namespace SPGRAD_ISA_NAME; table() is the only symbol that others see.
#include "src/kernels/isa/products.hpp"
#include "src/kernels/isa/rows.hpp"
#include "src/kernels/isa/table.hpp"

#define SPGRAD_TEXT(x) SPGRAD_TEXT_(x)
#define SPGRAD_TEXT_(x) #x

namespace spgrad::kernels::SPGRAD_ISA_NAME {
namespace {

#define SPGRAD_MAP(name) map<T, map_##name>,
template <class T>
constexpr HotKernels<T> kernels() {
  return {.spmm = spmm<T>,
          .spmm_scatter = spmm_scatter<T>,
          .sddmm = sddmm<T>,
          .map = {SPGRAD_LIBRARY_FUNCTIONS(SPGRAD_MAP) map<T, Sigmoid>, map<T, Softplus>},
          .inner = inner<T>,
          .logsumexp_rows = logsumexp_rows<T>,
          .softmax_rows = softmax_rows<T>};
}

constexpr HotTable kTable{
    .name = SPGRAD_TEXT(SPGRAD_ISA_NAME), .float32 = kernels<float>(), .float64 = kernels<double>()};

}  // namespace

const HotTable& table() { return kTable; }

}  // namespace spgrad::kernels::SPGRAD_ISA_NAME
