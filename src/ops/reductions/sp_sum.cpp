// sp_sum: the sum of a sparse matrix's entries, in all or along one axis.
#include "src/kernels/arithmetic.hpp"
#include "src/ops/cut.hpp"

namespace spgrad {
namespace {

// In eight interleaved sums, so that the loop vectorises; the order does not depend on the machine.
template <class T>
T total(std::span<const T> x) {
  constexpr std::size_t kLanes = 8;
  T lane[kLanes] = {};
  std::size_t p = 0;
  for (; p + kLanes <= x.size(); p += kLanes)
    for (std::size_t l = 0; l < kLanes; ++l) lane[l] = kernels::sum(lane[l], x[p + l]);
  for (; p < x.size(); ++p) lane[0] = kernels::sum(lane[0], x[p]);
  for (std::size_t l = 1; l < kLanes; ++l) lane[0] = kernels::sum(lane[0], lane[l]);
  return lane[0];
}

enum class Over : std::uint8_t { all, majors, minors };
Over summed_over(const Node& n) {
  if (!n.has("axis")) return Over::all;
  return n.attr<Index>("axis") == major_axis(n.in[0]->type) ? Over::majors : Over::minors;
}

// out[i] = the sum of major i's entries
template <class T>
void sum_majors(const Sparsity& s, std::span<const T> data, T* out) {
  for (Index i = 0; i < s.local_majors(); ++i) {
    T x{};
    for (Index p = s.indptr[i]; p < s.indptr[i + 1]; ++p) x = kernels::sum(x, data[p]);
    out[i] = x;
  }
}

// out[minor of p] += data[p]
template <class T>
void scatter_entries(const Sparsity& s, std::span<const T> data, const kernels::Rows<T>& out) {
  for (std::size_t p = 0; p < data.size(); ++p) {
    T& x = *out.row(s.indices[p]);
    x = kernels::sum(x, data[p]);
  }
}

void run(RunContext& c) {
  const Over over = summed_over(c.node());
  if (over != Over::all) c.zero_out();
  c.dispatch([&]<class T>() {
    const std::span<const T> data = c.data<T>(0);
    if (over == Over::all)
      c.out_data<T>()[0] = total(data);
    else if (over == Over::minors)
      sum_majors<T>(c.sparsity(0), data, c.out_data<T>().data());
    else
      scatter_entries<T>(c.sparsity(0), data, result_rows<T>(c, 0));
  });
}

Spreads spread(const Node& n) {
  const Over over = summed_over(n);
  const Rows out = over == Over::all ? all() : unless_one(n.type, over == Over::minors ? own() : ghost(0));
  return {{{own_major(n.in[0])}, out}};
}

// g with the axis it was summed over. Regular: constant along it, and left so small.
Var vjp(const Var& out, const Var& g, int) {
  const Var& A = out->in[0];
  const Var u = !out->has("axis") ? g : out->attr<Index>("axis") == 0 ? row(g) : col(g);
  return out->attr<bool>("sparse_grad") ? at(A, u) : u;
}

}  // namespace

constinit const Op ops::sp_sum{
    .name = "sp_sum",
    .inputs = "A",
    .attributes = "axis sparse_grad",
    .formula = "sum of A's entries",
    .doc =
        "Over all, down the columns (axis 0) or along the rows (axis 1). The attribute `sparse_grad` says whether the "
        "gradient is that at A's stored positions, or all of it.",
    .letters = "[axis] ij -> | [axis=0] ij -> j | [axis=1] ij -> i",
    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.sparse(), "A must be csr or csc");
      return dense_type(n);
    },
    .run = run,
    .spread = spread,
    .vjp = vjp,
    .grad_kind = GradKind::regular,
    .linear = Linear::each,
    .aliases = {.scipy = "A.sum",
                .torch = "torch.sparse.sum",
                .jax = "jax.experimental.sparse.bcoo_reduce_sum",
                .petsc = "MatGetRowSum"},
};

Var sp_sum(const Var& A, std::optional<int> axis, bool sparse_grad) {
  Attrs attrs = axis_attrs(A, axis);
  attrs.emplace("sparse_grad", sparse_grad);
  return apply(ops::sp_sum, {A}, std::move(attrs));
}

}  // namespace spgrad
