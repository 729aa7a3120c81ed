#pragma once

/// Compiles a function for several instruction sets and picks one when the program starts, so that
/// a binary built for the baseline uses what the machine has. For plain loops that the compiler
/// vectorises; all versions give the same results: integers, or floating-point numbers whose
/// operations and order are the same in each lane, without sums over lanes (nothing is contracted
/// to fused multiply-adds). Sanitizers and compilers without the attribute get the baseline alone.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(NZSIM_SANITIZED)
#define SIM_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define SIM_VECTOR_CLONES
#endif
