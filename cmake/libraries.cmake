# SPDX-License-Identifier: Apache-2.0
# The libraries. The first two are header-only: the target has the include path and the libraries that the headers need.
# stylegan::stylegan   tensors, layers, networks, training
# stylegan::io         pictures, data sets, checkpoints; defined if its six libraries are found. It reads WebP pictures if libwebp
#                      is found, too: STYLEGAN_WEBP
# stylegan::cuda       networks on a GPU: see cuda.cmake
# stylegan::mpi, stylegan::nccl   the work shared by processes: see mpi.cmake
# stylegan::compiled   the first two, with the largest functions compiled once: see stylegan/core/compiled.hpp

find_package(xtensor REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(Threads REQUIRED)

add_library(stylegan INTERFACE)
add_library(stylegan::stylegan ALIAS stylegan)
target_compile_features(stylegan INTERFACE cxx_std_20)
target_include_directories(
    stylegan INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
target_link_libraries(stylegan INTERFACE xtensor Eigen3::Eigen Threads::Threads)
# g++ takes the undefined operand of an AVX-512 instruction for an uninitialized variable, in its own headers and in Eigen's;
# stylegan/core/eigen.hpp keeps that quiet unless a program includes Eigen before the library.
target_compile_options(stylegan INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)

set(stylegan_io_missing "")
foreach(package PNG JPEG ZLIB LibZip XxHash nlohmann_json)
    find_package(${package} QUIET)
    if(NOT ${package}_FOUND)
        list(APPEND stylegan_io_missing ${package})
    endif()
endforeach()

if(NOT stylegan_io_missing)
    add_library(stylegan_io INTERFACE)
    add_library(stylegan::io ALIAS stylegan_io)
    set_target_properties(stylegan_io PROPERTIES EXPORT_NAME io)
    target_link_libraries(
        stylegan_io INTERFACE stylegan PNG::PNG JPEG::JPEG ZLIB::ZLIB LibZip::LibZip XxHash::XxHash
                              nlohmann_json::nlohmann_json)
    set(stylegan_io_optional "")
    if(STYLEGAN_WEBP)
        find_package(WebP QUIET)
        if(WebP_FOUND)
            set(stylegan_io_optional WebP)
            target_link_libraries(stylegan_io INTERFACE WebP::WebP)
            target_compile_definitions(stylegan_io INTERFACE STYLEGAN_WEBP)
        else()
            message(STATUS "WebP pictures are not read; not found: libwebp")
        endif()
    endif()

    # one source file for each header that definitions.hpp lists
    set(definitions ${PROJECT_SOURCE_DIR}/include/stylegan/definitions.hpp)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${definitions})
    file(STRINGS ${definitions} headers REGEX "^#include <stylegan/")
    set(sources "")
    foreach(line ${headers})
        string(REGEX REPLACE "^#include <(.*)>$" "\\1" header "${line}")
        set(source ${PROJECT_BINARY_DIR}/compiled/${header}.cpp)
        file(CONFIGURE OUTPUT ${source} CONTENT "#include <${header}>\n")
        list(APPEND sources ${source})
    endforeach()
    add_library(stylegan_compiled STATIC ${sources})
    add_library(stylegan::compiled ALIAS stylegan_compiled)
    set_target_properties(stylegan_compiled PROPERTIES EXPORT_NAME compiled OUTPUT_NAME stylegan)
    if(NOT STYLEGAN_INSTALL_COMPILED)
        set_target_properties(stylegan_compiled PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
    target_compile_definitions(stylegan_compiled PUBLIC STYLEGAN_COMPILED)
    target_link_libraries(stylegan_compiled PUBLIC stylegan_io)
else()
    list(JOIN stylegan_io_missing ", " stylegan_io_missing)
    if(STYLEGAN_BUILD_TESTS OR STYLEGAN_BUILD_EXAMPLES OR STYLEGAN_BUILD_BENCHMARKS)
        message(FATAL_ERROR "The tests, examples and benchmarks need stylegan::io; not found: ${stylegan_io_missing}. "
                            "cmake/install-packages.sh names the packages.")
    endif()
    message(STATUS "stylegan::io is left out; not found: ${stylegan_io_missing}")
endif()
