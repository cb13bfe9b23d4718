// Comparisons of a sparse matrix, with a sparse or a dense one. What is not stored is zero and takes part.
#include <algorithm>
#include <memory>

#include "src/kernels/arithmetic.hpp"
#include "src/ops/cut.hpp"
#include "src/ops/elements/comparisons.hpp"
#include "src/ops/sparse/side_by_side.hpp"

namespace spgrad {
namespace {

template <class T>
T sum_of_entries(SideBySide::Entries entries, const T* data) {
  T x{};
  for (const auto& entry : entries) x = kernels::sum(x, data[entry.p]);
  return x;
}

// The minors of major i at which the relation F holds. Where it holds between zeros, what neither stores belongs to
// them.
template <class F, class T>
void append_minors(SideBySide& both, Index i, const T* a, const T* b, Index size, std::vector<Index>& minors) {
  Index next = 0;  // the first minor that has not been looked at
  const auto skip_to = [&](Index minor) {
    if (F{}(T{}, T{}))
      for (; next < minor; ++next) minors.push_back(next);
    next = minor + 1;
  };
  both.for_positions(i, [&](Index minor, SideBySide::Entries of_A, SideBySide::Entries of_B) {
    skip_to(minor);
    if (F{}(sum_of_entries(of_A, a), sum_of_entries(of_B, b))) minors.push_back(minor);
  });
  skip_to(size);
}

template <class F>
Inspection find_positions(InspectContext& c) {
  const Sparsity &A = *c.in(0).sparsity(), &B = *c.in(1).sparsity();
  SideBySide both(A, B);
  std::vector<Index> indptr{0}, minors;
  dispatch(c.in(0).dtype(), [&]<class T>() {
    if constexpr (std::is_invocable_v<F, T, T>)
      for (Index i = 0; i < A.local_majors(); ++i) {
        append_minors<F, T>(both, i, c.in(0).data<T>().data(), c.in(1).data<T>().data(), A.minor.size(), minors);
        indptr.push_back(static_cast<Index>(minors.size()));
      }
  });
  return {c.make(A.major, A.minor, std::move(indptr), minors), nullptr};
}

// Each major of A is laid out over its minors, compared with the row of D, and wiped out again.
template <class F, class T>
void compare_rows(const Sparsity& A, const T* data, const kernels::Rows<const T>& D,
                  const kernels::Rows<std::uint8_t>& out) {
  const Index minors = A.minor.size();
  const auto line = std::make_unique<T[]>(static_cast<std::size_t>(minors));  // zeros
  for (Index i = 0; i < A.local_majors(); ++i) {
    const Index begin = A.indptr[i], end = A.indptr[i + 1];
    for (Index p = begin; p < end; ++p) {
      T& x = line[static_cast<std::size_t>(A.global_minor(A.indices[p]))];
      x = kernels::sum(x, data[p]);
    }
    const T* const row = D.row(i);
    std::uint8_t* const to = out.row(i);
    for (Index j = 0; j < minors; ++j) to[j] = F{}(line[static_cast<std::size_t>(j)], row[j]);
    for (Index p = begin; p < end; ++p) line[static_cast<std::size_t>(A.global_minor(A.indices[p]))] = T{};
  }
}

template <class F>
void run_beside_dense(RunContext& c) {
  const int axis = arrived_axis(c);
  if (c.out_rows().kind == Rows::kAll) c.zero_out();
  c.dispatch([&]<class T>() {
    if constexpr (std::is_invocable_v<F, T, T>)
      compare_rows<F, T>(c.sparsity(0), c.data<T>(0).data(), c.rows<T>(1, axis), result_rows<std::uint8_t>(c, axis));
  });
}

template <class F>
constexpr Op between_sparse(std::string_view name, std::string_view formula) {
  return {.name = name,
          .inputs = "A B",
          .formula = formula,
          .doc =
              "uint8, in A's format; only ones are stored. Where the relation holds between zeros the result is nearly "
              "full.",
          .letters = "ij ij -> ij",
          .infer = [](const Node& n) -> Type {
            const Type both = infer_side_by_side(n);
            return {DType::uint8, both.format, both.shape};
          },
          .run = [](RunContext& c) { std::ranges::fill(c.out_data<std::uint8_t>(), std::uint8_t{1}); },
          .spread = spread_side_by_side,
          .inspect = find_positions<F>,
          .pattern = from_data(),
          .grad_kind = GradKind::none,
          .accepts = F::kAccepts};
}

template <class F>
constexpr Op beside_dense(std::string_view name, std::string_view formula) {
  return {.name = name,
          .inputs = "A D",
          .formula = formula,
          .doc = "uint8, dense; D has A's shape.",
          .letters = "ij ij -> ij",
          .infer = [](const Node& n) -> Type {
            require(n.in[0]->type.sparse() && !n.in[1]->type.sparse(), "A must be sparse and D dense");
            static_cast<void>(promoted_dtype(n));  // a dtype that is not accepted is refused here
            return {DType::uint8, Format::dense, shape_by_letters(n)};
          },
          .run = run_beside_dense<F>,
          .spread = [](const Node& n) -> Spreads {
            return along_either_axis(n, [&](Rows A, Rows out) -> Spread { return {{A, unless_one(n.type, A)}, out}; });
          },
          .grad_kind = GradKind::none,
          .accepts = F::kAccepts};
}

}  // namespace

constinit const Op ops::eq_s_s = between_sparse<Equal>("eq_s_s", "A == B");
constinit const Op ops::neq_s_s = between_sparse<NotEqual>("neq_s_s", "A != B");
constinit const Op ops::lt_s_s = between_sparse<Less>("lt_s_s", "A < B");
constinit const Op ops::le_s_s = between_sparse<LessOrEqual>("le_s_s", "A <= B");
constinit const Op ops::gt_s_s = between_sparse<Greater>("gt_s_s", "A > B");
constinit const Op ops::ge_s_s = between_sparse<GreaterOrEqual>("ge_s_s", "A >= B");

constinit const Op ops::eq_s_d = beside_dense<Equal>("eq_s_d", "A == D");
constinit const Op ops::neq_s_d = beside_dense<NotEqual>("neq_s_d", "A != D");
constinit const Op ops::lt_s_d = beside_dense<Less>("lt_s_d", "A < D");
constinit const Op ops::le_s_d = beside_dense<LessOrEqual>("le_s_d", "A <= D");
constinit const Op ops::gt_s_d = beside_dense<Greater>("gt_s_d", "A > D");
constinit const Op ops::ge_s_d = beside_dense<GreaterOrEqual>("ge_s_d", "A >= D");

}  // namespace spgrad
