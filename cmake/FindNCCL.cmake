# SPDX-License-Identifier: Apache-2.0
# NCCL by its header and its library, beside the CUDA toolkit or where the system keeps such things.

find_path(NCCL_INCLUDE_DIR nccl.h HINTS ${CUDAToolkit_INCLUDE_DIRS})
find_library(NCCL_LIBRARY nccl HINTS ${CUDAToolkit_LIBRARY_DIR} ${CUDAToolkit_LIBRARY_ROOT}/lib64)

if(NCCL_INCLUDE_DIR)
    file(STRINGS ${NCCL_INCLUDE_DIR}/nccl.h lines REGEX "#define NCCL_(MAJOR|MINOR|PATCH) ")
    string(REGEX REPLACE "[^;]* ([0-9]+)" "\\1" numbers "${lines}")
    list(JOIN numbers "." NCCL_VERSION)
endif()

include(${CMAKE_CURRENT_LIST_DIR}/imported_library.cmake)
imported_library(NCCL NCCL NCCL_VERSION)
