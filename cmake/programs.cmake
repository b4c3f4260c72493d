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
of_host(-Wall -Wextra -Wconversion)
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
target_link_libraries(stylegan_compiled PRIVATE stylegan_flags)

add_library(stylegan_program INTERFACE)
target_link_libraries(stylegan_program INTERFACE stylegan_flags stylegan::compiled)

find_program(CCACHE ccache)
mark_as_advanced(CCACHE)
if(CCACHE AND NOT CMAKE_CUDA_COMPILER_LAUNCHER)
    set(CMAKE_CUDA_COMPILER_LAUNCHER ${CCACHE})
endif()
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # what ccache asks for before it keeps files that use a precompiled header
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

# stylegan_add_program(NAME sources...)
function(stylegan_add_program name)
    add_executable(${name} ${ARGN})
    target_link_libraries(${name} PRIVATE stylegan_program)
endfunction()
