/// The SystemC library, which the readers' library is linked with, refers to this symbol; the
/// readers elaborate nothing.
extern "C" int sc_main(int, char**) { return 0; }
