// SPDX-License-Identifier: Apache-2.0
// The end of what gcc_unroll_begin.hpp begins.
#if defined(__CUDACC__)
#pragma nv_diagnostic pop
#endif
