// SPDX-License-Identifier: Apache-2.0
// Headers that use `#pragma GCC unroll` include this file before the code and gcc_unroll_end.hpp after it. nvcc's own
// parser does not know that pragma and would warn about each one; g++, the host compiler, does. No include guard: each
// pair is needed.
#if defined(__CUDACC__)
#pragma nv_diagnostic push
#pragma nv_diag_suppress 1675
#endif
