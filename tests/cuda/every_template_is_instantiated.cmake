# SPDX-License-Identifier: Apache-2.0
# Fails if a class template with a device among its arguments, in the headers below INCLUDE_DIR, is not instantiated on the CUDA
# device in INSTANTIATION. Needs no CUDA.
cmake_minimum_required(VERSION 3.20)

file(READ ${INSTANTIATION} instantiation)
file(GLOB_RECURSE headers ${INCLUDE_DIR}/core/*.hpp ${INCLUDE_DIR}/layers/*.hpp ${INCLUDE_DIR}/models/*.hpp
     ${INCLUDE_DIR}/training/*.hpp ${INCLUDE_DIR}/metrics/*.hpp)
set(found "")
foreach(header ${headers})
    file(READ ${header} content)
    string(REGEX MATCHALL "template <[^\n]*(class Device|class D|GeneratorModel)[ ,>][^\n]*>[ \n]+(class|struct) [A-Za-z0-9_]+ [:{]" declarations
           "${content}")
    foreach(declaration ${declarations})
        string(REGEX REPLACE ".* ([A-Za-z0-9_]+) [:{]$" "\\1" name "${declaration}")
        list(APPEND found ${name})
        if(NOT instantiation MATCHES "template class (Any)?${name}<")  # the typed form derives from the other
            message(SEND_ERROR "${header}: ${name} is not instantiated in ${INSTANTIATION}")
        endif()
    endforeach()
endforeach()
list(REMOVE_DUPLICATES found)
list(LENGTH found count)
if(count LESS 20)
    message(FATAL_ERROR "only these templates were found: ${found}")
endif()
