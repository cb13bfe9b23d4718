#include "spgrad/profile.hpp"

#include <optional>
#include <unordered_map>

#include "src/comm/world.hpp"
#include "src/run/profile_table.hpp"

namespace spgrad {
namespace {

double seconds(Probe::Time from, Probe::Time to) { return std::chrono::duration<double>(to - from).count(); }

}  // namespace

struct Profile::Impl {
  // What this rank has of a row; reduced over ranks as they stand, so all are double.
  struct Sums {
    double count = 0, flops = 0, bytes = 0, sent = 0, messages = 0, predicted = 0, measured = 0, under_way = 0;
  };
  static constexpr std::size_t kSums = sizeof(Sums) / sizeof(double);

  struct Open {
    Time since;
    double nested = 0;
  };

  Impl(World& w, Machine m) : world(w), machine(std::move(m)) {}

  std::size_t row_of(const Activity& a) {
    const auto [at, fresh] = by_id.try_emplace(a.id, sums.size());
    if (fresh) {
      sums.emplace_back();
      Row row{};
      row.kind = a.kind == Activity::kBegin ? Activity::kEnd : a.kind;
      row.name = a.name, row.label = a.label, row.type = a.type;
      rows.push_back(std::move(row));
      begun.emplace_back();
    }
    return at->second;
  }

  World& world;
  Machine machine;
  std::unordered_map<std::uint64_t, std::size_t> by_id;
  std::vector<Row> rows;
  std::vector<Sums> sums;                  // by row
  std::vector<std::optional<Time>> begun;  // by row: of a move under way
  std::vector<Open> open;
};

Profile::Profile(World& world, Machine machine) : impl_(std::make_unique<Impl>(world, std::move(machine))) {}
Profile::~Profile() = default;

void Profile::begin(const Activity& a, Time now) {
  std::optional<Time>& begun = impl_->begun[impl_->row_of(a)];
  if (a.kind == Activity::kBegin || !begun) begun = now;
  impl_->open.push_back({now});
}

void Profile::end(const Activity& a, Time now, const Work& work) {
  auto& open = impl_->open;
  const std::size_t row = impl_->row_of(a);
  Impl::Sums& s = impl_->sums[row];
  const double took = seconds(open.back().since, now);
  const bool whole = a.kind == Activity::kCall, move = a.kind == Activity::kBegin || a.kind == Activity::kEnd;
  s.measured += whole ? took : took - open.back().nested;
  open.pop_back();
  if (!open.empty()) open.back().nested += took;

  const auto sent = static_cast<double>(work.bytes_sent), messages = static_cast<double>(work.messages);
  if (a.kind != Activity::kBegin) ++s.count;
  if (a.kind == Activity::kEnd) s.under_way += seconds(*impl_->begun[row], now);
  if (a.kind != Activity::kBegin) impl_->begun[row].reset();
  s.flops += work.cost.flops;
  s.bytes += work.cost.bytes;
  s.sent += sent;
  s.messages += messages;
  if (move) s.predicted += impl_->machine.seconds(messages, sent);
  if (a.kind == Activity::kKernel) s.predicted += impl_->machine.seconds(work.cost);
}

std::vector<Profile::Row> Profile::rows() {
  World& world = impl_->world;
  const auto n = static_cast<std::int64_t>(impl_->rows.size());
  require(!world.any(world.reduce(n, comm::Combine::max) != n), "profile: the ranks have not made the same calls");
  const auto reduced = [&](comm::Combine combine) {
    std::vector<Impl::Sums> all = impl_->sums;
    if (n > 0) world.all_reduce(DType::float64, combine, std::as_writable_bytes(std::span(all)));
    return all;
  };
  const std::vector<Impl::Sums> sum = reduced(comm::Combine::sum), most = reduced(comm::Combine::max);
  std::vector<Row> rows = impl_->rows;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    Row& r = rows[k];
    r.count = static_cast<Index>(most[k].count);
    r.flops = sum[k].flops, r.bytes = sum[k].bytes;
    r.bytes_sent = sum[k].sent, r.messages = sum[k].messages;
    r.predicted = most[k].predicted, r.measured = most[k].measured;
    r.measured_mean = sum[k].measured / world.size(), r.under_way_mean = sum[k].under_way / world.size();
  }
  return rows;
}

std::string Profile::report() { return profile_table(rows(), impl_->world.size(), impl_->machine); }

}  // namespace spgrad
