#include "src/run/packing.hpp"

#include <algorithm>

#include "src/comm/moves.hpp"

namespace spgrad {

Packing::Packing(World& world, const std::vector<Shared>& parameters) : world_(world), offsets_{0} {
  for (const Shared& s : parameters) {
    const Value& v = s.value();
    require(is_float(v.dtype()), "optimise: ", s.name(), " is a ", s.var()->type, ", but parameters must be real");
    const bool here = v.is_sparse() || v.cut() != kWhole || world.rank() == 0;
    like_.push_back(v);
    offsets_.push_back(offsets_.back() + (here ? v.local_size() : 0));
  }
}

std::vector<Value> Packing::placed(const std::vector<Value>& values) const {
  require(values.size() == like_.size(), "optimise: a state of ", values.size(), " parameters for ", like_.size());
  std::vector<Value> result;
  for (std::size_t p = 0; p < values.size(); ++p) {
    const Value &v = values[p], &like = like_[p];
    require(v.shape() == like.shape() && v.format() == like.format(), "optimise: a state of ", v, " for a parameter ",
            like);
    if (like.is_sparse())
      result.push_back(relayout(world_, v, like.sparsity()->major, like.sparsity()->minor));
    else if (like.cut() == kWhole)
      result.push_back(comm::stored_by(v.cut() == kWhole ? v : comm::gather_all(world_, v), like.slow()));
    else if (v.cut() == kWhole)
      result.push_back(comm::slice(v, like.cut(), like.layout(), world_.rank()));
    else if (v.cut() != like.cut())
      result.push_back(comm::turn(world_, v, like.layout()));
    else
      result.push_back(comm::relayout(world_, v, like.layout()));
  }
  return result;
}

void Packing::pack(std::span<const Value> values, std::span<double> out) const {
  for (std::size_t p = 0; p < like_.size(); ++p) {
    if (!lies_here(p)) continue;
    require(values[p].local_size() == like_[p].local_size() && values[p].slow() == like_[p].slow(),
            "optimise: a gradient is not cut as its parameter is: ", values[p], " beside ", like_[p]);
    const Value doubles = cast(values[p], DType::float64);
    std::ranges::copy(doubles.data<double>(), out.begin() + offsets_[p]);
  }
}

Value Packing::read(std::size_t p, std::span<const double> packed) const {
  const Value doubles = like_[p].with_dtype(DType::float64);
  const auto data = doubles.data<double>();
  if (lies_here(p)) std::copy_n(packed.begin() + offsets_[p], data.size(), data.begin());
  if (!like_[p].is_sparse() && like_[p].cut() == kWhole) {
    if (!lies_here(p)) std::ranges::fill(data, 0.0);
    world_.all_reduce(DType::float64, comm::Combine::sum, std::as_writable_bytes(data));
  }
  return cast(doubles, like_[p].dtype());
}

std::vector<Value> Packing::unpack(std::span<const double> packed) const {
  std::vector<Value> values;
  for (std::size_t p = 0; p < like_.size(); ++p) values.push_back(read(p, packed));
  return values;
}

std::vector<Value> Packing::view(std::span<double> packed) const {
  std::vector<Value> values;
  for (std::size_t p = 0; p < like_.size(); ++p) {
    const bool cut = like_[p].is_sparse() || like_[p].cut() != kWhole;
    if (!cut || like_[p].dtype() != DType::float64) {
      values.push_back(read(p, packed));
      continue;
    }
    const auto part =
        packed.subspan(static_cast<std::size_t>(offsets_[p]), static_cast<std::size_t>(like_[p].local_size()));
    values.push_back(like_[p].with_data(Buffer::adopt(part.data(), part.size_bytes())));
  }
  return values;
}

}  // namespace spgrad
