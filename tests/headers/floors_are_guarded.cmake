# SPDX-License-Identifier: Apache-2.0
# floors.cmake must name every violation of the fixture, and nothing else.
cmake_minimum_required(VERSION 3.20)

set(expected
    "stylegan/core/looks_up.hpp: core must not include stylegan/ops/good.hpp"
    "stylegan/core/in_quotes.hpp: #include \"good.hpp\": written <stylegan/...>, not in quotes"
    "stylegan/io/looks_across.hpp: io must not include stylegan/ops/good.hpp"
    "stylegan/io/looks_across.hpp: includes stylegan/core/missing.hpp, which does not exist"
    "stylegan/attic/no_floor.hpp: attic is not a floor"
    "neither stylegan/stylegan.hpp nor stylegan/definitions.hpp leads to stylegan/ops/nobody_includes_this.hpp"
    "stylegan/ops/names_cuda.hpp: names a library of CUDA, as only device may"
    "stylegan/models/generator.hpp leads to stylegan/io/good.hpp: a network needs no files")

execute_process(
    COMMAND ${CMAKE_COMMAND} -DINCLUDE_DIR=${CMAKE_CURRENT_LIST_DIR}/fixture -P ${CMAKE_CURRENT_LIST_DIR}/floors.cmake
    RESULT_VARIABLE result
    ERROR_VARIABLE errors)

if(result EQUAL 0)
    message(FATAL_ERROR "floors.cmake accepts the fixture")
endif()
string(REGEX REPLACE "[ \n]+" " " errors "${errors}")  # CMake wraps its messages
foreach(violation ${expected})
    string(FIND "${errors}" "${violation}" at)
    if(at EQUAL -1)
        message(SEND_ERROR "not named: ${violation}\nin: ${errors}")
    endif()
endforeach()
string(REGEX MATCHALL "CMake Error" named "${errors}")
list(LENGTH named named)
list(LENGTH expected wanted)
if(NOT named EQUAL wanted)
    message(SEND_ERROR "${named} violations named, expected ${wanted}: ${errors}")
endif()
