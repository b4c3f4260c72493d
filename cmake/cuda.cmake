# SPDX-License-Identifier: Apache-2.0
# stylegan::cuda  what files that use the CUDA device are compiled and linked with. They are compiled by nvcc: *.cu.
# STYLEGAN_CUDA   ON: it is there, or the configuration fails; AUTO: it is there when all that it needs is found; OFF: never

set_property(CACHE STYLEGAN_CUDA PROPERTY STRINGS OFF AUTO ON)
if(NOT STYLEGAN_CUDA)
    return()
endif()

set(stylegan_cuda_missing "")
include(CheckLanguage)
if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES AND NOT DEFINED ENV{CUDAARCHS})
    # A100, RTX 40, H100, B200; later ones compile the intermediate code (PTX) of the last when a program starts
    set(CMAKE_CUDA_ARCHITECTURES "80-real;89-real;90-real;100" CACHE STRING "GPUs that CUDA code is compiled for")
endif()
check_language(CUDA)
if(CMAKE_CUDA_COMPILER)
    enable_language(CUDA)
else()
    list(APPEND stylegan_cuda_missing "a compiler for CUDA (nvcc)")
endif()
find_package(CUDAToolkit 12.8 QUIET)
if(NOT CUDAToolkit_FOUND)
    list(APPEND stylegan_cuda_missing "the CUDA toolkit, 12.8 or later")
endif()
find_package(CuDNN 9 QUIET)
if(NOT CuDNN_FOUND)
    list(APPEND stylegan_cuda_missing "cuDNN, 9 or later")
endif()

if(stylegan_cuda_missing)
    list(JOIN stylegan_cuda_missing ", " stylegan_cuda_missing)
    if(NOT STYLEGAN_CUDA STREQUAL AUTO)
        message(FATAL_ERROR "STYLEGAN_CUDA is ${STYLEGAN_CUDA}, and this was not found: ${stylegan_cuda_missing}")
    endif()
    message(STATUS "stylegan::cuda is left out; not found: ${stylegan_cuda_missing}")
    return()
endif()
message(STATUS "stylegan::cuda: CUDA ${CUDAToolkit_VERSION}, cuDNN ${CUDNN_VERSION}")

add_library(stylegan_cuda INTERFACE)
add_library(stylegan::cuda ALIAS stylegan_cuda)
set_target_properties(stylegan_cuda PROPERTIES EXPORT_NAME cuda)
target_compile_definitions(stylegan_cuda INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:STYLEGAN_CUDA>)
target_compile_options(stylegan_cuda INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:--extended-lambda>)
if("cuda_std_20" IN_LIST CMAKE_CUDA_COMPILE_FEATURES)
    target_compile_features(stylegan_cuda INTERFACE cuda_std_20)
else()  # nvcc knows it, this CMake does not know that
    target_compile_options(stylegan_cuda INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20>)
endif()
target_link_libraries(stylegan_cuda INTERFACE stylegan CUDA::cublas CuDNN::CuDNN)  # the runtime comes with the language
