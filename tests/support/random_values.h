#pragma once

#include <string>

#include "sim/workload/network.h"
#include "tests/support/int8_layers.h"

namespace nzsim::test {

// Values of a network that are drawn and written to files, whose names begin with `stem`.

/// Real weights and a bias for half of the layers that have weights.
void add_real_files(Draw& draw, const std::string& stem, Network& network);

/// Weights and a bias of bfloat16 for all of these layers, and the activations that they do not
/// take from each other. Their sums show the order of additions, or overflow; synthetic values have
/// so few bits that most sums are exact.
void add_bfloat16_files(Draw& draw, const std::string& stem, Network& network);

}  // namespace nzsim::test
