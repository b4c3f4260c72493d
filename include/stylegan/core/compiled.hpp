// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The feature switch STYLEGAN_COMPILED, set by the CMake target `stylegan::compiled`. With it, large functions (such
/// as convolutions and file readers) and the templates for Cpu (layers, networks, training) are only declared in the
/// headers and come from that library. Source files then compile in a fraction of the time. Without it, everything is
/// in the headers. Compile the library and the files that use it with the same -march and -O: they share inline
/// functions, and these must have one vector width and one rounding.
///
/// A function is declared in `x.hpp` and defined in `detail/x_inl.hpp`. A template is defined below its class, with an
/// `extern template` declaration for what the library has; detail/instantiate_<floor>.hpp instantiates it there.
#ifdef STYLEGAN_COMPILED
#define STYLEGAN_INLINE
#else
#define STYLEGAN_INLINE inline
#endif
