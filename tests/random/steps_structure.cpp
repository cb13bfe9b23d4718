// Steps that change what a sparse matrix stores: parts and stacks, cleaning, taking apart, making of something dense.
#include "spgrad/ops.hpp"
#include "tests/random/steps.hpp"

namespace spgrad::tests {
namespace {

using In = const Vars&;

Format format(Index choice) { return choice % 2 == 0 ? Format::csr : Format::csc; }

// Any bounds, some left out, steps of either sign.
Slice slice(Index choice) {
  constexpr Index steps[]{1, -1, 2, -2, 3};
  Slice s{{}, {}, steps[choice % 5]};
  if (choice / 5 % 3 != 0) s.start = choice / 15 % 13 - 6;
  if (choice / 195 % 3 != 0) s.stop = choice / 585 % 13 - 6;
  return s;
}

Var part(In in, Index choice) {
  const Slice every{};
  const Index which = choice % 3;
  return get_item_2d(in[0], which == 1 ? every : slice(choice / 3), which == 0 ? every : slice(choice / 22815));
}

Var put_together(In in, Index choice) {
  const auto [data, indices, indptr, shape] = csm_properties(in[0]);
  return with_data(in[0], mul(data, choice % 2 == 0 ? data : Var(2.0)));
}

Var made_of_parts(In in, Index) {
  const Var& A = in[0];
  if (A->type.shape[0] == kUnknown || A->type.shape[1] == kUnknown) return neg(A);
  return csm(sqr(csm_data(A)), csm_indices(A), csm_indptr(A), A->type.shape, A->type.format);
}

constexpr Step kSteps[]{
    {"transpose", "Sij", of_one<transpose>},
    {"as_format", "Sij", [](In in, Index choice) { return as_format(in[0], format(choice)); }},
    {"get_item_2d", "Sij", part},
    {"get_item_2d", "Dij", part},
    {"get_item_list", "Sij Iri", of_two<get_item_list>},
    {"get_item_list", "Dij Iri", of_two<get_item_list>},
    {"get_item_2lists", "Sij Iri Irj", [](In in, Index) { return get_item_2lists(in[0], in[1], in[2]); }},
    {"get_item_scalar", "SIJ",
     [](In in, Index choice) { return get_item_scalar(in[0], -(choice % 2), -(choice / 2 % 2)); }},
    {"vstack", "Sij Skj",
     [](In in, Index choice) {
       return vstack({in[0], in[1]}, format(choice));
     }},
    {"hstack", "Sij Sik Sij",
     [](In in, Index choice) {
       return hstack({in[0], in[1], in[2]}, format(choice));
     }},
    {"block_diag", "Sij Skl",
     [](In in, Index choice) {
       return block_diag({in[0], in[1]}, format(choice));
     }},
    {"block_diag", "Dij Skl",
     [](In in, Index choice) {
       return block_diag({in[0], in[1]}, format(choice));
     }},
    {"diag", "Sii", of_one<diag>},
    {"square_diagonal", "Di", of_one<square_diagonal>},
    {"remove0", "Sij*", of_one<remove0>, is_nonzero},
    {"ensure_sorted_indices", "Sij", of_one<ensure_sorted_indices>},
    {"sum_duplicates", "Sij", of_one<sum_duplicates>},
    {"clean", "Sij*", of_one<clean>, is_nonzero},
    {"sparse_from_dense", "Dij", [](In in, Index choice) { return sparse_from_dense(in[0], format(choice)); }},
    {"construct_sparse_from_list", "Sij Drj Iri",
     [](In in, Index) { return construct_sparse_from_list(in[0], in[1], in[2]); }},
    {"construct_sparse_from_list", "Dij Drj Iri",
     [](In in, Index) { return construct_sparse_from_list(in[0], in[1], in[2]); }},
    {"csm_data", "Sij", [](In in, Index) { return sum(sqr(csm_data(in[0]))); }},
    // Vectors of as many elements as a matrix has entries, which nothing given tells.
    {"csm_data", "Sij Di",
     [](In in, Index) {
       return concatenate({in[1], csm_data(in[0])});
     }},
    {"csm_data", "Sij", [](In in, Index choice) { return subtensor(csm_data(in[0]), slice(choice)); }},
    {"csm_data", "Sij", [](In in, Index) { return square_diagonal(csm_data(in[0])); }},
    {"csm_data", "Sij", [](In in, Index) { return cumsum(csm_data(in[0])); }},
    {"csm_properties", "Sij", put_together},
    {"csm", "Sij", made_of_parts},
};

}  // namespace

Steps structure_steps() { return kSteps; }

}  // namespace spgrad::tests
