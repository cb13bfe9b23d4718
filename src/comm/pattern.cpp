// New patterns: each rank brings its part, checks and describes it; one message to all agrees on the rest.
#include <algorithm>
#include <array>
#include <exception>

#include "spgrad/distribute.hpp"
#include "src/comm/fingerprint.hpp"
#include "src/comm/world.hpp"

namespace spgrad {
namespace {

// What a rank tells the others about its part of a pattern.
struct Part {
  Index nnz = 0, ghosts = 0;
  std::uint64_t layouts = 0, entries = 0;  // hashes
  Index sorted = 1, unique = 1, failed = 0;
};

void check_layouts(const World& world, const Layout& major, const Layout& minor) {
  for (const Layout& layout : {major, minor})
    require(layout.ranks() == world.size(), "a layout for ", layout.ranks(), " ranks was given to a world of ",
            world.size());
}

void check_indptr(const Array<Index>& indptr, Index majors, std::size_t entries) {
  const auto offsets = static_cast<std::size_t>(majors) + 1;
  require(indptr.size() == offsets, "indptr has ", indptr.size(), " offsets, but ", majors, " local majors need ",
          offsets);
  require(indptr[0] == 0, "indptr starts with ", indptr[0], ", not 0");
  const auto falls = std::ranges::is_sorted_until(indptr) - indptr.begin();
  if (static_cast<std::size_t>(falls) < offsets)
    fail(ErrorKind::data, "indptr falls from ", indptr[falls - 1], " to ", indptr[falls], " at local major ",
         falls - 1);
  require(indptr[majors] == static_cast<Index>(entries), "indptr ends with ", indptr[majors], " but there are ",
          entries, " entries");
}

void check_ghosts(const Sparsity& s) {
  Index last = -1;
  for (const Index g : s.ghosts) {
    require(g >= 0 && g < s.minor.size(), "ghost ", g, " is out of range 0 .. ", s.minor.size() - 1);
    require(g > last, "ghosts must ascend, but ", g, " follows ", last);
    require(g < s.minor.begin(s.rank) || g >= s.minor.end(s.rank), "ghost ", g, " is owned by this rank, which has ",
            s.minor.begin(s.rank), " .. ", s.minor.end(s.rank) - 1);
    last = g;
  }
  require(s.local_minors() <= INT32_MAX, "one rank has ", s.local_minors(),
          " local minors, but at most 2147483647 are possible");
}

void check_indices(const Sparsity& s) {
  for (const LocalIndex i : s.indices)
    require(i >= 0 && i < s.local_minors(), "local index ", i, " is out of range 0 .. ", s.local_minors() - 1);
}

// Whether minors ascend by global number, and whether none comes twice, in the stored entries `row`.
void look_at_row(const Sparsity& s, std::span<const LocalIndex> row, std::vector<LocalIndex>& scratch, Part& part) {
  const auto global = [&](LocalIndex i) { return s.global_minor(i); };
  if (std::ranges::is_sorted(row, {}, global)) {
    if (std::ranges::adjacent_find(row) != row.end()) part.unique = 0;
    return;
  }
  part.sorted = 0;
  if (part.unique == 0) return;
  scratch.assign(row.begin(), row.end());
  std::ranges::sort(scratch);
  if (std::ranges::adjacent_find(scratch) != scratch.end()) part.unique = 0;
}

Part described(const Sparsity& s) {
  Part part{.nnz = s.local_nnz(), .ghosts = static_cast<Index>(s.ghosts.size())};
  part.layouts = comm::hash_of(std::array{comm::hash_of(s.major), comm::hash_of(s.minor)});
  part.entries = comm::hash_of_entries(s);
  std::vector<LocalIndex> scratch;
  const std::span<const LocalIndex> indices = s.indices;
  for (std::size_t k = 0; k + 1 < s.indptr.size(); ++k)
    look_at_row(s, indices.subspan(s.indptr[k], s.indptr[k + 1] - s.indptr[k]), scratch, part);
  return part;
}

void combine(Sparsity& s, std::span<const Part> parts) {
  std::vector<Index> starts{0};
  std::vector<std::uint64_t> hashes{parts[0].layouts};
  for (const Part& part : parts) {
    starts.push_back(starts.back() + part.nnz);
    hashes.push_back(part.entries);
    s.ghost_rows += part.ghosts;
    s.sorted = s.sorted && part.sorted;
    s.unique = s.unique && part.unique;
  }
  s.entries = Layout(std::move(starts));
  s.fingerprint = comm::hash_of(hashes);
}

// The pattern whose indptr, indices and ghosts fill() makes and checks on each rank; it may throw on some ranks only.
template <class Fill>
SparsityPtr agreed(World& world, const Layout& major, const Layout& minor, Fill&& fill) {
  const auto s = std::make_shared<Sparsity>();
  Part mine;
  std::exception_ptr error;
  try {
    check_layouts(world, major, minor);
    s->major = major;
    s->minor = minor;
    s->rank = world.rank();
    fill(*s);
    mine = described(*s);
  } catch (...) {
    error = std::current_exception();
    mine.failed = 1;
  }
  const auto parts = world.gather_each(mine);
  if (std::ranges::any_of(parts, &Part::failed)) world.agree(error);
  for (std::size_t r = 1; r < parts.size(); ++r)
    require(parts[r].layouts == parts[0].layouts, "rank 0 and rank ", r, " passed different layouts for one pattern");
  combine(*s, parts);
  return s;
}

}  // namespace

SparsityPtr make_sparsity(World& world, const Layout& major, const Layout& minor, Array<Index> indptr,
                          std::span<const Index> minors) {
  return agreed(world, major, minor, [&](Sparsity& s) {
    check_indptr(indptr, s.local_majors(), minors.size());
    s.indptr = std::move(indptr);
    compact(s, minors);
  });
}

SparsityPtr adopt_sparsity(World& world, const Layout& major, const Layout& minor, Array<Index> indptr,
                           Array<LocalIndex> indices, Array<Index> ghosts) {
  return agreed(world, major, minor, [&](Sparsity& s) {
    check_indptr(indptr, s.local_majors(), indices.size());
    s.indptr = std::move(indptr);
    s.indices = std::move(indices);
    s.ghosts = std::move(ghosts);
    check_ghosts(s);
    check_indices(s);
  });
}

}  // namespace spgrad
