# SPDX-License-Identifier: Apache-2.0
# cmake -DSOURCE=... -DBINARY=... -DGENERATOR=... -P options.cmake: what STYLEGAN_CUDA does on a machine without a compiler for CUDA.
cmake_minimum_required(VERSION 3.20)

# configure(VALUE, then what its output must contain; "" for a configuration without a word of CUDA)
function(configure value status text)
    file(REMOVE_RECURSE ${BINARY})
    execute_process(
        COMMAND ${CMAKE_COMMAND} -E env CUDACXX=/nonexistent/nvcc ${CMAKE_COMMAND} -S ${SOURCE} -B ${BINARY} -G ${GENERATOR}
                -DSTYLEGAN_CUDA=${value} -DSTYLEGAN_BUILD_TESTS=OFF -DSTYLEGAN_BUILD_EXAMPLES=OFF
                -DSTYLEGAN_BUILD_BENCHMARKS=OFF
        OUTPUT_VARIABLE output
        ERROR_VARIABLE output
        RESULT_VARIABLE result)
    if(NOT result EQUAL status)
        message(SEND_ERROR "STYLEGAN_CUDA=${value}: status ${result}, expected ${status}: ${output}")
    elseif(text AND NOT output MATCHES "${text}")
        message(SEND_ERROR "STYLEGAN_CUDA=${value}: expected \"${text}\" in: ${output}")
    elseif(NOT text AND output MATCHES "CUDA|nvcc")
        message(SEND_ERROR "STYLEGAN_CUDA=${value}: speaks of CUDA: ${output}")
    endif()
endfunction()

configure(OFF 0 "")
configure(AUTO 0 "stylegan::cuda is left out; not found: a compiler for CUDA")
configure(ON 1 "STYLEGAN_CUDA is ON, and this was not found: a compiler for CUDA")
file(REMOVE_RECURSE ${BINARY})
