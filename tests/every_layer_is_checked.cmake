# SPDX-License-Identifier: Apache-2.0
# Fails if a layer among the headers in HEADERS has passes that no file in TESTS holds against central differences: one that
# includes the header and calls check_layer().
cmake_minimum_required(VERSION 3.20)

set(no_layers any_synthesis_block block_concepts equalized_lr initialize layer_calls layer_inputs pass)
set(without_gradient style_mixing truncation)  # they choose and blend styles; what they pass on is a network's business

file(GLOB headers RELATIVE ${HEADERS} ${HEADERS}/*.hpp)
file(GLOB tests ${TESTS}/*.cpp)
if(NOT headers OR NOT tests)
    message(FATAL_ERROR "no headers in ${HEADERS}, or no tests in ${TESTS}")
endif()

set(checked "")
foreach(test ${tests})
    file(STRINGS ${test} calls REGEX "check_layer\\(")
    if(calls)
        file(STRINGS ${test} includes REGEX "^#include <stylegan/layers/")
        list(APPEND checked ${includes})
    endif()
endforeach()

foreach(header ${headers})
    string(REPLACE ".hpp" "" layer ${header})
    if(layer IN_LIST no_layers)
        continue()
    endif()
    if(layer IN_LIST without_gradient)
        file(STRINGS ${HEADERS}/${header} gradients REGEX "backward\\(")
        if(gradients)
            message(SEND_ERROR "${header} has a gradient now, so a test must check it")
        endif()
    elseif(NOT "#include <stylegan/layers/${header}>" IN_LIST checked)
        message(SEND_ERROR "${header}: no test that includes it calls check_layer()")
    endif()
endforeach()
