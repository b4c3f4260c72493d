# SPDX-License-Identifier: Apache-2.0
# cmake --build build/release --target tidy: clang-tidy on all headers at once, which takes half a minute. Every finding is an
# error. Left out is what nvcc alone compiles.

find_program(STYLEGAN_CLANG_TIDY clang-tidy)
mark_as_advanced(STYLEGAN_CLANG_TIDY)
if(NOT STYLEGAN_CLANG_TIDY OR NOT TARGET stylegan_io)
    return()
endif()

file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/include/stylegan/*.hpp)
list(FILTER headers EXCLUDE REGEX "/(cuda/.*|cuda\\.hpp|gcc_unroll_.*)$")
set(includes "")
foreach(header ${headers})
    string(APPEND includes "#include <${header}>\n")
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/tidy.cpp CONTENT "${includes}" @ONLY)
add_library(stylegan_tidy OBJECT EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/tidy.cpp)  # for its entry in compile_commands.json
set_target_properties(stylegan_tidy PROPERTIES UNITY_BUILD OFF)
target_link_libraries(stylegan_tidy PRIVATE stylegan_io)
add_custom_target(
    tidy
    COMMAND ${STYLEGAN_CLANG_TIDY} --quiet --config-file=${PROJECT_SOURCE_DIR}/.clang-tidy --warnings-as-errors=*
            -p ${PROJECT_BINARY_DIR} ${PROJECT_BINARY_DIR}/tidy.cpp
    VERBATIM)
