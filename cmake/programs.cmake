# SPDX-License-Identifier: Apache-2.0
# How our own programs (tests, examples, benchmarks) are compiled. Users of the library never see this.

set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CUDA_EXTENSIONS OFF)
add_library(stylegan_flags INTERFACE)
# of_host(OPTION...): for the C++ compiler, also where nvcc calls it
function(of_host)
    foreach(option ${ARGN})
        target_compile_options(stylegan_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:${option}>
                                                        $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=${option}>)
    endforeach()
endfunction()
of_host(-Wall -Wextra -Wconversion -Wshadow)
target_compile_options(stylegan_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wpedantic>)  # of nvcc's own code it complains
if(STYLEGAN_NATIVE)
    of_host(-march=native)
endif()
if(STYLEGAN_WARNINGS_AS_ERRORS)
    of_host(-Werror)
    target_compile_options(stylegan_flags INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings>)
endif()
if(STYLEGAN_SANITIZE)
    set(sanitizers -fsanitize=${STYLEGAN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    of_host(${sanitizers})
    target_link_options(stylegan_flags INTERFACE ${sanitizers})
endif()
target_link_libraries(stylegan_compiled PRIVATE $<BUILD_INTERFACE:stylegan_flags>)

# What a program of ours is made of. What takes time is in stylegan::compiled, which comes first: of a function that the program
# compiled as well, the linker keeps the library's.
add_library(stylegan_program INTERFACE)
target_link_libraries(stylegan_program INTERFACE stylegan_flags stylegan::io)
target_compile_definitions(stylegan_program INTERFACE STYLEGAN_COMPILED)

find_program(CCACHE ccache)
mark_as_advanced(CCACHE)
if(CCACHE AND NOT CMAKE_CUDA_COMPILER_LAUNCHER)
    set(CMAKE_CUDA_COMPILER_LAUNCHER ${CCACHE})
endif()
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # what ccache asks for before it keeps files that use a precompiled header
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

# Headers are parsed once where the compiler is g++; another compiler sees to it that every file includes what it needs.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    set(CMAKE_DISABLE_PRECOMPILE_HEADERS ON)
endif()

# stylegan_add_program(NAME sources...)
function(stylegan_add_program name)
    add_executable(${name} $<TARGET_OBJECTS:stylegan_compiled> ${ARGN})
    target_link_libraries(${name} PRIVATE stylegan_program)
endfunction()

# The rest of such a program is compiled quickly: that takes longer than running it. g++ makes one operation of a product and a sum
# only with its expensive optimizations; without, the two halves of a program would round in two ways.
add_library(stylegan_quickly INTERFACE)
target_compile_options(
    stylegan_quickly
    INTERFACE $<$<AND:$<CONFIG:Release>,$<COMPILE_LANGUAGE:CXX>>:-O1>
              $<$<AND:$<CONFIG:Release>,$<COMPILE_LANG_AND_ID:CXX,GNU>>:-fexpensive-optimizations>)
