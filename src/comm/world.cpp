#include "src/comm/world.hpp"

#include <exception>
#include <limits>
#include <new>

#include "src/comm/agreed.hpp"
#include "src/comm/combine.hpp"

namespace spgrad::comm {
namespace {

/// An Error that all ranks of a world throw; agreeing on it again adds nothing.
class AgreedError : public Error {
 public:
  AgreedError(const std::string& what, ErrorKind kind, const World* by) : Error(what, kind), world(by) {}
  const World* world;
};

struct Failure {
  ErrorKind kind = ErrorKind::other;
  std::string message;
};

Failure describe(const std::exception_ptr& error, const std::string& prefix) {
  try {
    std::rethrow_exception(error);
  } catch (const AgreedError& e) {
    return {e.kind(), e.what()};
  } catch (const Error& e) {
    return {e.kind(), prefix + e.what()};
  } catch (const std::bad_alloc&) {
    return {ErrorKind::other, prefix + "out of memory"};
  } catch (const std::exception& e) {
    return {ErrorKind::other, prefix + e.what()};
  } catch (...) {
    return {ErrorKind::other, prefix + "an exception of unknown type"};
  }
}

}  // namespace

bool is_agreed(const World& world, const std::exception_ptr& error) {
  try {
    if (error) std::rethrow_exception(error);
  } catch (const AgreedError& e) {
    return e.world == &world;
  } catch (...) {
  }
  return false;
}

void combine_into(DType dtype, Combine combine, std::span<std::byte> acc, std::span<const std::byte> x) {
  require(acc.size() == x.size(), "cannot combine ", acc.size(), " bytes with ", x.size());
  dispatch(dtype, combine, [&]<class T, Combine kCombine>() {
    T* const a = reinterpret_cast<T*>(acc.data());
    const T* const b = reinterpret_cast<const T*>(x.data());
    for (std::size_t i = 0; i < acc.size() / sizeof(T); ++i) a[i] = combined<T, kCombine>(a[i], b[i]);
  });
}

void World::agree(std::exception_ptr error, Index when) {
  if (is_agreed(*this, error)) std::rethrow_exception(error);
  constexpr Index kNever = std::numeric_limits<Index>::max();
  const Index first = reduce(error ? when * size() + rank() : kNever, Combine::min);
  if (first == kNever) return;

  const auto at = static_cast<int>(first % size());
  const Failure mine = at == rank() ? describe(error, size() == 1 ? "" : text("rank ", rank(), ": ")) : Failure{};
  const auto kind = gather_each(mine.kind)[static_cast<std::size_t>(at)];
  const auto message = gather_all(std::span<const char>(mine.message));  // the other ranks add nothing
  throw AgreedError(std::string(message.begin(), message.end()), kind, this);
}

void World::together(const std::function<void()>& work) {
  std::exception_ptr error;
  try {
    work();
  } catch (...) {
    error = std::current_exception();
  }
  agree(error);
}

void World::count_all_to_all(std::span<const std::vector<std::byte>> mine) {
  require(mine.size() == static_cast<std::size_t>(size()), "all_to_all of ", mine.size(), " parts among ", size(),
          " ranks");
  for (int r = 0; r < size(); ++r)
    if (const auto bytes = mine[static_cast<std::size_t>(r)].size(); r != rank() && bytes > 0) count(bytes, 1);
}

void World::count(std::size_t bytes, std::size_t messages) {
  traffic_.bytes += static_cast<Index>(bytes);
  traffic_.messages += static_cast<Index>(messages);
}

}  // namespace spgrad::comm
