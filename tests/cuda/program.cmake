# SPDX-License-Identifier: Apache-2.0
# cmake -DPROGRAM=... -P program.cmake: the program with CUDA runs on the GPU, or, where there is none, says so in one line
# with status 1. `stylegan info --build` tells which of the two it is.
cmake_minimum_required(VERSION 3.20)

execute_process(COMMAND ${PROGRAM} info --build OUTPUT_VARIABLE build RESULT_VARIABLE status)
if(NOT status EQUAL 0 OR NOT build MATCHES "\nCUDA +([^\n]*)\n")
    message(FATAL_ERROR "info --build does not tell of CUDA: ${build}")
endif()
set(found "${CMAKE_MATCH_1}")
message(STATUS "CUDA: ${found}")

execute_process(
    COMMAND ${PROGRAM} benchmark --resolution 8 --fmap-base 64 --latent 8 --reps 1 --device cuda
    OUTPUT_VARIABLE out
    ERROR_VARIABLE err
    RESULT_VARIABLE status)
if(found MATCHES "^[0-9]+ devices?$")
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "benchmark --device cuda: status ${status}: ${err}")
    endif()
elseif(found MATCHES "^compiled in, but no CUDA device can be used")
    if(NOT status EQUAL 1 OR NOT "${err}" MATCHES "^stylegan: --device: is \"cuda\", expected cpu, since no CUDA device [^\n]*\n$")
        message(FATAL_ERROR "benchmark --device cuda without a GPU: status ${status}: ${err}")
    endif()
else()
    message(FATAL_ERROR "info --build: CUDA is \"${found}\"")
endif()
