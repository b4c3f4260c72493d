# SPDX-License-Identifier: Apache-2.0
# cmake -DINCLUDE_DIR= -DSOURCE_DIR= -P chains.cmake
# Writes a source file SOURCE_DIR/<header>.cpp for each header under INCLUDE_DIR. Together they compile each header alone, and twice
# in a row, but parse less than one file for each header would.
#
# If b includes a, directly or not, then after `#include <a>` the text of b still follows exactly what b itself includes: a file
# with a and then b compiles both as if alone. So the headers are split into few such chains. The file of the last header of a
# chain includes the chain; the other files are empty. This runs before each build, since a changed header can break a chain.
cmake_minimum_required(VERSION 3.20)

# ---- what each header includes without STYLEGAN_COMPILED, and whatever the other macros
file(GLOB_RECURSE headers RELATIVE ${INCLUDE_DIR} ${INCLUDE_DIR}/stylegan/*.hpp)
foreach(header ${headers})
    file(STRINGS ${INCLUDE_DIR}/${header} lines REGEX "^ *# *(include <stylegan/|if|endif)")
    set(conditions "")
    set(direct_${header} "")
    foreach(line ${lines})
        if(line STREQUAL "#ifndef STYLEGAN_COMPILED")
            list(APPEND conditions true)
        elseif(line MATCHES "^ *# *if")
            list(APPEND conditions unknown)
        elseif(line MATCHES "^ *# *endif")
            list(POP_BACK conditions)
        elseif(NOT unknown IN_LIST conditions AND line MATCHES "<(.*)>")
            list(APPEND direct_${header} ${CMAKE_MATCH_1})
        endif()
    endforeach()
endforeach()

# ---- and what it includes through others: within_<header>, and includes_<header>_<other> for each of them
set(by_size "")
foreach(header ${headers})
    set(todo ${direct_${header}})
    set(within_${header} "")
    while(todo)
        list(POP_FRONT todo other)
        if(NOT DEFINED includes_${header}_${other})
            set(includes_${header}_${other} ON)
            list(APPEND within_${header} ${other})
            list(APPEND todo ${direct_${other}})
        endif()
    endwhile()
    list(LENGTH within_${header} count)
    math(EXPR rank "10000 + ${count}")
    list(APPEND by_size ${rank}:${header})
    foreach(other ${within_${header}})
        if(NOT DEFINED users_${other})
            set(users_${other} 0)
        endif()
        math(EXPR users_${other} "${users_${other}} + 1")
    endforeach()
endforeach()
list(SORT by_size)
list(TRANSFORM by_size REPLACE ".*:" "")

# ---- before_<header>: the one before it in its chain. From small to large headers it is, of those that still end a chain, the one
# that the fewest others include, which are hard to place. (A maximum matching has 88 chains where this has 89.)
foreach(header ${by_size})
    set(fewest 10000)
    foreach(other ${within_${header}})
        # two that include each other, as x.hpp and detail/x_inl.hpp, are not of one chain
        if(NOT DEFINED after_${other} AND NOT DEFINED includes_${other}_${header} AND users_${other} LESS fewest)
            set(before_${header} ${other})
            set(fewest ${users_${other}})
        endif()
    endforeach()
    if(DEFINED before_${header})
        set(after_${before_${header}} ${header})
    endif()
endforeach()

# ---- files
set(chains 0)
foreach(last ${headers})
    if(DEFINED after_${last})
        file(CONFIGURE OUTPUT ${SOURCE_DIR}/${last}.cpp CONTENT "// before ${after_${last}}\n")
        continue()
    endif()
    set(content "")
    set(header ${last})
    while(header)
        string(PREPEND content "#include <${header}>\n#include <${header}>\n")
        set(header ${before_${header}})
    endwhile()
    file(CONFIGURE OUTPUT ${SOURCE_DIR}/${last}.cpp CONTENT "${content}")
    math(EXPR chains "${chains} + 1")
endforeach()
list(LENGTH headers count)
message("${count} headers in ${chains} chains")
