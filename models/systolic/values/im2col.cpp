#include "models/systolic/values/im2col.h"

#include <algorithm>

namespace nzsim::systolic {

bool is_pointwise(const LayerSpec& spec) {
  const auto is = [](const Extent2& extent, std::uint32_t size) {
    return extent.height == size && extent.width == size;
  };
  return is(spec.kernel, 1) && is(spec.stride, 1) && is(spec.padding, 0);
}

void WindowRows::copy(std::size_t first, std::size_t group,
                      const MatrixView<std::int8_t>& rows) const {
  for (std::size_t row = 0; row < rows.rows; ++row) copy_window(first + row, group, rows.row(row));
}

void WindowRows::copy_window(std::size_t place, std::size_t group, std::int8_t* row) const {
  const std::size_t places = std::size_t{spec_.output.height} * spec_.output.width;
  const std::size_t in_map = place % places;
  const std::int8_t* map = input_.data() + place / places * spec_.input.elements();
  const auto y = static_cast<std::int64_t>(in_map / spec_.output.width);
  const auto x = static_cast<std::int64_t>(in_map % spec_.output.width);
  const std::int64_t top = y * spec_.stride.height - spec_.padding.height;
  const std::int64_t left = x * spec_.stride.width - spec_.padding.width;
  const std::size_t length = spec_.kernel.width * group_channels_;
  for (std::uint32_t tap = 0; tap < spec_.kernel.height; ++tap, row += length) {
    const std::int64_t in_y = top + std::int64_t{tap} * spec_.dilation.height;
    if (in_y < 0 || in_y >= spec_.input.height) {
      std::fill_n(row, length, std::int8_t{0});
    } else {
      copy_window_row(
          map + static_cast<std::size_t>(in_y) * spec_.input.width * spec_.input.channels +
              group * group_channels_,
          left, row);
    }
  }
}

void WindowRows::copy_window_row(const std::int8_t* input_row, std::int64_t left,
                                 std::int8_t* row) const {
  const std::int64_t width = spec_.input.width;
  const bool lies_together = spec_.groups == 1 && spec_.dilation.width == 1;
  if (lies_together && left >= 0 && left + spec_.kernel.width <= width) {
    std::copy_n(input_row + left * spec_.input.channels, spec_.kernel.width * group_channels_, row);
    return;
  }
  for (std::uint32_t tap = 0; tap < spec_.kernel.width; ++tap, row += group_channels_) {
    const std::int64_t in_x = left + std::int64_t{tap} * spec_.dilation.width;
    if (in_x < 0 || in_x >= width) {
      std::fill_n(row, group_channels_, std::int8_t{0});
    } else {
      std::copy_n(input_row + in_x * spec_.input.channels, group_channels_, row);
    }
  }
}

}  // namespace nzsim::systolic
