# SPDX-License-Identifier: Apache-2.0
# cmake -DCOMMAND=<program;arguments> -DTEXT=<regular expression> -P expect_failure.cmake
# The program must fail, and must say why.
execute_process(COMMAND ${COMMAND} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(result EQUAL 77)
    message("skipped: ${output}")
elseif(result EQUAL 0)
    message(FATAL_ERROR "passed, expected a failure:\n${output}")
elseif(NOT output MATCHES "${TEXT}")
    message(FATAL_ERROR "failed (${result}) without a word of \"${TEXT}\":\n${output}")
endif()
