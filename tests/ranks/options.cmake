# SPDX-License-Identifier: Apache-2.0
# cmake -DSOURCE=... -DBINARY=... -DGENERATOR=... -P options.cmake: what STYLEGAN_MPI does on a machine without MPI.
cmake_minimum_required(VERSION 3.20)

# configure(VALUE, then what its output must contain; "" for a configuration without a word of MPI)
function(configure value status text)
    file(REMOVE_RECURSE ${BINARY})
    execute_process(
        COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${BINARY} -G ${GENERATOR} -DSTYLEGAN_MPI=${value}
                -DCMAKE_DISABLE_FIND_PACKAGE_MPI=ON -DSTYLEGAN_BUILD_TESTS=OFF -DSTYLEGAN_BUILD_EXAMPLES=OFF
                -DSTYLEGAN_BUILD_BENCHMARKS=OFF
        OUTPUT_VARIABLE output
        ERROR_VARIABLE output
        RESULT_VARIABLE result)
    if(NOT result EQUAL status)
        message(SEND_ERROR "STYLEGAN_MPI=${value}: status ${result}, expected ${status}: ${output}")
    elseif(text AND NOT output MATCHES "${text}")
        message(SEND_ERROR "STYLEGAN_MPI=${value}: expected \"${text}\" in: ${output}")
    elseif(NOT text AND output MATCHES "stylegan::mpi|MPI [0-9]")
        message(SEND_ERROR "STYLEGAN_MPI=${value}: speaks of MPI: ${output}")
    endif()
endfunction()

configure(OFF 0 "")
configure(AUTO 0 "stylegan::mpi is left out; not found: MPI, 3.0 or later")
configure(ON 1 "STYLEGAN_MPI is ON, and this was not found: MPI, 3.0 or later")
file(REMOVE_RECURSE ${BINARY})
