// Products with sparse matrices. G rows are named by other ranks than their owner's; forward they are fetched (or
// partial ones sent), backward the other way.
#include "tests/large/case.hpp"

namespace spgrad::large {
namespace {

constexpr Index kWidth = 4;

Index ghost_bytes(const Given& A, Index width) { return A.ghosts * width * 8; }
// Entries of B's rows that are fetched, where every row stores this many at most.
Index fetched_bytes(const Given& A, Index row_length) { return A.ghosts * row_length * 8; }

template <class Op>
Expected right(Make& m, Op op, Pattern pattern = Pattern::scattered) {
  const Given A = m.sparse(pattern), D = m.dense(m.n(), kWidth);
  return {op(A, D), product(A.is, D.is), ghost_bytes(A, kWidth), 2 * ghost_bytes(A, kWidth)};
}

template <class Op>
Expected left(Make& m, Op op) {
  const Given D = m.across(kWidth, m.n()), A = m.sparse();
  return {op(D, A), product(D.is, A.is), ghost_bytes(A, kWidth), 3 * ghost_bytes(A, kWidth)};
}

template <class Op>
Expected with_vector(Make& m, Op op) {
  const Given A = m.sparse(), v = m.vector(m.n());
  const Lazy x = dense_of({m.n(), 1}, v.is.at);
  const Lazy y = product(A.is, x);
  return {op(A, v), dense_of({m.n()}, [at = y.at](Index i, Index) { return at(i, 0); }), ghost_bytes(A, 1),
          3 * ghost_bytes(A, 1)};
}

Expected sampled(Make& m) {
  const Given X = m.dense(m.n(), kWidth), Y = m.dense(m.n(), kWidth), P = m.sparse();
  return {sampling_dot(X, Y, P),
          on(P.is,
             [=, x = X.is.at, y = Y.is.at, p = P.is.at](Index i, Index j) {
               double sum = 0;
               for (Index k = 0; k < kWidth; ++k) sum += x(i, k) * y(j, k);
               return p(i, j) * sum;
             }),
          ghost_bytes(P, kWidth), 2 * ghost_bytes(P, kWidth)};
}

// With sparse factors of 12 columns.
Expected sampled_sparse(Make& m) {
  const Given X = m.sparse(Pattern::thin), Y = m.sparse(Pattern::thin), P = m.sparse();
  const Index turned = m.csr() ? 0 : (X.strays + Y.strays) * 8;
  const Index bytes = turned + fetched_bytes(P, kThin);
  return {sampling_dot(X, Y, P),
          on(P.is,
             [=, x = X.is.at, y = Y.is.at, p = P.is.at](Index i, Index j) {
               const double e = p(i, j);
               double sum = 0;
               for (Index k = 0; e != 0 && k < kThin; ++k) sum += x(i, k) * y(j, k);
               return e * sum;
             }),
          bytes, (m.csr() ? 4 : 3) * bytes};
}

Expected scaled_and_added(Make& m) {
  const Given s = m.scalar(0.5), A = m.sparse(), D = m.dense(m.n(), kWidth), z = m.dense(m.n(), kWidth);
  const Lazy y = product(A.is, D.is);
  return {usmm(s, A, D, z),
          dense_of(z.is.shape, [=, y = y.at, z = z.is.at](Index i, Index j) { return 0.5 * y(i, j) + z(i, j); }),
          ghost_bytes(A, kWidth), (m.csr() ? 2 : 3) * ghost_bytes(A, kWidth)};
}

// A D with a sparse result: whole rows where A stores entries, which is everywhere.
Expected full_rows(Make& m) {
  const Given A = m.sparse(), D = m.dense(m.n(), kWidth);
  const Index bytes = ghost_bytes(A, kWidth) + (m.csr() ? 0 : m.turned(m.n() * kWidth));
  return {true_dot(A, D),
          {{m.n(), kWidth},
           product(A.is, D.is).at,
           [=](Index) { return up_to(kWidth); },
           [=, n = m.n()](Index) { return up_to(n); }},
          bytes,
          (m.csr() ? 3 : 2) * bytes};
}

// A B with a sparse result. Rows of B (csc: columns of A) that the other's pattern names are fetched.
template <class Op>
Expected sparse_product(Make& m, Op op, Pattern left, Pattern right) {
  const Given A = m.sparse(left), B = m.sparse(right);
  const Index bytes = m.csr() ? fetched_bytes(A, 3) : fetched_bytes(B, 11);
  // Backwards one factor is turned, and names lines of the product's cotangent: 22 entries a row, 35 a column.
  const Index back = m.csr() ? A.strays * (1 + 22) * 8 : B.strays * (1 + 35) * 8;
  return {op(A, B), product(A.is, B.is), bytes, bytes + back};
}

Expected mixed_product(Make& m) {
  const Given A = m.sparse(Pattern::few), B = m.other_format(Pattern::few);
  const Index bytes = B.strays * 8 + fetched_bytes(A, 3);
  return {true_dot(A, B), product(A.is, B.is), bytes, 6 * bytes};
}

// A B with a dense result of 12 columns.
Expected thin_product(Make& m) {
  const Given A = m.sparse(), B = m.sparse(Pattern::thin);
  // csc: both are turned, and half of A's strays name rows of B.
  const Index bytes = m.csr() ? fetched_bytes(A, kThin) : (A.strays + B.strays + A.strays / 2 * kThin) * 8;
  return {dot(A, B), dense_of({m.n(), kThin}, product(A.is, B.is).at), bytes, 5 * bytes / 2};
}

}  // namespace

std::vector<Case> product_cases() {
  return {
      {"dot A D", [](Make& m) { return right(m, dot); }},
      {"dot A D banded", [](Make& m) { return right(m, dot, Pattern::banded); }},
      {"dot D A", [](Make& m) { return left(m, dot); }},
      {"dot A v", [](Make& m) { return with_vector(m, dot); }},
      {"structured_dot A D", [](Make& m) { return right(m, structured_dot); }},
      {"structured_dot D A", [](Make& m) { return left(m, structured_dot); }},
      {"structured_dot A v", [](Make& m) { return with_vector(m, structured_dot); }},
      {"sampling_dot X Y P", sampled},
      {"sampling_dot A B P", sampled_sparse},
      {"usmm s A D z", scaled_and_added},
      {"true_dot A B",
       [](Make& m) {
         return sparse_product(
             m, [](const Var& a, const Var& b) { return true_dot(a, b); }, Pattern::scattered, Pattern::few);
       }},
      {"true_dot A B banded",
       [](Make& m) {
         return sparse_product(
             m, [](const Var& a, const Var& b) { return true_dot(a, b); }, Pattern::banded, Pattern::few);
       }},
      {"true_dot A B mixed", mixed_product},
      {"true_dot A D", full_rows},
      {"structured_dot A B",
       [](Make& m) { return sparse_product(m, structured_dot, Pattern::scattered, Pattern::few); }},
      {"dot A B", thin_product},
  };
}

}  // namespace spgrad::large
