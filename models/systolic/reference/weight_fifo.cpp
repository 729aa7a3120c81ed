#include "models/systolic/reference/weight_fifo.h"

#include "sim/base/bfloat16.h"

namespace nzsim::systolic {

template <class Operand>
WeightTiles<Operand>::WeightTiles(const Config& config)
    : places_(config.weight_fifo_tiles),
      columns_(config.columns),
      elements_(config.elements()),
      weights_(config.memory ? places_ * elements_ : 0) {}

template class WeightTiles<std::int8_t>;
template class WeightTiles<Bfloat16>;

}  // namespace nzsim::systolic
