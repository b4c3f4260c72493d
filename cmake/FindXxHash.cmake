# SPDX-License-Identifier: Apache-2.0
# xxHash by its header and its library. Not every distribution has its own CMake package.

find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND)
    pkg_check_modules(PC_XXHASH QUIET libxxhash)
endif()
find_path(XXHASH_INCLUDE_DIR xxhash.h HINTS ${PC_XXHASH_INCLUDE_DIRS})
find_library(XXHASH_LIBRARY xxhash HINTS ${PC_XXHASH_LIBRARY_DIRS})

include(${CMAKE_CURRENT_LIST_DIR}/imported_library.cmake)
imported_library(XxHash XXHASH PC_XXHASH_VERSION)
