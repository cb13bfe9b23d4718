#include "tests/ops/op_cases.hpp"

#include "spgrad/ops.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

const OpCase kCases[]{
    // dense, element by element
    {"add", "D D", [](M& m) { return add(m.dense(5, 7), m.dense(5, 7)); }},
    {"add", "D row", [](M& m) { return add(m.dense(5, 7), m.dense(1, 7)); }},
    {"add", "col D", [](M& m) { return add(m.dense(5, 1), m.dense(5, 7)); }},
    {"add", "col row", [](M& m) { return add(m.dense(5, 1), m.dense(1, 7)); }},
    {"add", "D v", [](M& m) { return add(m.dense(5, 7), m.vector(7)); }},
    {"add", "v v", [](M& m) { return add(m.vector(7), m.vector(7)); }},
    {"add", "s v", [](M& m) { return add(m.scalar(), m.vector(7)); }},
    {"add", "s s", [](M& m) { return add(m.scalar(), m.scalar()); }},
    {"add", "D D'", [](M& m) { return add(m.dense(5, 7), T(m.dense(7, 5))); }},
    {"sub", "D D", [](M& m) { return sub(m.dense(5, 7), m.dense(5, 7)); }},
    {"sub", "v D", [](M& m) { return sub(m.vector(7), m.dense(5, 7)); }},
    {"sub", "D col", [](M& m) { return sub(m.dense(5, 7), m.dense(5, 1)); }},
    {"mul", "D D", [](M& m) { return mul(m.dense(5, 7), m.dense(5, 7)); }},
    {"mul", "D row", [](M& m) { return mul(m.dense(5, 7), m.dense(1, 7)); }},
    {"mul", "D col", [](M& m) { return mul(m.dense(5, 7), m.dense(5, 1)); }},
    {"mul", "s D", [](M& m) { return mul(m.scalar(), m.dense(5, 7)); }},
    {"mul", "v D", [](M& m) { return mul(m.vector(7), m.dense(5, 7)); }},
    {"mul", "literal v", [](M& m) { return mul(2.0, m.vector(7)); }},
    {"mul", "x x",
     [](M& m) {
       const Var x = m.dense(5, 7);
       return mul(x, x);
     }},
    {"div", "D D", [](M& m) { return div(m.dense(5, 7), m.dense(5, 7, M::positive)); }},
    {"div", "D col", [](M& m) { return div(m.dense(5, 7), m.dense(5, 1, M::positive)); }},
    {"div", "s v", [](M& m) { return div(m.scalar(), m.vector(7, M::positive)); }},
    {"neg", "D", [](M& m) { return neg(m.dense(5, 7)); }},
    {"neg", "A", [](M& m) { return neg(m.sparse(5, 7)); }},
    {"sqr", "D", [](M& m) { return sqr(m.dense(5, 7)); }},
    {"sqr", "A o D", [](M& m) { return sqr(mul(m.sparse(5, 7), m.dense(5, 7))); }},
    {"sqr", "A", [](M& m) { return sqr(m.sparse(5, 7)); }},
    {"conj", "D", [](M& m) { return conj(m.complex().dense(5, 7)); }},
    {"conj", "A", [](M& m) { return conj(m.complex().sparse(5, 7)); }},
    {"real", "D", [](M& m) { return real(m.complex().dense(5, 7)); }},
    {"real", "A", [](M& m) { return real(m.complex().sparse(5, 7)); }},
    {"exp", "D", [](M& m) { return exp(m.dense(5, 7)); }},
    {"exp", "s", [](M& m) { return exp(m.scalar()); }},
    {"log", "D", [](M& m) { return log(m.dense(5, 7, M::positive)); }},
    {"tanh", "D", [](M& m) { return tanh(m.dense(5, 7)); }},
    {"tanh", "v", [](M& m) { return tanh(m.vector(7)); }},
    {"sigmoid", "D", [](M& m) { return sigmoid(m.dense(5, 7)); }},
    {"softplus", "D", [](M& m) { return softplus(m.dense(5, 7)); }},
    {"softplus", "v", [](M& m) { return softplus(m.vector(7)); }},
    {"eq", "D D", [](M& m) { return eq(m.dense(5, 7), m.dense(5, 7)); }},
    {"neq", "D col", [](M& m) { return neq(m.dense(5, 7), m.dense(5, 1)); }},
    {"lt", "D D", [](M& m) { return lt(m.dense(5, 7), m.dense(5, 7)); }},
    {"le", "D v", [](M& m) { return le(m.dense(5, 7), m.vector(7)); }},
    {"gt", "D s", [](M& m) { return gt(m.dense(5, 7), m.scalar()); }},
    {"ge", "row col", [](M& m) { return ge(m.dense(1, 7), m.dense(5, 1)); }},
    {"cast", "D to complex", [](M& m) { return cast(m.dense(5, 7), DType::complex128); }},
    {"cast", "A to complex", [](M& m) { return cast(m.sparse(5, 7), DType::complex64); }},
    {"cast", "D to int32", [](M& m) { return cast(m.dense(5, 7), DType::int32); }},
    {"stop_gradient", "D", [](M& m) { return stop_gradient(m.dense(5, 7)); }},
    {"stop_gradient", "A", [](M& m) { return stop_gradient(m.sparse(5, 7)); }},

    // shapes
    {"transpose", "D", [](M& m) { return transpose(m.dense(5, 7)); }},
    {"transpose", "A", [](M& m) { return transpose(m.sparse(5, 7)); }},
    {"row", "v", [](M& m) { return row(m.vector(7)); }},
    {"col", "v", [](M& m) { return col(m.vector(7)); }},
    {"conform", "D D", [](M& m) { return conform(m.dense(5, 7), m.dense(5, 7)); }},
    {"conform", "row D", [](M& m) { return conform(m.dense(1, 7), m.dense(5, 7)); }},
    {"conform", "s v", [](M& m) { return conform(m.scalar(), m.vector(7)); }},
    {"broadcast_like", "s D", [](M& m) { return broadcast_like(m.scalar(), m.dense(5, 7)); }},
    {"broadcast_like", "col A", [](M& m) { return broadcast_like(m.dense(5, 1), m.sparse(5, 7)); }},
    {"broadcast_like", "v A", [](M& m) { return broadcast_like(m.vector(7), m.sparse(5, 7)); }},
    {"broadcast_like", "D D", [](M& m) { return broadcast_like(m.dense(5, 7), m.dense(5, 7)); }},
    {"sum_like", "D col", [](M& m) { return sum_like(m.dense(5, 7), m.dense(5, 1)); }},
    {"sum_like", "D row", [](M& m) { return sum_like(m.dense(5, 7), m.dense(1, 7)); }},
    {"sum_like", "D v", [](M& m) { return sum_like(m.dense(5, 7), m.vector(7)); }},
    {"sum_like", "D s", [](M& m) { return sum_like(m.dense(5, 7), m.scalar()); }},
    {"sum_like", "D D", [](M& m) { return sum_like(m.unsized().dense(5, 7), m.unsized().dense(5, 7)); }},
    {"count", "D", [](M& m) { return count(m.unsized().dense(5, 7)); }},
    {"count", "D 1", [](M& m) { return count(m.unsized().dense(5, 7), 1); }},

    // reductions
    {"sum", "D", [](M& m) { return sum(m.dense(5, 7)); }},
    {"sum", "D 0", [](M& m) { return sum(m.dense(5, 7), 0); }},
    {"sum", "D 1", [](M& m) { return sum(m.dense(5, 7), -1); }},
    {"sum", "v", [](M& m) { return sum(m.vector(7)); }},
    {"max", "D", [](M& m) { return max(m.dense(5, 7, M::distinct)); }},
    {"max", "D 0", [](M& m) { return max(m.dense(5, 7, M::distinct), 0); }},
    {"max", "D 1", [](M& m) { return max(m.dense(5, 7, M::distinct), 1); }},
    {"max", "v 0", [](M& m) { return max(m.vector(7, M::distinct), 0); }},
    {"logsumexp", "D", [](M& m) { return logsumexp(m.dense(5, 7)); }},
    {"logsumexp", "D 0", [](M& m) { return logsumexp(m.dense(5, 7), 0); }},
    {"logsumexp", "D 1", [](M& m) { return logsumexp(m.dense(5, 7), 1); }},
    {"logsumexp", "v", [](M& m) { return logsumexp(m.vector(7)); }},
    {"softmax", "D 0", [](M& m) { return softmax(m.dense(5, 7), 0); }},
    {"softmax", "D 1", [](M& m) { return softmax(m.dense(5, 7), 1); }},
    {"softmax", "v 0", [](M& m) { return softmax(m.vector(7), 0); }},

    // products
    {"dot", "A D", [](M& m) { return dot(m.sparse(5, 7), m.dense(7, 3)); }},
    {"dot", "A v", [](M& m) { return dot(m.sparse(5, 7), m.vector(7)); }},
    {"dot", "D A", [](M& m) { return dot(m.dense(3, 5), m.sparse(5, 7)); }},
    {"dot", "v A", [](M& m) { return dot(m.vector(5), m.sparse(5, 7)); }},
    {"dot", "A' D", [](M& m) { return dot(T(m.sparse(5, 7)), m.dense(5, 3)); }},
    {"dot", "D D", [](M& m) { return dot(m.dense(5, 7), m.dense(7, 3)); }},
    {"dot", "D v", [](M& m) { return dot(m.dense(5, 7), m.vector(7)); }},
    {"dot", "v D", [](M& m) { return dot(m.vector(5), m.dense(5, 7)); }},
    {"dot", "v v", [](M& m) { return dot(m.vector(7), m.vector(7)); }},
    {"dot", "D' D", [](M& m) { return dot(T(m.dense(7, 5)), m.dense(7, 3)); }},
    {"structured_dot", "A D", [](M& m) { return structured_dot(m.sparse(5, 7), m.dense(7, 3)); }},
    {"structured_dot", "A v", [](M& m) { return structured_dot(m.sparse(5, 7), m.vector(7)); }},
    {"structured_dot", "D A", [](M& m) { return structured_dot(m.dense(3, 5), m.sparse(5, 7)); }},
    {"structured_dot", "v A", [](M& m) { return structured_dot(m.vector(5), m.sparse(5, 7)); }},
    {"sampling_dot", "X Y P", [](M& m) { return sampling_dot(m.dense(5, 3), m.dense(7, 3), m.sparse(5, 7)); }},
    {"usmm", "s A D D", [](M& m) { return usmm(m.scalar(), m.sparse(5, 7), m.dense(7, 3), m.dense(5, 3)); }},
    {"usmm", "s D A D", [](M& m) { return usmm(m.scalar(), m.dense(3, 5), m.sparse(5, 7), m.dense(3, 7)); }},
    {"usmm", "s A v v", [](M& m) { return usmm(m.scalar(), m.sparse(5, 7), m.vector(7), m.vector(5)); }},

    // sparse, element by element
    {"add_s_s", "A B", [](M& m) { return add(m.sparse(5, 7), m.sparse(5, 7)); }},
    {"add_s_s", "A, B in the other format", [](M& m) { return add(m.sparse(5, 7), m.other_format(5, 7)); }},
    {"add_s_s", "A on A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return add(A, m.on(A));
     }},
    {"add_s_s", "A A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return add(A, A);
     }},
    // Complex in every variant: unsigned integers wrap, and 2^64 - 1 is no double.
    {"neg", "A - B", [](M& m) { return sub(m.complex().sparse(5, 7), m.complex().sparse(5, 7)); }},
    {"neg", "A - B in the other format",
     [](M& m) { return sub(m.complex().sparse(5, 7), m.complex().other_format(5, 7)); }},
    {"add_s_d", "A D", [](M& m) { return add(m.sparse(5, 7), m.dense(5, 7)); }},
    {"add_s_d", "D A", [](M& m) { return add(m.dense(5, 7), m.sparse(5, 7)); }},
    {"mul_s_d", "A D", [](M& m) { return mul(m.sparse(5, 7), m.dense(5, 7)); }},
    {"mul_s_d", "D A", [](M& m) { return mul(m.dense(5, 7), m.sparse(5, 7)); }},
    {"mul_s_d", "A v", [](M& m) { return mul(m.sparse(5, 7), m.vector(7)); }},
    {"mul_s_d", "A row", [](M& m) { return mul(m.sparse(5, 7), m.dense(1, 7)); }},
    {"mul_s_d", "A col", [](M& m) { return mul(m.sparse(5, 7), m.dense(5, 1)); }},
    {"mul_s_d", "A s", [](M& m) { return mul(m.sparse(5, 7), m.scalar()); }},
    {"mul_e", "A A2",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return mul_e(A, m.on(A));
     }},
    {"mul_e", "A A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return mul_e(A, A);
     }},
    {"add_s_s_data", "A A2",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return add_s_s_data(A, m.on(A));
     }},
    {"at", "A D", [](M& m) { return at(m.sparse(5, 7), m.dense(5, 7)); }},
    {"at", "A v", [](M& m) { return at(m.sparse(5, 7), m.vector(7)); }},
    {"at", "A row", [](M& m) { return at(m.sparse(5, 7), m.dense(1, 7)); }},
    {"at", "A col", [](M& m) { return at(m.sparse(5, 7), m.dense(5, 1)); }},
    {"at", "A s", [](M& m) { return at(m.sparse(5, 7), m.scalar()); }},
    {"at_s_s", "A B", [](M& m) { return at(m.sparse(5, 7), m.sparse(5, 7)); }},
    {"at_s_s", "A, B in the other format", [](M& m) { return at(m.sparse(5, 7), m.other_format(5, 7)); }},
    {"at_s_s", "A on A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return at(A, m.on(A));
     }},
    {"sp_ones_like", "A", [](M& m) { return sp_ones_like(m.sparse(5, 7)); }},
    {"dense_from_sparse", "A structured", [](M& m) { return dense_from_sparse(m.sparse(5, 7)); }},
    {"dense_from_sparse", "A regular", [](M& m) { return dense_from_sparse(m.sparse(5, 7), false); }},
    {"sp_sum", "A", [](M& m) { return sp_sum(m.sparse(5, 7)); }},
    {"sp_sum", "A 0", [](M& m) { return sp_sum(m.sparse(5, 7), 0); }},
    {"sp_sum", "A 1", [](M& m) { return sp_sum(m.sparse(5, 7), 1); }},
    {"sp_sum", "A structured", [](M& m) { return sp_sum(m.sparse(5, 7), {}, true); }},
    {"sp_sum", "A 0 structured", [](M& m) { return sp_sum(m.sparse(5, 7), 0, true); }},
    {"sp_sum", "A 1 structured", [](M& m) { return sp_sum(m.sparse(5, 7), 1, true); }},
    {"csm", "int32",
     [](M& m) {
       const auto p = m.parts(5, 7, DType::int32);
       return csm(p.data, p.indices, p.indptr, p.shape, p.format);
     }},
    {"csm", "int64",
     [](M& m) {
       const auto p = m.parts(5, 7, DType::int64);
       return csm(p.data, p.indices, p.indptr, p.shape, p.format);
     }},
    {"with_data", "A v",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return with_data(A, m.entries_of(A));
     }},
    {"csm_data", "A", [](M& m) { return csm_data(m.sparse(5, 7)); }},
};

}  // namespace

std::span<const OpCase> op_cases() { return kCases; }

std::ostream& operator<<(std::ostream& out, const OpCase& row) { return out << row.op << '(' << row.form << ')'; }

}  // namespace spgrad::tests
