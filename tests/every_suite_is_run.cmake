# SPDX-License-Identifier: Apache-2.0
# ctest runs one suite for each file. Fails if the executable PROGRAM holds a suite that is not named after a file (STEMS,
# comma separated), or a test case outside of all suites: either would never be run.
cmake_minimum_required(VERSION 3.20)

execute_process(COMMAND ${PROGRAM} --list_content OUTPUT_VARIABLE out ERROR_VARIABLE content RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "${PROGRAM} --list_content ended with ${result}")
endif()

string(REPLACE "," ";" stems "${STEMS}")
string(REGEX MATCHALL "(^|\n)[A-Za-z0-9_]+" names "\n${out}${content}")
foreach(name ${names})
    string(STRIP "${name}" name)
    if(NOT name IN_LIST stems)
        message(SEND_ERROR "`${name}` is not the name of a test file in its folder")
    endif()
endforeach()
if(NOT names)
    message(SEND_ERROR "${PROGRAM} lists no suites")
endif()
