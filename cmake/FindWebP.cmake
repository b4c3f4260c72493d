# SPDX-License-Identifier: Apache-2.0
# libwebp by its header and its library. Not every distribution has its own CMake package.

find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND)
    pkg_check_modules(PC_WEBP QUIET libwebp)
endif()
find_path(WEBP_INCLUDE_DIR webp/decode.h HINTS ${PC_WEBP_INCLUDE_DIRS})
find_library(WEBP_LIBRARY webp HINTS ${PC_WEBP_LIBRARY_DIRS})

include(${CMAKE_CURRENT_LIST_DIR}/imported_library.cmake)
imported_library(WebP WEBP PC_WEBP_VERSION)
