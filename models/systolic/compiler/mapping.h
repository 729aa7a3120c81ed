#pragma once

#include <memory>

#include "models/systolic/config.h"
#include "models/systolic/program.h"
#include "sim/run/accelerator.h"

namespace nzsim::systolic {

/// The compiler: cuts layers into weight tiles and instructions.
///
/// * **Tiles.** A product `[rows, inner] x [inner, columns]` takes as many tiles of R x C as its
///   operands need, stored and fetched whole. A convolution is cut along `inner` as
///   `Config::window_mapping` says (Jouppi et al., ISCA 2017, Section 2, has channels on the
///   array's rows; the layout is an assumption).
/// * **Weight stationary.** The rows (inputs x rows of a product) are cut into equal blocks of at
///   most half the accumulators. For each strip of C columns and each block, all tiles along
///   `inner` are multiplied into one half of the accumulators, then activated, while the next block
///   goes into the other half. With one tile along `inner` all blocks use it before the next is
///   fetched; with more, each block fetches its tiles anew.
/// * **Input stationary.** The same with the operands exchanged: strips of C rows of the product
///   stand in the array, loaded from the unified buffer, and blocks of columns are streamed from
///   the weight FIFO, tiles of C columns x R.
/// * **Output stationary.** Folds of R rows x C columns; the tiles of R x C weights along `inner`
///   are streamed from the weight FIFO and each fold fetches them.
/// * **Steps.** A step of a recurrent layer is two products, since the sums of W x + b and U h'
///   have scales of their own; one activation takes both. Its vector work follows, C elements in a
///   cycle. The next step waits for it.
/// * **Other layers** (pooling, elementwise, activation, normalization), and the concatenation of
///   several sources (once for all layers that take the same), are vector work of the activation
///   unit: C elements in a cycle, each operand and each element of a window once, a normalization
///   twice (assumption).
/// * **Heads.** The second operand of a matmul takes the place of weights, straight from the
///   unified buffer, without the FIFO (assumption: TPU v1 has no such path).
/// * **Unified buffer.** A tensor stays there from the layer that gives it to the last that takes
///   it. Where there is no room for the whole batch, the layers around run one after the other on a
///   part of it, and then on the next (`batch_segments.h`). Where that does not help, tensors that
///   a layer does not need go to the host, the one that is needed last first, and come back; a
///   layer that alone is too large runs in pieces of the batch, whose inputs come from the host and
///   whose outputs go there. `ProgramLayer` says so.
/// * **Order.** The inputs of layers that name no layer come from the host before they run; what no
///   layer takes goes to it. Each layer begins with a synchronisation.
///
/// Throws `WorkloadError` naming file, layer and field where the tensors of a single input exceed
/// the unified buffer, where the weights exceed the memory, where the accumulators do not hold one
/// row of both products of a recurrent step, and where sums might overflow 32 bits.
[[nodiscard]] std::unique_ptr<SystolicProgram> compile(const Config& config,
                                                       const Workload& workload);

}  // namespace nzsim::systolic
