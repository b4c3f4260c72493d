# SPDX-License-Identifier: Apache-2.0
# imported_library(PACKAGE PREFIX VERSION_VAR): the target PACKAGE::PACKAGE of PREFIX_INCLUDE_DIR and PREFIX_LIBRARY, as Find
# modules make it. A macro: it sets PACKAGE_FOUND for its caller.

include(FindPackageHandleStandardArgs)

macro(imported_library package prefix version)
    mark_as_advanced(${prefix}_INCLUDE_DIR ${prefix}_LIBRARY)
    find_package_handle_standard_args(
        ${package}
        REQUIRED_VARS ${prefix}_LIBRARY ${prefix}_INCLUDE_DIR
        VERSION_VAR ${version})
    if(${package}_FOUND AND NOT TARGET ${package}::${package})
        add_library(${package}::${package} UNKNOWN IMPORTED)
        set_target_properties(
            ${package}::${package} PROPERTIES IMPORTED_LOCATION "${${prefix}_LIBRARY}"
                                              INTERFACE_INCLUDE_DIRECTORIES "${${prefix}_INCLUDE_DIR}")
    endif()
endmacro()
