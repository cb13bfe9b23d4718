// poisson, binomial: sparse matrices of random counts, whose patterns are drawn with them.
#include "src/ops/random/random.hpp"

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

}  // namespace

constinit const Op ops::poisson{
    .name = "poisson",
    .inputs = "A draw",
    .attributes = "seed",
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
    .attributes = "shape format dtype seed",
    .formula = "at every position the successes among n trials of probability p",
    .doc = "Zero counts are not stored. No gradient.",
    .letters = ". . . -> ij",
    .infer = [](const Node& n) -> Type {
      require(is_integer(n.in[0]->type.dtype), "n must be an integer, not ", n.in[0]->type.dtype);
      require(!is_complex(n.in[1]->type.dtype), "p must be real, not ", n.in[1]->type.dtype);
      require_draw(n, 2);
      return {parse_dtype(n.attr<std::string>("dtype")), format_attr(n), shape_attr(n)};
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

}  // namespace spgrad
