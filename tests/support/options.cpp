#include "tests/support/options.h"

namespace nzsim::test {

Options& options() {
  static Options options;
  return options;
}

}  // namespace nzsim::test
