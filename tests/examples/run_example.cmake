# SPDX-License-Identifier: Apache-2.0
# cmake -DPROGRAM= -DARGUMENTS=a|b -DFOLDER= [-DINPUT=] -DEXPECTED=regex -DFILES=a|b [-DSAME=file=other|...] -P run_example.cmake
# Runs a program in a new folder. Fails unless it ends well, prints what is expected, writes these files, and those of SAME hold
# the same bytes as the others.
cmake_minimum_required(VERSION 3.20)

string(REPLACE "|" ";" arguments "${ARGUMENTS}")
string(REPLACE "|" ";" files "${FILES}")
string(REPLACE "|" ";" same "${SAME}")
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})
file(WRITE ${FOLDER}/input.txt "${INPUT}")
execute_process(
    COMMAND ${PROGRAM} ${arguments}
    WORKING_DIRECTORY ${FOLDER}
    INPUT_FILE ${FOLDER}/input.txt
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE errors)
message("${output}${errors}")
if(NOT result EQUAL 0)
    message(SEND_ERROR "${PROGRAM} ends with ${result}")
endif()
if(EXPECTED AND NOT output MATCHES "${EXPECTED}")
    message(SEND_ERROR "the output does not match ${EXPECTED}")
endif()
foreach(file ${files})
    set(size 0)
    if(EXISTS ${FOLDER}/${file})
        file(SIZE ${FOLDER}/${file} size)
    endif()
    if(size LESS 100)
        message(SEND_ERROR "${file} has ${size} bytes")
    endif()
endforeach()
foreach(pair ${same})
    string(REGEX MATCH "^([^=]+)=(.+)$" matched "${pair}")
    execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${FOLDER}/${CMAKE_MATCH_1} ${FOLDER}/${CMAKE_MATCH_2}
                    RESULT_VARIABLE differs)
    if(differs)
        message(SEND_ERROR "${CMAKE_MATCH_1} and ${CMAKE_MATCH_2} differ")
    endif()
endforeach()
