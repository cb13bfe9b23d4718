// Dense operands, element by element; some ops take sparse ones, too.
#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

template <class F>
Rule compared(F f) {
  return pairs([f](Complex a, Complex b) { return Complex(f(a, b)); });
}

constexpr OpCase kCases[]{
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
    {"conj", "D", [](M& m) { return conj(m.complex().dense(5, 7)); }},
    {"conj", "A", [](M& m) { return conj(m.complex().sparse(5, 7)); }},
    {"real", "D", [](M& m) { return real(m.complex().dense(5, 7)); }},
    {"real", "A", [](M& m) { return real(m.complex().sparse(5, 7)); }},
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
};

const std::map<std::string_view, Rule> kRules{
    {"add", pairs(plus)},
    {"sub", pairs(minus)},
    {"mul", pairs(times)},
    {"div", pairs([](Complex a, Complex b) { return a / b; })},
    {"eq", compared([](Complex a, Complex b) { return a == b; })},
    {"neq", compared([](Complex a, Complex b) { return a != b; })},
    {"lt", compared([](Complex a, Complex b) { return a.real() < b.real(); })},
    {"le", compared([](Complex a, Complex b) { return a.real() <= b.real(); })},
    {"gt", compared([](Complex a, Complex b) { return a.real() > b.real(); })},
    {"ge", compared([](Complex a, Complex b) { return a.real() >= b.real(); })},
    {"neg", elements([](Complex x) { return -x; })},
    {"conj", elements([](Complex x) { return std::conj(x); })},
    {"real", elements([](Complex x) { return Complex(x.real()); })},
    {"cast", elements(itself)},
    {"stop_gradient", elements(itself)},
};

}  // namespace

Family dense_elements() { return {kCases, kRules}; }

}  // namespace spgrad::tests
