#include <fmt/format.h>

/// The SystemC library refers to this symbol; nzsim elaborates from `main` instead.
int sc_main(int, char**) { return 0; }

int main() {
  fmt::print("nzsim {}\n", NZSIM_VERSION);
  return 0;
}
