// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The feature switch STYLEGAN_COMPILED, which the CMake target `stylegan::compiled` sets. With it the largest functions that
/// are no templates (convolutions, readers of files), and layers, networks and training on the processor in single precision,
/// are only declared, and come from that library: source files then compile in a fraction of the time. Without it everything is in
/// the headers. The library and the files that use it are to be compiled with the same -march and -O: they share inline
/// functions, which have one width and round in one way.
///
/// Such a function is declared in `x.hpp` and defined in `detail/x_inl.hpp`. A template is defined below its class, where
/// `extern template` says that the library has it; detail/instantiate_<floor>.hpp instantiates those of a floor.
#ifdef STYLEGAN_COMPILED
#define STYLEGAN_INLINE
#else
#define STYLEGAN_INLINE inline
#endif
