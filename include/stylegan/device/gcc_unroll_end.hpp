// SPDX-License-Identifier: Apache-2.0
// Ends what gcc_unroll_begin.hpp begins.
#if defined(__CUDACC__)
#pragma nv_diagnostic pop
#endif
