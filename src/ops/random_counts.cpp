// poisson, binomial, multinomial: sparse matrices of random counts.
#include <cmath>
#include <numeric>

#include "src/ops/random.hpp"

namespace spgrad {
namespace {

// The counts that are not 0, drawn while the pattern is built.
struct Drawn {
  std::vector<Index> indptr{0}, minors, counts;
  double refused = 0;  ///< a mean that no distribution has; the others wait for our messages, so run() says it

  void add(Index minor, Index count) {
    if (count == 0) return;
    minors.push_back(minor);
    counts.push_back(count);
  }
  void end_major() { indptr.push_back(static_cast<Index>(counts.size())); }
};

Inspection made(InspectContext& c, const Layout& major, const Layout& minor, const std::shared_ptr<Drawn>& drawn) {
  return {c.make(major, minor, drawn->indptr, drawn->minors), drawn};
}

const Drawn& drawn_by(const RunContext& c) { return *static_cast<const Drawn*>(c.inspection().extra.get()); }

void write_counts(RunContext& c) {
  dispatch(c.out().dtype(), [&]<class T>() {
    std::ranges::transform(drawn_by(c).counts, c.out_data<T>().begin(), [](Index n) {
      if constexpr (is_complex_v<T>)
        return T(static_cast<typename T::value_type>(n));
      else
        return static_cast<T>(n);
    });
  });
}

Inspection draw_poisson(InspectContext& c) {
  const Value A = c.in(0);
  const Value means = cast(A, DType::float64);
  const Sparsity& s = *A.sparsity();
  const kernels::Draw draw = draw_of(c.node(), c.in(1), Random::poisson);
  std::vector<Index> counts(s.indices.size());
  const auto drawn = std::make_shared<Drawn>();
  for_cells(A, [&](Index p, const kernels::Cell& at) {
    const double mean = means.data<double>()[p];
    if (mean >= 0 && mean < 1e18)
      counts[p] = kernels::poisson(mean, {draw, at});
    else
      drawn->refused = mean;
  });
  for (Index k = 0; k < s.local_majors(); ++k) {
    for (Index p = s.indptr[k]; p < s.indptr[k + 1]; ++p) drawn->add(s.global_minor(s.indices[p]), counts[p]);
    drawn->end_major();
  }
  return made(c, s.major, s.minor, drawn);
}

struct Trials {
  Index n;
  double p;
  bool possible() const { return n >= 0 && p >= 0 && p <= 1; }
};
Trials trials(const Value& n, const Value& p) {
  return {cast(n, DType::int64).data<Index>()[0], cast(p, DType::float64).data<double>()[0]};
}

Inspection draw_binomial(InspectContext& c) {
  const int axis = major_axis(c.node().type);
  const Layout major = c.layout(axis), minor = c.layout(1 - axis);
  const kernels::Draw draw = draw_of(c.node(), c.in(2), Random::binomial);
  const Trials t = trials(c.in(0), c.in(1));
  const auto drawn = std::make_shared<Drawn>();
  for (Index k = major.begin(c.rank()); k < major.end(c.rank()); ++k) {
    for (Index l = 0; l < minor.size() && t.possible(); ++l)
      drawn->add(l, kernels::binomial(t.n, t.p, {draw, axis == 0 ? cell(k, l) : cell(l, k)}));
    drawn->end_major();
  }
  return made(c, major, minor, drawn);
}

// A row's entries by column, those of one column as stored: the order of the draws does not depend on that of storage.
std::vector<Index> by_column(const Sparsity& s, Index row) {
  std::vector<Index> entries(static_cast<std::size_t>(s.indptr[row + 1] - s.indptr[row]));
  std::iota(entries.begin(), entries.end(), s.indptr[row]);
  std::ranges::stable_sort(entries, {}, [&](Index p) { return s.global_minor(s.indices[p]); });
  return entries;
}

// n trials fall on a row's entries: on each a binomial share of what those before it have left.
template <class T>
void share_out(Index n, const std::vector<Index>& entries, std::span<const T> P, const kernels::Draw& draw,
               const std::vector<kernels::Cell>& cells, T* out) {
  std::vector<double> rest(entries.size() + 1);  // rest[k]: all weights from k on
  for (std::size_t k = entries.size(); k-- > 0;) {
    const double weight = static_cast<double>(P[entries[k]]);
    require(weight >= 0 && std::isfinite(weight), "a probability is ", weight);
    rest[k] = rest[k + 1] + weight;
  }
  require(n >= 0, n, " trials are less than none");
  require(n == 0 || entries.empty() || rest[0] > 0, "all probabilities of a row are 0");
  for (std::size_t k = 0; k < entries.size(); ++k) {
    const Index p = entries[k];
    const double share = rest[k] > 0 ? std::min(static_cast<double>(P[p]) / rest[k], 1.0) : 0;
    const Index count = kernels::binomial(n, share, {draw, cells[p]});
    out[p] = static_cast<T>(count);
    n -= count;
  }
}

void run_multinomial(RunContext& c) {
  const Sparsity& s = c.sparsity(1);
  const kernels::Draw draw = draw_of(c.node(), c.in(2), Random::multinomial);
  const Value n = cast(c.in(0), DType::int64);
  const bool one = n.shape().ndim() == 0;
  std::vector<kernels::Cell> cells(s.indices.size());
  for_cells(c.in(1), [&](Index p, const kernels::Cell& at) { cells[p] = at; });
  dispatch_real(c.out().dtype(), [&]<class T>() {
    for (Index i = 0; i < s.local_majors(); ++i)
      share_out<T>(n.data<Index>()[one ? 0 : i], by_column(s, i), c.data<T>(1), draw, cells, c.out_data<T>().data());
  });
}

}  // namespace

std::shared_ptr<const std::vector<Index>> occurrences(const Sparsity& s) {
  return s.cache.get<std::vector<Index>>(0, [&] {
    auto before = std::make_shared<std::vector<Index>>();
    if (s.unique) return before;
    before->resize(s.indices.size());
    for (Index k = 0; k < s.local_majors(); ++k) {
      const std::vector<Index> entries = by_column(s, k);
      for (std::size_t e = 1; e < entries.size(); ++e)
        if (s.indices[entries[e]] == s.indices[entries[e - 1]]) (*before)[entries[e]] = (*before)[entries[e - 1]] + 1;
    }
    return before;
  });
}

constinit const Op ops::poisson{
    .name = "poisson",
    .inputs = "A draw",
    .formula = "a Poisson count of mean A_ij at every stored position",
    .doc = "In A's dtype and format; zero counts are not stored. No gradient.",
    .letters = "ij . -> ij",
    .infer = [](const Node& n) -> Type {
      require(n.in[0]->type.sparse(), "A must be csr or csc");
      require_draw(n, 1);
      return {promoted_dtype(n), n.in[0]->type.format, shape_by_letters(n)};
    },
    .run =
        [](RunContext& c) {
          const double mean = drawn_by(c).refused;
          require(mean == 0, "poisson: a mean is ", mean, ", which no distribution has");
          write_counts(c);
        },
    .spread = [](const Node& n) -> Spreads {
      const Rows major = own_major(n.in[0]);
      return {{{major, all()}, major}};
    },
    .inspect = draw_poisson,
    .pattern = from_data(),
    .grad_kind = GradKind::none,
    .promotes = inputs_mask({0}),
    .accepts = static_cast<DTypes>(kInteger | kReal),
    .aliases = {.scipy = "numpy.random.poisson", .torch = "torch.poisson", .jax = "jax.random.poisson"},
};

constinit const Op ops::binomial{
    .name = "binomial",
    .inputs = "n p draw",
    .formula = "at every position the successes among n trials of probability p",
    .doc = "Zero counts are not stored. No gradient.",
    .letters = ". . . -> ij",
    .infer = [](const Node& n) -> Type {
      require(is_integer(n.in[0]->type.dtype), "n must be an integer, not ", n.in[0]->type.dtype);
      require(!is_complex(n.in[1]->type.dtype), "p must be real, not ", n.in[1]->type.dtype);
      require_draw(n, 2);
      const auto& sizes = n.attr<std::vector<Index>>("shape");
      const bool csc = n.attr<std::string>("format") == "csc";
      return {parse_dtype(n.attr<std::string>("dtype")), csc ? Format::csc : Format::csr, {sizes[0], sizes[1]}};
    },
    .run =
        [](RunContext& c) {
          const Trials t = trials(c.in(0), c.in(1));
          require(t.possible(), "binomial: ", t.n, " trials of probability ", t.p, " do not exist");
          write_counts(c);
        },
    .spread = [](const Node& n) -> Spreads {
      return {{{all(), all(), all()}, own(major_axis(n.type))}};
    },
    .inspect = draw_binomial,
    .pattern = from_data(),
    .grad_kind = GradKind::none,
    .promotes = 0,
    .aliases = {.scipy = "numpy.random.binomial", .torch = "torch.binomial", .jax = "jax.random.binomial"},
};

constinit const Op ops::multinomial{
    .name = "multinomial",
    .inputs = "n P draw",
    .formula = "in every row n trials, which fall on the stored entries with probabilities P_ij / sum(P_i)",
    .doc = "On P's Sparsity and in its dtype; n is one for all rows or one a row. P is csr. No gradient.",
    .letters = ". ij . -> ij | i ij . -> ij",
    .infer = [](const Node& n) -> Type {
      require(n.in[1]->type.format == Format::csr, "P must be csr, not ", n.in[1]->type.format);
      require(is_integer(n.in[0]->type.dtype), "n must be integers, not ", n.in[0]->type.dtype);
      require_draw(n, 2);
      return {promoted_dtype(n), Format::csr, shape_by_letters(n)};
    },
    .run = run_multinomial,
    .spread = [](const Node& n) -> Spreads {
      const Type& trials = n.in[0]->type;
      const Rows of_n = trials.ndim() == 0 || trials.shape[0] == 1 ? all() : own();
      return {{{of_n, own(), all()}, own()}};
    },
    .pattern = same(1),
    .grad_kind = GradKind::none,
    .promotes = inputs_mask({1}),
    .accepts = kReal,
    .aliases = {.scipy = "numpy.random.multinomial", .jax = "jax.random.multinomial"},
};

Var poisson(const Var& A, Index seed, const Var& draw) { return apply(ops::poisson, {A, draw}, {{"seed", seed}}); }

Var binomial(const Var& n, const Var& p, const Shape& shape, Format format, DType dtype, Index seed, const Var& draw) {
  require(shape.ndim() == 2 && shape.known(), "binomial: both sizes must be given, not ", shape);
  require(format != Format::dense, "binomial: the format must be csr or csc");
  return apply(ops::binomial, {n, p, draw},
               {{"shape", std::vector<Index>{shape[0], shape[1]}},
                {"format", std::string(name(format))},
                {"dtype", std::string(name(dtype))},
                {"seed", seed}});
}

Var multinomial(const Var& n, const Var& P, Index seed, const Var& draw) {
  return apply(ops::multinomial, {n, P, draw}, {{"seed", seed}});
}

}  // namespace spgrad
