// A matrix from entries that lie anywhere: each goes to the owner of its major and into order there.
#include <array>

#include "spgrad/distribute.hpp"
#include "src/comm/combine.hpp"
#include "src/comm/fingerprint.hpp"
#include "src/comm/route.hpp"

namespace spgrad {
namespace {

using comm::Position;

void check_index(Index i, Index size, const char* what) {
  require(i >= 0 && i < size, what, " index ", i, " is out of range 0 .. ", size - 1);
}

std::vector<Position> checked_positions(Format format, const Shape& shape, std::span<const Index> i,
                                        std::span<const Index> j, const Value& data) {
  require(!data.is_sparse() && i.size() == j.size() && static_cast<Index>(i.size()) == data.local_size(), i.size(),
          " row indices, ", j.size(), " column indices and ", data.local_size(), " values do not make entries");
  std::vector<Position> out;
  out.reserve(i.size());
  for (std::size_t p = 0; p < i.size(); ++p) {
    check_index(i[p], shape[0], "row");
    check_index(j[p], shape[1], "column");
    out.push_back(format == Format::csr ? Position{i[p], j[p]} : Position{j[p], i[p]});
  }
  return out;
}

// Every rank counts the entries of all majors: 8 bytes a major, for as long as this takes.
Layout chosen_layout(World& world, Balance balance, Index majors, std::span<const Position> entries) {
  if (balance == Balance::even) return Layout::even(majors, world.size());
  std::vector<Index> weights(static_cast<std::size_t>(majors), 0);
  for (const Position& e : entries) ++weights[e.major];
  world.all_reduce(DType::int64, comm::Combine::sum, std::as_writable_bytes(std::span(weights)));
  return Layout::balanced(weights, world.size());
}

// Ranks that want different matrices would send entries where they do not belong.
void check_requests(World& world, Format format, const Shape& shape, DType dtype, Duplicates duplicates,
                    const Cut& cut) {
  const auto word = [](auto x) { return static_cast<std::uint64_t>(x); };
  const auto layout = [](const std::optional<Layout>& l) { return l ? comm::hash_of(*l) : 0; };
  const auto dtypes = world.gather_each(dtype);
  const auto requests =
      world.gather_each(comm::hash_of(std::array{word(format), word(shape[0]), word(shape[1]), word(duplicates),
                                                 word(cut.balance), layout(cut.major), layout(cut.minor)}));
  for (std::size_t r = 1; r < dtypes.size(); ++r) {
    require(dtypes[r] == dtypes[0], "rank 0 and rank ", r, " passed values of ", dtypes[0], " and ", dtypes[r]);
    require(requests[r] == requests[0], "rank 0 and rank ", r, " passed different formats, shapes or cuts");
  }
}

void check_cut(const World& world, const Layout& layout, Index size) {
  require(layout.ranks() == world.size() && layout.size() == size, "a layout of ", layout.size(), " on ",
          layout.ranks(), " ranks cannot cut a dimension of ", size, " on ", world.size());
}

// first[s] .. first[s + 1] - 1 are the ordered entries that make the stored entry s.
struct Stored {
  std::vector<Index> indptr, first, minors;
};

Stored stored_entries(const comm::Order& order, std::span<const Position> entries, Duplicates duplicates) {
  Stored out{{0}, {}, {}};
  for (std::size_t k = 0; k + 1 < order.indptr.size(); ++k) {
    const Index begin = order.indptr[k], end = order.indptr[k + 1];
    for (Index p = begin; p < end; ++p) {
      const Index minor = entries[order.sequence[p]].minor;
      if (duplicates == Duplicates::sum && p > begin && minor == out.minors.back()) continue;
      out.first.push_back(p);
      out.minors.push_back(minor);
    }
    out.indptr.push_back(static_cast<Index>(out.minors.size()));
  }
  out.first.push_back(order.indptr.back());
  return out;
}

// out[s] = the sum of the values that make the stored entry s
template <class T>
void sum_values(std::span<const T> values, std::span<const Index> sequence, std::span<const Index> first,
                std::span<T> out) {
  for (std::size_t s = 0; s < out.size(); ++s) {
    T sum = values[sequence[first[s]]];
    for (Index p = first[s] + 1; p < first[s + 1]; ++p)
      sum = comm::combined<T, comm::Combine::sum>(sum, values[sequence[p]]);
    out[s] = sum;
  }
}

}  // namespace

Value from_coo(World& world, Format format, const Shape& shape, std::span<const Index> i, std::span<const Index> j,
               const Value& data, Duplicates duplicates, const Cut& cut) {
  require(format != Format::dense, "from_coo makes csr or csc, not dense");
  require(shape.ndim() == 2 && shape.known(), "from_coo needs the shape of a matrix, not ", shape);
  std::vector<Position> entries;
  world.together([&] { entries = checked_positions(format, shape, i, j, data); });
  check_requests(world, format, shape, data.dtype(), duplicates, cut);

  const int axis = format == Format::csr ? 0 : 1;
  const Layout major = cut.major ? *cut.major : chosen_layout(world, cut.balance, shape[axis], entries);
  const Layout minor = cut.minor ? *cut.minor : Layout::even(shape[1 - axis], world.size());
  check_cut(world, major, shape[axis]);
  check_cut(world, minor, shape[1 - axis]);

  std::vector<int> to;
  for (const Position& e : entries) to.push_back(major.owner(e.major));
  entries = comm::route(world, to, entries);
  const auto bytes = comm::route(world, to, data.bytes(), size_of(data.dtype()));

  const comm::Order order = comm::order_of(entries, major.begin(world.rank()), major.count(world.rank()));
  Stored stored = stored_entries(order, entries, duplicates);
  const Value out =
      Value::sparse(data.dtype(), format, make_sparsity(world, major, minor, std::move(stored.indptr), stored.minors));
  dispatch(data.dtype(), [&]<class T>() {
    sum_values<T>({reinterpret_cast<const T*>(bytes.data()), entries.size()}, order.sequence, stored.first,
                  out.data<T>());
  });
  return out;
}

}  // namespace spgrad
