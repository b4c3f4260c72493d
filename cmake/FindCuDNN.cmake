# SPDX-License-Identifier: Apache-2.0
# cuDNN by its header and its library, beside the CUDA toolkit or where the system keeps such things.

find_path(CUDNN_INCLUDE_DIR cudnn.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
find_library(CUDNN_LIBRARY cudnn HINTS ${CUDAToolkit_LIBRARY_DIR} ${CUDAToolkit_LIBRARY_ROOT}/lib64)

if(CUDNN_INCLUDE_DIR AND EXISTS ${CUDNN_INCLUDE_DIR}/cudnn_version.h)
    file(STRINGS ${CUDNN_INCLUDE_DIR}/cudnn_version.h lines REGEX "#define CUDNN_(MAJOR|MINOR|PATCHLEVEL) ")
    string(REGEX REPLACE "[^;]* ([0-9]+)" "\\1" numbers "${lines}")
    list(JOIN numbers "." CUDNN_VERSION)
endif()

include(${CMAKE_CURRENT_LIST_DIR}/imported_library.cmake)
imported_library(CuDNN CUDNN CUDNN_VERSION)
