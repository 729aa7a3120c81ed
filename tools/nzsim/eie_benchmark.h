#pragma once

#include <array>
#include <string_view>

namespace nzsim {

/// The nine benchmark layers of the EIE paper's Table III (Han et al., ISCA 2016), in its order.
/// Each is a network of one layer.
inline constexpr std::array<std::string_view, 9> kEieLayers{
    "alex-6", "alex-7", "alex-8", "vgg-6", "vgg-7", "vgg-8", "nt-we", "nt-wd", "nt-lstm"};

/// The first layer of each network in that table: from the largest matrix to the smallest, and none
/// of them has the shape of another layer. Platforms' fractions are calibrated to these, and the
/// others judge them.
inline constexpr std::array<std::string_view, 3> kCalibrationLayers{"alex-6", "vgg-6", "nt-we"};

}  // namespace nzsim
