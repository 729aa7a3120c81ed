#pragma once

#include "sim/workload/elementary.h"
#include "sim/workload/network.h"

namespace nzsim::systolic {

/// The activation function of a machine for bfloat16, before the rounding. `x` is finite.
[[nodiscard]] inline double activated(Activation function, double x) {
  switch (function) {
    case Activation::none:
      return x;
    case Activation::relu:
      return x > 0.0 ? x : 0.0;
    case Activation::sigmoid:
      return elementary::sigmoid(x);
    case Activation::tanh:
      return elementary::hyperbolic_tangent(x);
    case Activation::gelu:
      return elementary::gelu(x);
  }
  return x;
}

}  // namespace nzsim::systolic
