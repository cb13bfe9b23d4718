// read.cpp: each rank reads its part of a dense array or sparse matrix, and believes nothing.
#include <algorithm>
#include <cstring>
#include <utility>

#include "io/parts.hpp"

namespace spgrad::io {
namespace {

/// Reads one content of a file on behalf of one rank.
class Reader {
 public:
  Reader(File& file, const Content& content, const ReadOptions& options)
      : file_(file), world_(file.world()), content_(content), entry_(content.entry), options_(options) {}

  Loaded dense(bool whole) {
    const Shape& shape = entry_.shape;
    whole = whole || shape.ndim() == 0;
    const Layout layout = whole ? Layout() : layout_like(shape[0], options_.cut_like);
    Value value;
    world_.together([&] {
      value = whole ? Value::whole(entry_.dtype, shape) : Value::dense(entry_.dtype, shape, 0, layout, world_.rank());
    });
    const Index begin = whole ? 0 : layout.begin(world_.rank());
    const std::uint64_t sum =
        read_into(value, entry_.path, {.row = begin, .rows = value.local_rows(), .column = 0, .columns = shape[1]});
    return {value, {whole && world_.rank() != 0 ? 0 : sum}};
  }

  Loaded sparse() {
    const Index majors = entry_.shape[major_axis()], minors = entry_.shape[1 - major_axis()];
    const Index most = Index{INT32_MAX} * world_.size();
    require(majors <= most && minors <= most, file_.name(), ": ", entry_.path, " is ", entry_.shape, ", but ",
            world_.size(), world_.size() == 1 ? " rank" : " ranks", " can have at most ", most, " rows and columns");
    const Layout even = Layout::even(majors, world_.size());
    std::vector<Index> indptr = offsets(even);
    const Layout major = options_.cut_like                  ? layout_like(majors, options_.cut_like)
                         : options_.balance == Balance::nnz ? balanced(even, indptr)
                                                            : even;
    if (!(major == even)) indptr = offsets(major);
    const Layout minor = layout_like(minors, options_.minor);

    Loaded loaded;
    const Slab mine{.row = indptr.front(), .rows = indptr.back() - indptr.front()};
    const std::vector<Index> indices = minor_indices(mine, loaded.checksums[1]);
    const Index first = indptr.front();
    for (Index& offset : indptr) offset -= first;
    const SparsityPtr sparsity = make_sparsity(world_, major, minor, std::move(indptr), indices);
    world_.together([&] { loaded.value = Value::sparse(entry_.dtype, entry_.format, sparsity); });
    loaded.checksums[0] = read_into(loaded.value, entry_.path + "/data", mine);
    loaded.checksums[2] = indptr_sum_;
    return loaded;
  }

 private:
  int major_axis() const { return entry_.format == Format::csr ? 0 : 1; }

  Layout layout_like(Index size, const std::optional<Layout>& like) const {
    if (!like) return Layout::even(size, world_.size());
    require(like->ranks() == world_.size(), file_.name(), ": ", entry_.path, " cannot be cut like a layout of ",
            like->ranks(), " ranks by ", world_.size(), " ranks");
    require(like->size() == size, file_.name(), ": ", entry_.path, " has ", size,
            " rows, but what it stands beside has ", like->size());
    return *like;
  }

  std::uint64_t read_into(const Value& value, const std::string& path, const Slab& mine) {
    return read_slab(file_, path, value.dtype(), mine, [&](const Slab& piece, Index first, std::span<std::byte> bytes) {
      if (value.dtype() == DType::bool_) check_bools(path, piece, bytes);
      if (!options_.caution.nan) check_nan(value.dtype(), path, piece, bytes);
      std::memcpy(value.bytes().data() + static_cast<std::size_t>(first) * size_of(value.dtype()), bytes.data(),
                  bytes.size());
    });
  }

  void check_nan(DType dtype, const std::string& path, const Slab& piece, std::span<const std::byte> bytes) const {
    dispatch(dtype, [&]<class T>() {
      if constexpr (!std::is_integral_v<T>) {
        const T* const x = reinterpret_cast<const T*>(bytes.data());
        const T* const end = x + piece.elements();
        const T* const nan = std::find_if(x, end, [](const T& each) { return each != each; });
        if (nan != end) fail(ErrorKind::data, file_.name(), ": ", place_in(path, piece, nan - x), " is NaN");
      }
    });
  }

  /// "/Y[3, 5]": element k of a piece, as numbered in the whole dataset.
  std::string place_in(const std::string& path, const Slab& piece, Index k) const {
    if (entry_.format == Format::dense && entry_.shape.ndim() == 0) return path;
    const std::string row = text(path, '[', piece.row + k / piece.columns);
    if (entry_.format != Format::dense || entry_.shape.ndim() == 1) return row + "]";
    return text(row, ", ", piece.column + k % piece.columns, ']');
  }

  /// A bool that is neither 0 nor 1 is no bool to C++.
  void check_bools(const std::string& path, const Slab& piece, std::span<const std::byte> bytes) const {
    for (std::size_t k = 0; k < bytes.size(); ++k)
      require(std::to_integer<int>(bytes[k]) <= 1, file_.name(), ": ", path, " has the value ",
              std::to_integer<int>(bytes[k]), " in row ", piece.row + static_cast<Index>(k) / piece.columns,
              ", but a bool is 0 or 1");
  }

  /// Reads integers of any type as Index; check(position, value) before they are used. An uint64 beyond Index wraps to
  /// a negative.
  template <class Check>
  std::uint64_t read_integers(const std::string& path, DType stored, const Slab& mine, std::vector<Index>& into,
                              Check&& check) {
    world_.together([&] { into.resize(static_cast<std::size_t>(mine.rows)); });
    return read_slab(file_, path, stored, mine, [&](const Slab& piece, Index first, std::span<std::byte> bytes) {
      dispatch(stored, [&]<class T>() {
        if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
          const T* const from = reinterpret_cast<const T*>(bytes.data());
          for (Index k = 0; k < piece.rows; ++k) {
            into[static_cast<std::size_t>(first + k)] = static_cast<Index>(from[k]);
            check(piece.row + k, from[k]);
          }
        }
      });
    });
  }

  /// Where the majors of this rank begin, and where the last one ends.
  std::vector<Index> offsets(const Layout& major) {
    const std::string path = entry_.path + "/indptr";
    const Slab mine{.row = major.begin(world_.rank()), .rows = major.count(world_.rank()) + 1};
    std::vector<Index> indptr;
    Index last = 0;
    const std::uint64_t sum = read_integers(path, content_.indptr, mine, indptr, [&](Index i, auto offset) {
      require(std::cmp_greater_equal(offset, 0) && std::cmp_less_equal(offset, entry_.nnz), file_.name(), ": ", path,
              '[', i, "] is ", +offset, ", but there are ", entry_.nnz, " entries");
      require(i > 0 || offset == 0, file_.name(), ": ", path, "[0] is ", +offset, ", not 0");
      require(i == mine.row || std::cmp_greater_equal(offset, last), file_.name(), ": ", path, '[', i, "] is ", +offset,
              ", less than the ", last, " before it");
      require(i < major.size() || std::cmp_equal(offset, entry_.nnz), file_.name(), ": ", path, '[', i, "] is ",
              +offset, ", but there are ", entry_.nnz, " entries");
      last = static_cast<Index>(offset);
    });
    // Neighbours share an offset, and only one of them may count it.
    const bool is_last = world_.rank() == world_.size() - 1;
    indptr_sum_ = is_last ? sum : sum - stored_checksum(content_.indptr, indptr.back(), mine.row + mine.rows - 1);
    return indptr;
  }

  static std::uint64_t stored_checksum(DType stored, Index offset, Index position) {
    return dispatch(stored, [&]<class T>() -> std::uint64_t {
      if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) {
        const T x = static_cast<T>(offset);
        return checksum(std::as_bytes(std::span(&x, 1)), sizeof x, static_cast<std::uint64_t>(position));
      }
      return 0;
    });
  }

  /// Cuts where the offsets come nearest to each rank's share of the entries. `indptr`: the offsets of this rank in
  /// `even`.
  Layout balanced(const Layout& even, const std::vector<Index>& indptr) {
    if (entry_.nnz == 0) return even;
    const auto ranks = static_cast<std::size_t>(world_.size());
    std::vector<Index> starts(ranks + 1, 0);
    const Index begin = even.begin(world_.rank());
    for (std::size_t r = 1; r < ranks; ++r) {
      // The first offset that reaches the share is found by exactly one rank: the one that has the offset before it
      // too.
      const double share = static_cast<double>(entry_.nnz) * static_cast<double>(r) / static_cast<double>(ranks);
      const auto is_less = [](Index offset, double x) { return static_cast<double>(offset) < x; };
      const auto cut = std::lower_bound(indptr.begin() + 1, indptr.end(), share, is_less);
      if (cut == indptr.end() || !is_less(indptr.front(), share)) continue;
      const bool nearer_before = share - static_cast<double>(cut[-1]) < static_cast<double>(*cut) - share;
      starts[r] = begin + (cut - indptr.begin()) - (nearer_before ? 1 : 0);
    }
    world_.all_reduce(DType::int64, comm::Combine::max, std::as_writable_bytes(std::span(starts)));
    starts.back() = even.size();
    return Layout(std::move(starts));
  }

  std::vector<Index> minor_indices(const Slab& mine, std::uint64_t& sum) {
    const std::string path = entry_.path + "/indices";
    const int minor_axis = 1 - major_axis();
    const Index minors = entry_.shape[minor_axis];
    std::vector<Index> indices;
    sum = read_integers(path, content_.indices, mine, indices, [&](Index p, auto j) {
      require(std::cmp_greater_equal(j, 0) && std::cmp_less(j, minors), file_.name(), ": ", path, '[', p, "] is ", +j,
              ", but the matrix has ", minors, minor_axis == 1 ? " columns" : " rows");
    });
    return indices;
  }

  File& file_;
  World& world_;
  const Content& content_;
  const Entry& entry_;
  const ReadOptions& options_;
  std::uint64_t indptr_sum_ = 0;
};

}  // namespace

Loaded load(File& file, const Content& content, const ReadOptions& options, bool whole) {
  Reader reader(file, content, options);
  return content.entry.format == Format::dense ? reader.dense(whole) : reader.sparse();
}

Value read(World& world, const std::string& file, const std::string& path, const ReadOptions& options) {
  Stamp before;
  world.together([&] { before = stamp_of(file); });
  const Content content =
      inspect_together(world, file, path.starts_with('/') ? path : "/" + path, options.caution.expansion).front();
  File open(world, file);
  const Value value = load(open, content, options).value;
  // HDF5 reads zeros where a file has ended meanwhile.
  world.together([&] {
    if (stamp_of(file) != before)
      fail(ErrorKind::io, file, " changed while it was read: read it again when it is whole");
  });
  return value;
}

}  // namespace spgrad::io
