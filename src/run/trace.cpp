#include "spgrad/trace.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <unordered_map>

#include "src/comm/agreed.hpp"
#include "src/comm/clock.hpp"
#include "src/run/trace_events.hpp"

namespace spgrad {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

using trace::Nanoseconds;
Nanoseconds nanoseconds(Probe::Time t) { return std::chrono::nanoseconds(t.time_since_epoch()).count(); }

// Text from the other ranks to rank 0, each piece behind its size; an empty one is the last.
void send_piece(comm::Exchange& exchange, const std::string& piece) {
  const auto size = static_cast<Index>(piece.size());
  exchange.start(std::vector<comm::Send>{{0, std::as_bytes(std::span(&size, 1))}}, {});
  exchange.wait();
  if (size == 0) return;
  exchange.start(std::vector<comm::Send>{{0, std::as_bytes(std::span(piece))}}, {});
  exchange.wait();
}
std::string receive_piece(comm::Exchange& exchange, int from) {
  Index size = 0;
  exchange.start({}, std::vector<comm::Receive>{{from, std::as_writable_bytes(std::span(&size, 1))}});
  exchange.wait();
  std::string piece(static_cast<std::size_t>(size), '\0');
  if (size == 0) return piece;
  exchange.start({}, std::vector<comm::Receive>{{from, std::as_writable_bytes(std::span(piece))}});
  exchange.wait();
  return piece;
}

}  // namespace

struct Trace::Impl {
  Impl(World& w, std::string f, Index limit)
      : world(w), file(std::move(f)), kept(static_cast<std::size_t>(std::max<Index>(limit / w.size(), 1))) {
    world.together([&] {
      if (world.rank() == 0) out.open(file, std::ios::binary | std::ios::trunc);
      check_file();
    });
    clock.first_offset = comm::clock_offset(world);
    clock.first = comm::nanoseconds_now();
    clock.origin = world.reduce(world.rank() == 0 ? clock.first : 0);
  }

  void check_file() {
    if (!out) fail(ErrorKind::io, file, " cannot be written: ", std::strerror(errno));
  }

  bool full() {
    if (recorded.events.size() + recorded.marks.size() < kept) return false;
    ++lost;
    return true;
  }

  std::uint32_t known(const Activity& a) {
    const auto [at, fresh] = by_id.try_emplace(a.id, static_cast<std::uint32_t>(recorded.activities.size()));
    if (fresh) recorded.activities.push_back(a);
    return at->second;
  }

  std::string header() const {
    return text(R"({"displayTimeUnit":"ms","otherData":{"ranks":)", world.size(),
                R"(,"clocks":"those of rank 0, by ping-pong","activities lost by each rank":)", lost,
                R"(},"traceEvents":[)", "\n",
                R"({"ph":"M","pid":1,"tid":0,"name":"process_labels","args":{"labels":"spgrad"}})");
  }

  // Calls put with pieces of the lines of this rank.
  template <class Put>
  void write_pieces(Put&& put) {
    std::string piece = world.rank() == 0 ? header() : "";
    trace::write(recorded, world.rank(), clock, [&](const std::string& line) {
      piece += ",\n" + line;
      if (piece.size() < kPiece) return;
      put(piece);
      piece.clear();
    });
    if (!piece.empty()) put(piece);
  }

  void close() {
    out << "\n]}\n";
    out.close();
    check_file();
  }

  // By rank 0 into the file, by others to rank 0.
  void put(comm::Exchange& exchange, const std::string& piece) {
    if (world.rank() == 0)
      out << piece;
    else
      send_piece(exchange, piece);
  }

  World& world;
  std::string file;
  std::size_t kept;
  std::ofstream out;  // of rank 0
  trace::Clock clock;
  trace::Recorded recorded;
  std::unordered_map<std::uint64_t, std::uint32_t> by_id;
  std::unordered_map<std::uint64_t, trace::Event> begun;  // moves under way
  std::vector<Nanoseconds> open;
  Index lost = 0;
  bool written = false;  // or tried to
};

Trace::Trace(World& world, std::string file, Index limit)
    : impl_(std::make_unique<Impl>(world, std::move(file), limit)) {}
Trace::~Trace() {
  if (impl_->written || impl_->world.rank() != 0) return;
  try {
    impl_->write_pieces([&](const std::string& piece) { impl_->out << piece; });
    impl_->close();
  } catch (...) {  // who wants to hear of it calls write()
  }
}

Index Trace::lost() const { return impl_->lost; }

void Trace::mark(const std::string& label) {
  if (!impl_->full()) impl_->recorded.marks.push_back({comm::nanoseconds_now(), label});
}

void Trace::begin(const Activity&, Time now) { impl_->open.push_back(nanoseconds(now)); }

void Trace::end(const Activity& a, Time now, const Work& work) {
  trace::Event e{impl_->known(a), a.kind, impl_->open.back(), nanoseconds(now), 0, 0, work};
  impl_->open.pop_back();
  if (a.kind == Activity::kBegin) impl_->begun[a.id] = e;
  if (const auto found = impl_->begun.find(a.id); a.kind == Activity::kEnd && found != impl_->begun.end()) {
    const trace::Event& begin = found->second;
    e.begun = begin.from, e.posted = begin.to;
    e.work.bytes_sent += begin.work.bytes_sent, e.work.messages += begin.work.messages;
    impl_->begun.erase(found);
  }
  if (!impl_->full()) impl_->recorded.events.push_back(e);
}

void Trace::write() {
  World& world = impl_->world;
  impl_->written = true;
  impl_->clock.last_offset = comm::clock_offset(world);
  impl_->clock.last = comm::nanoseconds_now();
  const auto exchange = world.exchange();
  impl_->write_pieces([&](const std::string& piece) { impl_->put(*exchange, piece); });
  if (world.rank() > 0) send_piece(*exchange, "");
  for (int r = 1; world.rank() == 0 && r < world.size(); ++r)
    for (std::string part = receive_piece(*exchange, r); !part.empty(); part = receive_piece(*exchange, r))
      impl_->out << part;
  world.together([&] {
    if (world.rank() == 0) impl_->close();
  });
}

void Trace::rescue(const std::exception_ptr& error) noexcept try {
  if (impl_->written) return;
  try {
    if (error) std::rethrow_exception(error);
  } catch (const std::exception& e) {
    mark(text("error: ", e.what()));
  }
  if (comm::is_agreed(impl_->world, error)) write();
} catch (...) {  // the first error is the one to be told
}

}  // namespace spgrad
