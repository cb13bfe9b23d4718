// Slices of matrices and vectors, and matrices and vectors of parts.
#include <algorithm>
#include <limits>

#include "spgrad/ops.hpp"
#include "tests/ops/families.hpp"
#include "tests/ops/moved.hpp"

namespace spgrad::tests {
namespace {

using M = Make;

// The indices of a slice of a sequence of n, by the words of Python's manual.
std::vector<Index> indices_of(const std::vector<Index>& slice, Index n) {
  constexpr Index kNone = -std::numeric_limits<Index>::max();
  const Index step = slice[2];
  Index i = slice[0] == kNone ? (step > 0 ? 0 : n - 1) : slice[0] < 0 ? slice[0] + n : slice[0];
  Index end = slice[1] == kNone ? (step > 0 ? n : -1) : slice[1] < 0 ? std::max<Index>(slice[1] + n, -1) : slice[1];
  std::vector<Index> out;
  i = step > 0 ? std::max<Index>(i, 0) : std::min(i, n - 1);
  end = step > 0 ? std::min(end, n) : end;
  for (; step > 0 ? i < end : i > end; i += step) out.push_back(i);
  return out;
}

// A vector runs along the columns.
Lines slices_of(const Node& n, const Shape& large) {
  if (large.ndim() == 1) return {std::vector<Index>{0}, indices_of(n.attr<std::vector<Index>>("rows"), large[0])};
  return {indices_of(n.attr<std::vector<Index>>("rows"), large[0]),
          indices_of(n.attr<std::vector<Index>>("columns"), large[1])};
}

// Where the block behind the inputs first, first + 1, .. is in the stack.
Lines place_in_stack(const Node& n, const In& in, std::size_t first, const Shape& of) {
  const auto& along = n.attr<std::string>("along");
  std::array<Index, 2> begin{};
  for (std::size_t k = first; k < in.size(); ++k) {
    if (along != "columns") begin[0] += in[k].type.shape[0];
    if (along != "rows") begin[1] += in[k].type.shape[1];
  }
  if (of.ndim() == 1) return {std::vector<Index>{0}, counted(begin[0], of[0])};
  return {counted(begin[0], of[0]), counted(begin[1], of[1])};
}

Whole stacked(const Node& n, const In& in) {
  const auto& along = n.attr<std::string>("along");
  Shape shape = in[0].type.shape;
  for (std::size_t k = 1; k < in.size(); ++k) {
    if (along != "columns") shape[0] += in[k].type.shape[0];
    if (along != "rows") shape[1] += in[k].type.shape[1];
  }
  const Format format = n.type.format;
  Whole all{{in[0].type.dtype, format, shape}, {}, {}};
  if (!n.type.sparse()) all = dense_zeros(DType::complex128, shape);
  Positions at;
  for (std::size_t k = 0; k < in.size(); ++k) {
    const In before(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(k));
    const Whole part = unblock(in_format(in[k], format), shape, place_in_stack(n, before, 0, in[k].type.shape));
    if (!n.type.sparse()) {
      std::ranges::transform(all.x, part.x, all.x.begin(), plus);
      continue;
    }
    all.x.insert(all.x.end(), part.x.begin(), part.x.end());
    at.major.insert(at.major.end(), part.at->major.begin(), part.at->major.end());
    at.minor.insert(at.minor.end(), part.at->minor.begin(), part.at->minor.end());
  }
  if (!n.type.sparse()) return all;
  all.at = std::make_shared<Positions>(std::move(at));
  return by_major(all);
}

constexpr Slice kBackwards{-2, {}, -2}, kSome{1, -1}, kSteps{{}, {}, 3}, kEvery{};

Var placed(const Op& op, Vars in, const char* along) {
  return apply(op, std::move(in), {{"along", std::string(along)}});
}

constexpr OpCase kCases[]{
    {"get_item_2d", "A rows", [](M& m) { return get_item_2d(m.sparse(5, 7), kSome); }},
    {"get_item_2d", "A columns", [](M& m) { return get_item_2d(m.sparse(5, 7), kEvery, kSteps); }},
    {"get_item_2d", "A both", [](M& m) { return get_item_2d(m.sparse(5, 7), kSteps, kSome); }},
    {"get_item_2d", "A backwards", [](M& m) { return get_item_2d(m.sparse(5, 7), kBackwards, kBackwards); }},
    {"get_item_2d", "A beside B",
     [](M& m) {
       return add(m.sparse(5, 7), get_item_2d(m.sparse(5, 7), Slice{{}, {}, -1}));
     }},
    {"get_item_2d", "D rows", [](M& m) { return get_item_2d(m.dense(5, 7), kSome); }},
    {"get_item_2d", "D both", [](M& m) { return get_item_2d(m.dense(5, 7), kBackwards, kSteps); }},
    {"get_item_2d", "D[1:, ::-2]", [](M& m) { return subtensor(m.dense(5, 7), {.start = 1}, {.step = -2}); }},
    {"get_item_2d", "v", [](M& m) { return subtensor(m.vector(7), {.start = -3, .stop = -1}); }},
    {"get_item_2d", "v backwards", [](M& m) { return subtensor(m.unsized().vector(7), kBackwards); }},
    {"get_item_2d", "v nothing", [](M& m) { return subtensor(m.vector(7), {.start = 9}); }},
    {"get_item_2d", "v all", [](M& m) { return get_item_2d(m.vector(7), kEvery); }},
    {"put_2d", "v", [](M& m) { return put_2d(get_item_2d(m.vector(7), kSteps), m.vector(7), kSteps); }},
    {"put_2d", "A",
     [](M& m) { return put_2d(get_item_2d(m.sparse(5, 7), kSome, kSteps), m.sparse(5, 7), kSome, kSteps); }},
    {"put_2d", "A D", [](M& m) { return put_2d(get_item_2d(m.sparse(5, 7), kBackwards), m.dense(5, 7), kBackwards); }},
    {"put_2d", "D A",
     [](M& m) { return put_2d(get_item_2d(m.dense(5, 7), kSome, kBackwards), m.sparse(5, 7), kSome, kBackwards); }},
    {"put_2d", "D D",
     [](M& m) { return put_2d(get_item_2d(m.dense(5, 7), kEvery, kSome), m.dense(5, 7), kEvery, kSome); }},
    {"stack", "vstack",
     [](M& m) {
       return vstack({m.sparse(5, 7), m.other_format(3, 7), m.sparse(2, 7)}, m.format());
     }},
    {"stack", "hstack",
     [](M& m) {
       return hstack({m.sparse(5, 7), m.other_format(5, 3)}, m.format());
     }},
    {"stack", "of one", [](M& m) { return vstack({m.sparse(5, 7)}); }},
    {"stack", "block_diag",
     [](M& m) {
       return block_diag({m.sparse(5, 7), m.sparse(3, 2)}, m.format());
     }},
    {"stack", "D D 0",
     [](M& m) {
       return concatenate({m.dense(5, 7), m.dense(3, 7)});
     }},
    {"stack", "D D D 1",
     [](M& m) {
       return concatenate({m.dense(5, 7), m.dense(5, 3), m.dense(5, 2)}, -1);
     }},
    {"stack", "v v",
     [](M& m) {
       return concatenate({m.vector(7), m.vector(3)});
     }},
    {"stack", "v of A, v",
     [](M& m) {
       return concatenate({m.vector(3), dot(m.sparse(5, 7), m.vector(7)), m.vector(2)});
     }},
    {"stack", "D of A, D",
     [](M& m) {
       return concatenate({m.dense(3, 2), dot(m.sparse(5, 7), m.dense(7, 2))});
     }},
    {"part", "v",
     [](M& m) {
       const Var a = m.vector(2), b = m.vector(7);
       return placed(ops::part, {concatenate({b, a, b}), a, b}, "rows");
     }},
    {"part", "D D",
     [](M& m) {
       const Var a = m.dense(2, 7), b = m.dense(5, 7);
       return placed(ops::part, {concatenate({b, b, a}), a, b, b}, "rows");
     }},
    {"put_part", "v",
     [](M& m) {
       const Var a = m.vector(2), b = m.vector(7);
       return placed(ops::put_part, {m.vector(2), concatenate({b, a}), a, b}, "rows");
     }},
    {"put_part", "columns D D",
     [](M& m) {
       const Var a = m.dense(5, 2), b = m.dense(5, 7);
       return placed(ops::put_part, {m.dense(5, 2), concatenate({b, a}, 1), a, b}, "columns");
     }},
    {"part", "rows",
     [](M& m) {
       const Var A = m.sparse(2, 7), B = m.sparse(5, 7);
       return placed(ops::part, {vstack({B, A, B}, m.format()), A, B}, "rows");
     }},
    {"part", "columns D",
     [](M& m) {
       const Var A = m.sparse(5, 2), B = m.sparse(5, 6);
       return placed(ops::part, {dense_from_sparse(hstack({B, A}), false), A, B}, "columns");
     }},
    {"part", "both",
     [](M& m) {
       const Var A = m.other_format(2, 3), B = m.sparse(5, 6);
       return placed(ops::part, {block_diag({B, A}, m.format()), A, B}, "both");
     }},
    {"put_part", "rows",
     [](M& m) {
       const Var A = m.sparse(2, 7), B = m.sparse(5, 7);
       return placed(ops::put_part, {m.sparse(2, 7), vstack({B, A}), A, B}, "rows");
     }},
    {"put_part", "both D",
     [](M& m) {
       const Var A = m.sparse(2, 3), B = m.sparse(5, 6);
       return placed(ops::put_part, {m.dense(2, 3), block_diag({B, A}), A, B}, "both");
     }},
    // Entries of one position move together, and each has a gradient of its own.
    {"sqr", "A[rows, columns]", [](M& m) { return sqr(get_item_2d(m.sparse(5, 7), kBackwards, kSome)); }},
    {"sqr", "A above A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return sqr(vstack({A, m.other_format(3, 7), A}, m.format()));
     }},
    {"sqr", "A beside A",
     [](M& m) {
       const Var A = m.sparse(5, 7);
       return sqr(hstack({A, A}, m.format()));
     }},
    {"sqr", "A sorted", [](M& m) { return sqr(ensure_sorted_indices(m.sparse(5, 7))); }},
    // Vectors of as many elements as A has entries, which nothing given tells.
    {"dense_from_sparse", "a diagonal of A's entries",
     [](M& m) { return dense_from_sparse(square_diagonal(csm_data(m.sparse(5, 7)))); }},
    {"get_item_2d", "A's entries", [](M& m) { return subtensor(csm_data(m.sparse(5, 7)), {.start = 2, .step = 2}); }},
    {"stack", "v, A's entries",
     [](M& m) {
       return concatenate({m.vector(7), csm_data(m.sparse(5, 7))});
     }},
};

const std::map<std::string_view, Rule> kRules{
    {"get_item_2d", [](const Node& n, const In& in) { return block(in[0], slices_of(n, in[0].type.shape)); }},
    {"put_2d",
     [](const Node& n, const In& in) { return unblock(in[0], in[1].type.shape, slices_of(n, in[1].type.shape)); }},
    {"stack", stacked},
    {"part", [](const Node& n, const In& in) { return block(in[0], place_in_stack(n, in, 2, in[1].type.shape)); }},
    {"put_part",
     [](const Node& n, const In& in) {
       return unblock(in[0], in[1].type.shape, place_in_stack(n, in, 3, in[2].type.shape));
     }},
};

}  // namespace

Family blocks() { return {kCases, kRules}; }

}  // namespace spgrad::tests
