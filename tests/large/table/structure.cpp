// Operations on patterns and on two matrices entry by entry; conversions; sums; random values at stored positions.
#include <cmath>

#include "tests/large/case.hpp"

namespace spgrad::large {
namespace {

// A vector along an axis of A is A's own along the major one; along the other a rank lacks those of its ghosts.
Index along(const Make& m, const Given& A, int axis) {
  const bool major = (axis == 0) == m.csr();
  return major ? 0 : A.ghosts * 8;
}
// A matrix of 12 columns that is cut by columns meets a dense one that is cut by rows: its entries come and go.
Index met(const Make& m, const Given& A) { return m.csr() ? 0 : A.strays * 8; }

template <class Op, class F>
Expected two(Make& m, Op op, F f, bool both_stored) {
  const Given A = m.sparse(), B = m.sparse(Pattern::few);
  return {op(A, B),
          united(A.is, B.is, [=](double a, double b) { return both_stored && (a == 0 || b == 0) ? 0 : f(a, b); })};
}

template <class Op, class F>
Expected two_formats(Make& m, Op op, F f) {
  const Given A = m.sparse(), B = m.other_format(Pattern::few);
  return {op(A, B), united(A.is, B.is, f), B.strays * 8, 3 * B.strays * 8};
}

template <class Op, class F>
Expected with_vector(Make& m, Op op, F f, int axis) {
  const Given A = m.sparse(), v = m.vector(m.n());
  return {op(A, v),
          on(A.is,
             [=, a = A.is.at, v = v.is.at](Index i, Index j) {
               const double x = a(i, j);
               return x == 0 ? 0 : f(x, v(axis == 0 ? i : j, 0));
             }),
          along(m, A, axis), 2 * along(m, A, axis)};
}

template <class Op, class F>
Expected with_dense(Make& m, Op op, F f, bool sparse_result, bool differentiable = true) {
  const Given A = m.sparse(Pattern::thin), D = m.dense(m.n(), kThin);
  const auto at = [=, a = A.is.at, d = D.is.at](Index i, Index j) { return static_cast<double>(f(a(i, j), d(i, j))); };
  return {op(A, D), sparse_result ? on(A.is, at) : dense_of(A.is.shape, at), met(m, A), 2 * met(m, A), differentiable};
}

// A comparison of two sparse matrices stores where it holds, which may be nearly everywhere: few columns.
template <class Op, class F>
Expected compared(Make& m, Op op, F f) {
  const Given A = m.sparse(Pattern::thin), B = m.sparse(Pattern::thin);
  return {op(A, B),
          {A.is.shape, [=, a = A.is.at, b = B.is.at](Index i, Index j) { return f(a(i, j), b(i, j)) ? 1 : 0; },
           [=](Index) { return up_to(kThin); }, [=, n = m.n()](Index) { return up_to(n); }},
          0,
          0,
          false};
}

double line_sum(const Lazy& A, Index k, bool is_row) {
  double sum = 0;
  for (const Index l : is_row ? A.row(k) : A.column(k)) sum += is_row ? A.at(k, l) : A.at(l, k);
  return sum;
}

Expected summed(Make& m, int axis) {
  const Given A = m.sparse();
  const Index bytes = along(m, A, 1 - axis);
  return {sp_sum(A, axis, true),
          dense_of({m.n()}, [=, is = A.is](Index k, Index) { return line_sum(is, k, axis == 1); }), bytes, 2 * bytes};
}

Expected summed(Make& m) {
  const Given A = m.sparse();
  const double total = m.total(m.n(), [&](Index i) { return line_sum(A.is, i, true); });
  return {sp_sum(A, {}, true), dense_of({}, [=](Index, Index) { return total; })};
}

template <class Op>
Expected itself(Make& m, Op op, bool differentiable = true) {
  const Given A = m.sparse();
  return {op(A), A.is, 0, 0, differentiable};
}

Expected on_one_pattern(Make& m, Var (*op)(const Var&, const Var&), std::function<double(double, double)> f) {
  const Given A = m.sparse(), B = m.on(A);
  return {op(A, B), on(A.is, [=, a = A.is.at, b = B.is.at](Index i, Index j) { return f(a(i, j), b(i, j)); })};
}

Expected rebuilt(Make& m) {
  const Given A = m.sparse();
  return {csm(csm_data(A), csm_indices(A), csm_indptr(A), A.is.shape, m.format()), A.is, 64, 128};
}

// At A's entries those of B, both by their parts.
// Of two matrices that are put together, in five collectives each, which begin with an agreement of 8 bytes.
Expected sampled_by_parts(Make& m) {
  const Given A = m.sparse(), B = m.sparse(Pattern::few);
  const CsmProperties a = csm_properties(A), b = csm_properties(B);
  const Index agreements = 2 * 5 * 8 * m.world().size();
  return {with_data(A, csm_grad(a.data, a.indices, a.indptr, A.is.shape, b.data, b.indices, b.indptr, m.format())),
          on(A.is, [a = A.is.at, b = B.is.at](Index i, Index j) { return a(i, j) == 0 ? 0 : b(i, j); }), agreements,
          agreements};
}

Expected turned(Make& m) {
  const Given A = m.sparse();
  return {as_format(A, flipped(m.format())), A.is, A.strays * 8, 2 * A.strays * 8};
}

Expected sampled_dense(Make& m) {
  const Given A = m.sparse(Pattern::thin), D = m.dense(m.n(), kThin);
  return {at(A, D), on(A.is, [a = A.is.at, d = D.is.at](Index i, Index j) { return a(i, j) == 0 ? 0 : d(i, j); }),
          met(m, A), 2 * met(m, A)};
}

Expected sampled_sparse(Make& m) {
  const Given A = m.sparse(), B = m.sparse(Pattern::few);
  return {at(A, B), on(A.is, [a = A.is.at, b = B.is.at](Index i, Index j) { return a(i, j) == 0 ? 0 : b(i, j); })};
}

Expected diagonal(Make& m) {
  const Given A = m.sparse();
  return {diag(A), dense_of({m.n()}, [at = A.is.at](Index i, Index) { return at(i, i); })};
}

Expected on_diagonal(Make& m) {
  const Given v = m.vector(m.n() * 10);
  const auto self = [](Index i) { return Indices{i}; };
  return {square_diagonal(v),
          {{m.n() * 10, m.n() * 10}, [at = v.is.at](Index i, Index j) { return i == j ? at(i, 0) : 0; }, self, self}};
}

Expected drawn(const Var& out, const Lazy& is, std::function<bool(Index, Index, double)> accepts) {
  return {out, is, 0, 0, false, std::move(accepts)};
}

bool whole_number(double x) { return x >= 0 && x == std::floor(x); }

}  // namespace

std::vector<Case> structure_cases() {
  return {
      {"add A B", [](Make& m) { return two(m, add, std::plus<>(), false); }},
      {"sub A B", [](Make& m) { return two(m, sub, std::minus<>(), false); }},
      {"mul A B", [](Make& m) { return two(m, mul, std::multiplies<>(), true); }},
      {"add A B mixed", [](Make& m) { return two_formats(m, add, std::plus<>()); }},
      {"sub A B mixed", [](Make& m) { return two_formats(m, sub, std::minus<>()); }},
      {"mul A B mixed", [](Make& m) { return two_formats(m, mul, std::multiplies<>()); }},
      {"mul A v", [](Make& m) { return with_vector(m, mul_s_v, std::multiplies<>(), 1); }},
      {"col_scale A v", [](Make& m) { return with_vector(m, col_scale, std::multiplies<>(), 1); }},
      {"row_scale A v", [](Make& m) { return with_vector(m, row_scale, std::multiplies<>(), 0); }},
      {"structured_add_s_v A v", [](Make& m) { return with_vector(m, structured_add_s_v, std::plus<>(), 1); }},
      {"at A v",
       [](Make& m) {
         return with_vector(
             m, at, [](double, double v) { return v; }, 1);
       }},
      {"mul A D", [](Make& m) { return with_dense(m, mul, std::multiplies<>(), true); }},
      {"add A D", [](Make& m) { return with_dense(m, add, std::plus<>(), false); }},
      {"sub A D", [](Make& m) { return with_dense(m, sub, std::minus<>(), false); }},
      {"eq A D", [](Make& m) { return with_dense(m, eq, std::equal_to<>(), false, false); }},
      {"neq A D", [](Make& m) { return with_dense(m, neq, std::not_equal_to<>(), false, false); }},
      {"lt A D", [](Make& m) { return with_dense(m, lt, std::less<>(), false, false); }},
      {"le A D", [](Make& m) { return with_dense(m, le, std::less_equal<>(), false, false); }},
      {"gt A D", [](Make& m) { return with_dense(m, gt, std::greater<>(), false, false); }},
      {"ge A D", [](Make& m) { return with_dense(m, ge, std::greater_equal<>(), false, false); }},
      {"eq A B", [](Make& m) { return compared(m, eq, std::equal_to<>()); }},
      {"neq A B", [](Make& m) { return compared(m, neq, std::not_equal_to<>()); }},
      {"lt A B", [](Make& m) { return compared(m, lt, std::less<>()); }},
      {"le A B", [](Make& m) { return compared(m, le, std::less_equal<>()); }},
      {"gt A B", [](Make& m) { return compared(m, gt, std::greater<>()); }},
      {"ge A B", [](Make& m) { return compared(m, ge, std::greater_equal<>()); }},
      {"mul_e A A2", [](Make& m) { return on_one_pattern(m, mul_e, std::multiplies<>()); }},
      {"add_s_s_data A A2", [](Make& m) { return on_one_pattern(m, add_s_s_data, std::plus<>()); }},
      {"at A D", sampled_dense},
      {"at A B", sampled_sparse},
      {"sp_ones_like A",
       [](Make& m) {
         const Given A = m.sparse();
         return Expected{sp_ones_like(A), on(A.is, [at = A.is.at](Index i, Index j) { return at(i, j) == 0 ? 0 : 1; }),
                         0, 0, false};
       }},
      {"sp_zeros_like A",
       [](Make& m) {
         const Given A = m.sparse();
         return Expected{sp_zeros_like(A), on(A.is, [](Index, Index) { return 0; }), 0, 0, false};
       }},
      {"dense_from_sparse A",
       [](Make& m) {
         const Given A = m.sparse(Pattern::thin);
         return Expected{dense_from_sparse(A), dense_of(A.is.shape, A.is.at)};
       }},
      {"csr_from_dense D",
       [](Make& m) {
         const Given D = m.dense(m.n(), kThin);
         const auto full = large::sparse(Pattern::thin, m.n(), 0, Range::positive);
         const Var A = csr_from_dense(D);
         return Expected{A, {D.is.shape, D.is.at, full.row, full.column}};
       },
       false},
      {"csc_from_dense D",
       [](Make& m) {
         const Given D = m.dense(m.n(), kThin);
         const auto every_row = [n = m.n()](Index) { return up_to(n); };
         return Expected{csc_from_dense(D),
                         {D.is.shape, D.is.at, [](Index) { return up_to(kThin); }, every_row},
                         m.turned(m.n() * kThin),
                         2 * m.turned(m.n() * kThin)};
       },
       false},
      {"sp_sum A", [](Make& m) { return summed(m); }},
      {"sp_sum A 0", [](Make& m) { return summed(m, 0); }},
      {"sp_sum A 1", [](Make& m) { return summed(m, 1); }},
      {"remove0 A", [](Make& m) { return itself(m, remove0); }},
      {"ensure_sorted_indices A", [](Make& m) { return itself(m, ensure_sorted_indices); }},
      {"sum_duplicates A", [](Make& m) { return itself(m, sum_duplicates); }},
      {"clean A", [](Make& m) { return itself(m, clean); }},
      {"as_format A", turned},
      {"transpose A",
       [](Make& m) {
         const Given A = m.sparse();
         return Expected{T(A), transposed(A.is)};
       }},
      {"csm of A's parts", rebuilt},
      {"csm_grad of A's and B's parts", sampled_by_parts},
      {"with_data A v",
       [](Make& m) {
         const Given A = m.sparse(), v = m.entries_of(A);
         return Expected{csm_data(with_data(A, v)), v.is};
       }},
      {"diag A", diagonal},
      {"square_diagonal v", on_diagonal, false},
      {"dropout A",
       [](Make& m) {
         const Given A = m.sparse();
         Expected expected{dropout(A, 0.5, 1), A.is};
         expected.accepts = [at = A.is.at](Index i, Index j, double x) { return x == 0 || x == 2 * at(i, j); };
         return expected;
       }},
      {"poisson A",
       [](Make& m) {
         const Given A = m.sparse(Pattern::scattered, Range::positive);
         return drawn(poisson(A, 2), A.is, [at = A.is.at](Index i, Index j, double x) {
           return whole_number(x) && (x == 0 || at(i, j) > 0);
         });
       }},
      {"binomial n p",
       [](Make& m) {
         const Lazy is = large::sparse(Pattern::thin, m.n(), 0, Range::positive);
         return drawn(binomial(9, 0.3, is.shape, m.format(), DType::float64, 3), is,
                      [](Index, Index, double x) { return whole_number(x) && x <= 9; });
       }},
      {"multinomial n P",
       [](Make& m) {
         const Given A = m.sparse(Pattern::scattered, Range::positive);
         return Expected{sp_sum(multinomial(9, as_format(A, Format::csr), 4), 1),
                         dense_of({m.n()}, [](Index, Index) { return 9; }), m.csr() ? 0 : A.strays * 8, 0, false};
       }},
  };
}

}  // namespace spgrad::large
