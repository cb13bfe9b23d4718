// spgrad.hpp: everything.
#pragma once

#include "spgrad/distribute.hpp"  // IWYU pragma: export
#include "spgrad/function.hpp"    // IWYU pragma: export
#include "spgrad/grad.hpp"        // IWYU pragma: export
#include "spgrad/io.hpp"          // IWYU pragma: export
#include "spgrad/machine.hpp"     // IWYU pragma: export
#include "spgrad/op.hpp"          // IWYU pragma: export
#include "spgrad/ops.hpp"         // IWYU pragma: export
#include "spgrad/optimize.hpp"    // IWYU pragma: export
#include "spgrad/probe.hpp"       // IWYU pragma: export
#include "spgrad/profile.hpp"     // IWYU pragma: export
#include "spgrad/rewrite.hpp"     // IWYU pragma: export
#include "spgrad/session.hpp"     // IWYU pragma: export
#include "spgrad/stop.hpp"        // IWYU pragma: export
#include "spgrad/trace.hpp"       // IWYU pragma: export
#include "spgrad/value.hpp"       // IWYU pragma: export
