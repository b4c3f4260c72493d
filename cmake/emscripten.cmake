# SPDX-License-Identifier: Apache-2.0
# The toolchain of emscripten, wherever it is installed.
find_program(EM_CONFIG em-config)
if(NOT EM_CONFIG)
    message(FATAL_ERROR "em-config is not found: emscripten, which compiles to WebAssembly, is not installed "
                        "(apt-get install emscripten)")
endif()
execute_process(COMMAND ${EM_CONFIG} EMSCRIPTEN_ROOT OUTPUT_VARIABLE emscripten OUTPUT_STRIP_TRAILING_WHITESPACE)
include(${emscripten}/cmake/Modules/Platform/Emscripten.cmake)
