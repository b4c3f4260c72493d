# SPDX-License-Identifier: Apache-2.0
# cmake -DBUILD= -DPREFIX= [-DCONFIG=] -P install_compiled.cmake
# Installs headers, package and stylegan::compiled. The library is made of the objects that the tests link.
cmake_minimum_required(VERSION 3.20)

file(REMOVE_RECURSE ${PREFIX})
foreach(arguments "--build;${BUILD};--target;stylegan_compiled" "--install;${BUILD};--prefix;${PREFIX};--component;development"
                  "--install;${BUILD};--prefix;${PREFIX};--component;compiled")
    if(CONFIG)
        list(APPEND arguments --config ${CONFIG})
    endif()
    execute_process(COMMAND ${CMAKE_COMMAND} ${arguments} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
