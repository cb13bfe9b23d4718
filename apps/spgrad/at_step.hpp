// at_step.hpp: says in which step of a loop something went wrong.
#pragma once

#include "spgrad/dtype.hpp"
#include "spgrad/error.hpp"

namespace spgrad::app {

/// The result of work(). In a loop its Errors begin with the step, which work() may change as it goes on.
template <class Work>
auto at_step(const Index& step, bool loop, Work&& work) try {
  return work();
} catch (const Error& e) {
  if (!loop) throw;
  throw Error(text("step ", step, ": ", e.what()), e.kind());
}

}  // namespace spgrad::app
