#include "models/systolic/reference/weight_fifo.h"

namespace nzsim::systolic {

WeightFifo::WeightFifo(const Config& config, bool holds_values)
    : columns_(config.columns),
      elements_(config.elements()),
      is_there_(config.weight_fifo_tiles),
      bytes_(holds_values ? config.weight_fifo_tiles * elements_ : 0) {}

}  // namespace nzsim::systolic
