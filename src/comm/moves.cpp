#include "src/comm/moves.hpp"

#include <algorithm>
#include <complex>
#include <cstring>

#include "src/comm/combine.hpp"

namespace spgrad::comm {
namespace {

/// The messages of one move; empty ones are not sent.
class Messages {
 public:
  explicit Messages(World& world) : world_(world) {}
  void send(int to, std::span<const std::byte> bytes) {
    if (!bytes.empty()) sends_.push_back({to, bytes});
  }
  void receive(int from, std::span<std::byte> bytes) {
    if (!bytes.empty()) receives_.push_back({from, bytes});
  }
  void travel() {
    const auto exchange = world_.exchange();
    exchange->start(sends_, receives_);
    exchange->wait();
  }

 private:
  World& world_;
  std::vector<Send> sends_;
  std::vector<Receive> receives_;
};

void copy(std::span<std::byte> to, std::span<const std::byte> from) {
  if (!from.empty()) std::memcpy(to.data(), from.data(), from.size());
}

struct Range {
  Index begin, end;
  Index count() const { return std::max<Index>(end - begin, 0); }
};
Range range(const Layout& layout, int rank) { return {layout.begin(rank), layout.end(rank)}; }
Range common(Range a, Range b) { return {std::max(a.begin, b.begin), std::min(a.end, b.end)}; }

/// The bytes of the rows `rows` (global numbers along the slow axis) of what this rank has of a dense value.
std::span<std::byte> rows_of(const Value& value, Range rows) {
  const Index first = value.cut() == kWhole ? 0 : value.layout().begin(value.rank());
  const std::size_t row_bytes = static_cast<std::size_t>(value.row_length()) * size_of(value.dtype());
  if (rows.count() == 0) return {};
  return value.bytes().subspan(static_cast<std::size_t>(rows.begin - first) * row_bytes,
                               static_cast<std::size_t>(rows.count()) * row_bytes);
}

void require_cut(const Value& value, std::string_view move) {
  require(!value.is_sparse() && value.cut() != kWhole, move, " needs a dense value that is cut, not ", value);
}
void require_whole(const Value& value, std::string_view move) {
  require(!value.is_sparse() && value.cut() == kWhole, move, " needs a dense value that every rank has whole, not ",
          value);
}

/// Calls f with a type of `bytes` bytes, for loops that only copy.
template <class F>
void with_element(std::size_t bytes, F&& f) {
  switch (bytes) {
    case 1:
      return f(std::uint8_t{});
    case 2:
      return f(std::uint16_t{});
    case 4:
      return f(std::uint32_t{});
    case 8:
      return f(std::uint64_t{});
    default:
      return f(std::complex<double>{});
  }
}

struct Block {
  std::byte* first;
  Index stride;  ///< elements from one row to the next
};

/// to[j, i] = from[i, j] for i < m, j < n; in tiles, so that lines of both stay in the cache.
void transpose(std::size_t element_bytes, Block to, Block from, Index m, Index n) {
  constexpr Index kTile = 32;
  with_element(element_bytes, [&](auto element) {
    using T = decltype(element);
    T* const out = reinterpret_cast<T*>(to.first);
    const T* const in = reinterpret_cast<const T*>(from.first);
    for (Index i0 = 0; i0 < m; i0 += kTile)
      for (Index j0 = 0; j0 < n; j0 += kTile)
        for (Index j = j0; j < std::min(j0 + kTile, n); ++j)
          for (Index i = i0; i < std::min(i0 + kTile, m); ++i) out[j * to.stride + i] = in[i * from.stride + j];
  });
}

}  // namespace

Value stored_by(const Value& whole, int axis) {
  if (whole.slow() == axis || whole.shape().ndim() < 2) return whole;
  const Value out = Value::whole(whole.dtype(), whole.shape(), axis);
  transpose(size_of(whole.dtype()), {out.bytes().data(), out.row_length()}, {whole.bytes().data(), whole.row_length()},
            whole.local_rows(), whole.row_length());
  return out;
}

Value gather_all(World& world, const Value& cut) {
  require_cut(cut, "gather_all");
  const Value out = Value::whole(cut.dtype(), cut.shape(), cut.slow());
  if (world.size() == 1) return out.with_data(cut.buffer());
  Messages messages(world);
  for (int r = 0; r < world.size(); ++r) {
    messages.send(r, cut.bytes());
    messages.receive(r, rows_of(out, range(cut.layout(), r)));
  }
  messages.travel();
  return out;
}

Value fold(World& world, const Value& partial, int axis, const Layout& layout, Combine combine) {
  require_whole(partial, "fold");
  const Value mine = stored_by(partial, axis);
  const Value out = Value::dense(partial.dtype(), partial.shape(), axis, layout, world.rank());
  if (world.size() == 1) return out.with_data(mine.buffer());

  const std::size_t n = out.bytes().size();
  const Buffer received(n * static_cast<std::size_t>(world.size()));
  const auto part = [&](int r) { return std::span(received.bytes() + static_cast<std::size_t>(r) * n, n); };
  Messages messages(world);
  for (int r = 0; r < world.size(); ++r) {
    messages.send(r, rows_of(mine, range(layout, r)));
    messages.receive(r, part(r));
  }
  messages.travel();
  copy(out.bytes(), part(0));
  for (int r = 1; r < world.size(); ++r) combine_into(out.dtype(), combine, out.bytes(), part(r));
  return out;
}

Value reduce_all(World& world, const Value& partial, Combine combine) {
  require_whole(partial, "reduce_all");
  if (world.size() == 1) return partial;
  const Value out = partial.with_dtype(partial.dtype());
  copy(out.bytes(), partial.bytes());
  world.all_reduce(out.dtype(), combine, out.bytes());
  return out;
}

Value carry(World& world, const Value& cut, bool from_end) {
  require_cut(cut, "carry");
  if (world.size() == 1) return cut;
  const Range mine = range(cut.layout(), world.rank());
  const Index last = from_end ? mine.begin : mine.end - 1;
  const auto totals = world.all_gather(rows_of(cut, mine.count() == 0 ? Range{} : Range{last, last + 1}));
  const Value out = Value::dense(cut.dtype(), cut.shape(), cut.cut(), cut.layout(), world.rank());
  dispatch(cut.dtype(), [&]<class T>() {
    const auto n = static_cast<std::size_t>(cut.row_length());
    std::vector<T> before(n);
    for (int r = from_end ? world.rank() + 1 : 0; r < (from_end ? world.size() : world.rank()); ++r) {
      const auto& bytes = totals[static_cast<std::size_t>(r)];
      const auto* total = reinterpret_cast<const T*>(bytes.data());
      for (std::size_t j = 0; j < (bytes.empty() ? 0 : n); ++j)
        before[j] = combined<T, Combine::sum>(before[j], total[j]);
    }
    const T* x = cut.data<T>().data();
    T* sum = out.data<T>().data();
    for (Index i = 0; i < cut.local_rows(); ++i)
      for (std::size_t j = 0; j < n; ++j) *sum++ = combined<T, Combine::sum>(*x++, before[j]);
  });
  return out;
}

std::vector<Value> reduce_all(World& world, std::span<const Value> partials, Combine combine, bool* any) {
  if (any == nullptr && partials.size() == 1) return {reduce_all(world, partials[0], combine)};
  const DType dtype = partials[0].dtype();
  Index elements = any != nullptr ? 1 : 0;
  for (const Value& x : partials) {
    require_whole(x, "reduce_all");
    require(x.dtype() == dtype, "reduce_all needs values of one dtype, not ", dtype, " and ", x.dtype());
    elements += x.local_size();
  }
  const Value message = Value::whole(dtype, {elements});  // of the pool: a warm call asks the system for nothing
  const std::span<std::byte> packed = message.bytes();
  std::byte* to = packed.data();
  for (const Value& x : partials) to = std::ranges::copy(x.bytes(), to).out;
  if (any != nullptr) dispatch(dtype, [&]<class T>() { message.data<T>().back() = *any ? T(1) : T(0); });
  if (world.size() > 1) world.all_reduce(dtype, combine, packed);
  if (any != nullptr)
    *any = std::ranges::any_of(packed.last(size_of(dtype)), [](std::byte b) { return b != std::byte{}; });
  std::vector<Value> out;
  const std::byte* from = packed.data();
  for (const Value& x : partials) {
    out.push_back(x.with_dtype(dtype));
    copy(out.back().bytes(), {from, x.bytes().size()});
    from += x.bytes().size();
  }
  return out;
}

Value turn(World& world, const Value& cut, const Layout& layout) {
  require_cut(cut, "turn");
  require(cut.shape().ndim() == 2, "turn needs a matrix, not ", cut);
  const Value out = Value::dense(cut.dtype(), cut.shape(), 1 - cut.cut(), layout, world.rank());
  const std::size_t element = size_of(cut.dtype());
  const Range mine = range(cut.layout(), world.rank()), mine_out = range(layout, world.rank());
  const auto at = [element](std::byte* first, Index elements) {
    return first + static_cast<std::size_t>(elements) * element;
  };
  const auto block = [element, at](const Buffer& buffer, Index before, Index elements) {
    return std::span(at(buffer.bytes(), before), static_cast<std::size_t>(elements) * element);
  };

  // My rows times the columns of rank r, sent as columns: they become r's rows.
  const Buffer packed(cut.bytes().size()), received(out.bytes().size());
  Messages messages(world);
  for (int r = 0; r < world.size(); ++r) {
    const Range theirs = range(layout, r), theirs_in = range(cut.layout(), r);
    const auto send = block(packed, mine.count() * theirs.begin, mine.count() * theirs.count());
    std::byte* const from = at(cut.bytes().data(), theirs.begin);
    if (r == world.rank()) {
      transpose(element, {at(out.bytes().data(), mine.begin), out.row_length()}, {from, cut.row_length()}, mine.count(),
                theirs.count());
      continue;
    }
    transpose(element, {send.data(), mine.count()}, {from, cut.row_length()}, mine.count(), theirs.count());
    messages.send(r, send);
    messages.receive(r, block(received, mine_out.count() * theirs_in.begin, mine_out.count() * theirs_in.count()));
  }
  messages.travel();
  for (int r = 0; r < world.size(); ++r) {
    const Range theirs = range(cut.layout(), r);
    if (r == world.rank()) continue;
    for (Index j = 0; j < mine_out.count(); ++j)
      copy({at(out.bytes().data(), j * out.row_length() + theirs.begin),
            static_cast<std::size_t>(theirs.count()) * element},
           block(received, mine_out.count() * theirs.begin + j * theirs.count(), theirs.count()));
  }
  return out;
}

Value relayout(World& world, const Value& cut, const Layout& layout) {
  require_cut(cut, "relayout");
  if (cut.layout() == layout) return cut;
  const Value out = Value::dense(cut.dtype(), cut.shape(), cut.cut(), layout, world.rank());
  const Range before = range(cut.layout(), world.rank()), after = range(layout, world.rank());
  Messages messages(world);
  for (int r = 0; r < world.size(); ++r) {
    messages.send(r, rows_of(cut, common(before, range(layout, r))));
    messages.receive(r, rows_of(out, common(after, range(cut.layout(), r))));
  }
  messages.travel();
  return out;
}

Value slice(const Value& whole, int axis, const Layout& layout, int rank) {
  require_whole(whole, "slice");
  const Value out = Value::dense(whole.dtype(), whole.shape(), axis, layout, rank);
  const Range rows = range(layout, rank);
  if (whole.slow() != axis && whole.shape().ndim() == 2) {
    const std::size_t offset = static_cast<std::size_t>(rows.begin) * size_of(whole.dtype());
    transpose(size_of(whole.dtype()), {out.bytes().data(), out.row_length()},
              {whole.bytes().data() + offset, whole.row_length()}, whole.local_rows(), rows.count());
  } else if (layout.ranks() == 1) {
    return out.with_data(whole.buffer());
  } else {
    copy(out.bytes(), rows_of(whole, rows));
  }
  return out;
}

}  // namespace spgrad::comm
