# SPDX-License-Identifier: Apache-2.0
# cuDNN by its header and its library, beside the CUDA toolkit or where the system keeps such things.

find_path(CUDNN_INCLUDE_DIR cudnn.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
find_library(CUDNN_LIBRARY cudnn HINTS ${CUDAToolkit_LIBRARY_DIR} ${CUDAToolkit_LIBRARY_ROOT}/lib64)
mark_as_advanced(CUDNN_INCLUDE_DIR CUDNN_LIBRARY)

if(CUDNN_INCLUDE_DIR AND EXISTS ${CUDNN_INCLUDE_DIR}/cudnn_version.h)
    file(STRINGS ${CUDNN_INCLUDE_DIR}/cudnn_version.h lines REGEX "#define CUDNN_(MAJOR|MINOR|PATCHLEVEL) ")
    string(REGEX REPLACE "[^;]* ([0-9]+)" "\\1" numbers "${lines}")
    list(JOIN numbers "." CUDNN_VERSION)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
    CuDNN
    REQUIRED_VARS CUDNN_LIBRARY CUDNN_INCLUDE_DIR
    VERSION_VAR CUDNN_VERSION)

if(CuDNN_FOUND AND NOT TARGET CuDNN::CuDNN)
    add_library(CuDNN::CuDNN UNKNOWN IMPORTED)
    set_target_properties(
        CuDNN::CuDNN PROPERTIES IMPORTED_LOCATION "${CUDNN_LIBRARY}"
                                INTERFACE_INCLUDE_DIRECTORIES "${CUDNN_INCLUDE_DIR}")
endif()
