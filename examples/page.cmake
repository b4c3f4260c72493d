# SPDX-License-Identifier: Apache-2.0
# The page of `stylegan view` from its parts in stylegan/view/page: a source file with the page as one text, or the page itself.

# stylegan_page(VARIABLE BACKEND): the page, with BACKEND, a script that makes pictures of states
function(stylegan_page variable backend_file)
    set(folder ${PROJECT_SOURCE_DIR}/examples/stylegan/view/page)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/page.html ${folder}/view.js ${backend_file})
    file(READ ${folder}/page.html page)
    file(READ ${folder}/view.js script)
    file(READ ${backend_file} backend)
    string(REPLACE "@script@" "${script}" page "${page}")
    string(REPLACE "@backend@" "${backend}" page "${page}")
    set(${variable} "${page}" PARENT_SCOPE)
endfunction()

# stylegan_make_page(SOURCE BACKEND): a source file that defines view_page()
function(stylegan_make_page source backend_file)
    stylegan_page(page ${CMAKE_CURRENT_SOURCE_DIR}/${backend_file})
    set(content "#include \"view/view_page.hpp\"\n\nnamespace stylegan::examples {\n\n")
    string(APPEND content "std::string_view view_page() {\n    return R\"page(")
    string(APPEND content "${page}" ")page\";\n}\n\n}  // namespace stylegan::examples\n")
    file(GENERATE OUTPUT ${source} CONTENT "${content}")
endfunction()
