# SPDX-License-Identifier: Apache-2.0
# cmake -DCOMPILER= -DSOURCE= -DINCLUDES=a|b|c [-DPRECOMPILED=HEADER] [-DMUST_SAY=] -P expect.cmake
# Fails unless SOURCE does not compile and the compiler says the text of its first line, `// expect: <text>`.
# With MUST_SAY the roles are turned: succeeds only if this check fails with that message.
cmake_minimum_required(VERSION 3.20)

string(REPLACE "|" ";" includes "${INCLUDES}")
list(TRANSFORM includes PREPEND -I)
if(PRECOMPILED)
    list(APPEND includes -include ${PRECOMPILED})
endif()
execute_process(
    COMMAND ${COMPILER} -std=c++20 -fsyntax-only ${includes} ${SOURCE}
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)

file(STRINGS ${SOURCE} first_line LIMIT_COUNT 1)
set(verdict "")
if(NOT first_line MATCHES "^// expect: (.+)$")
    set(verdict "the first line is not `// expect: <text>`")
else()
    set(expected "${CMAKE_MATCH_1}")
    string(FIND "${output}" "${expected}" at)
    if(result EQUAL 0)
        set(verdict "compiles, and it must not")
    elseif(at EQUAL -1)
        set(verdict "does not compile, but the compiler does not say: ${expected}\n${output}")
    endif()
endif()

if(MUST_SAY)
    string(FIND "${verdict}" "${MUST_SAY}" at)
    if(NOT at EQUAL 0)
        message(FATAL_ERROR "the check should have said `${MUST_SAY}`; it said `${verdict}`")
    endif()
elseif(verdict)
    message(FATAL_ERROR "${SOURCE} ${verdict}")
endif()
