#include <numeric>

#include "source.hpp"

namespace spgrad::app {
namespace {

// The heaviest rank's entries beside the mean, for a cut of rows of these lengths.
double imbalance(std::span<const Index> lengths, const Layout& cut) {
  Index most = 0, total = 0;
  for (int r = 0; r < cut.ranks(); ++r) {
    const Index here = std::accumulate(lengths.begin() + cut.begin(r), lengths.begin() + cut.end(r), Index{0});
    most = std::max(most, here);
    total += here;
  }
  return total > 0 ? static_cast<double>(most) * cut.ranks() / static_cast<double>(total) : 1;
}

void show_balance(Session& session, const Value& matrix, int only) {
  const Sparsity& s = *matrix.sparsity();
  const Value mine = Value::dense(DType::int64, {s.major.size()}, 0, s.major, s.rank);
  std::adjacent_difference(s.indptr.begin() + 1, s.indptr.end(), mine.data<Index>().begin());
  const Value everybody = gather_all(session.world(), mine);
  const std::span<const Index> lengths = everybody.data<Index>();
  const char* what = matrix.format() == Format::csc ? "columns" : "rows";
  const std::vector<int> counts = only > 0 ? std::vector<int>{only} : std::vector<int>{2, 4, 16, 64};
  for (const int ranks : counts)
    session.print("  balance over ", ranks,
                  " ranks, heaviest / mean: ", imbalance(lengths, Layout::even(s.major.size(), ranks)), " (even ", what,
                  "), ", imbalance(lengths, Layout::balanced(lengths, ranks)), " (by entries)");
}

void show(Session& session, const std::string& where, const Value& v, int ranks) {
  const Statistics s = statistics(session.world(), v);
  session.print(where, "  ", v);
  session.print("  values: min ", s.min, ", max ", s.max, ", mean ", s.mean, ", zeros ", s.explicit_zeros, ", NaN ",
                s.nan);
  if (!v.is_sparse()) return;
  const double cells = static_cast<double>(v.shape()[0]) * static_cast<double>(v.shape()[1]);
  session.print("  stored: ", s.stored, " (", cells > 0 ? 100 * static_cast<double>(s.stored) / cells : 0, " % of all)",
                v.sparsity()->sorted ? "" : ", unsorted", v.sparsity()->unique ? "" : ", with duplicates");
  session.print("  entries per ", v.format() == Format::csc ? "column" : "row", ": min ", s.shortest, ", mean ",
                s.mean_length, ", max ", s.longest, ", empty ", s.empty);
  show_balance(session, v, ranks);
}

}  // namespace

int info(Session& session, const InfoOptions& options) {
  World& world = session.world();
  if (!io::is_hdf5(world, options.in.file) || !options.in.group.empty()) {
    const Source source = read_source(world, options.in);
    show(session, source.name, source.matrix, options.ranks);
    if (source.labels) show(session, source.name + " labels", *source.labels, options.ranks);
    return 0;
  }
  const auto entries = io::list(world, options.in.file);
  require(!entries.empty(), options.in.file, ": no matrix or array in it");
  for (const io::Entry& e : entries)
    show(session, options.in.file + ":" + e.path,
         io::read(world, options.in.file, e.path, {.caution = options.in.caution}), options.ranks);
  return 0;
}

}  // namespace spgrad::app
