# SPDX-License-Identifier: Apache-2.0
# cpp-httplib, a library of HTTP servers. Debian's package has most of it compiled, and pkg-config knows how; elsewhere it is one
# header. Defines the target Httplib::Httplib.
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
    pkg_check_modules(PC_HTTPLIB QUIET IMPORTED_TARGET cpp-httplib)
endif()
find_path(Httplib_INCLUDE_DIR httplib.h HINTS ${PC_HTTPLIB_INCLUDE_DIRS})
mark_as_advanced(Httplib_INCLUDE_DIR)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Httplib REQUIRED_VARS Httplib_INCLUDE_DIR VERSION_VAR PC_HTTPLIB_VERSION)

if(Httplib_FOUND AND NOT TARGET Httplib::Httplib)
    find_package(Threads REQUIRED)
    add_library(Httplib::Httplib INTERFACE IMPORTED)
    target_include_directories(Httplib::Httplib SYSTEM INTERFACE ${Httplib_INCLUDE_DIR})
    target_link_libraries(Httplib::Httplib INTERFACE Threads::Threads)
    if(PC_HTTPLIB_FOUND)
        target_link_libraries(Httplib::Httplib INTERFACE PkgConfig::PC_HTTPLIB)
    endif()
endif()
