# SPDX-License-Identifier: Apache-2.0
# libzip by its header and its library. Its own CMake package, as distributions split it, also asks for programs
# that nobody needs to read an archive.

find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND)
    pkg_check_modules(PC_LIBZIP QUIET libzip)
endif()
find_path(LIBZIP_INCLUDE_DIR zip.h HINTS ${PC_LIBZIP_INCLUDE_DIRS})
find_library(LIBZIP_LIBRARY zip HINTS ${PC_LIBZIP_LIBRARY_DIRS})

include(${CMAKE_CURRENT_LIST_DIR}/imported_library.cmake)
imported_library(LibZip LIBZIP PC_LIBZIP_VERSION)
