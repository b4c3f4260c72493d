# SPDX-License-Identifier: Apache-2.0
# The API pages: cmake --build build/release --target docs writes build/release/docs/html/index.html.

find_program(STYLEGAN_DOXYGEN doxygen)
mark_as_advanced(STYLEGAN_DOXYGEN)
if(top_level AND STYLEGAN_DOXYGEN)
    set(STYLEGAN_API_DIR ${PROJECT_BINARY_DIR}/docs)
    configure_file(docs/Doxyfile.in ${STYLEGAN_API_DIR}/Doxyfile @ONLY)
    add_custom_target(
        docs
        COMMAND ${STYLEGAN_DOXYGEN} ${STYLEGAN_API_DIR}/Doxyfile
        COMMENT "API pages: ${STYLEGAN_API_DIR}/html/index.html"
        VERBATIM)
elseif(top_level)
    message(STATUS "The target docs is left out; not found: doxygen")
endif()
