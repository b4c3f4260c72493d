# SPDX-License-Identifier: Apache-2.0
# cmake -DDOXYGEN= -DDOXYFILE= -DFOLDER= [-DINPUT=] -P every_public_name_is_documented.cmake
# Runs Doxygen into FOLDER and fails if a public name of the headers has no sentence, or a sentence is wrong. INPUT: other headers
# than those of DOXYFILE. Public are the names of namespace stylegan and the public members of its classes, but for those below.
cmake_minimum_required(VERSION 3.20)

# Rooms that users do not call: kernels, and the readers underneath those of networks and pictures.
set(rooms_inside "/stylegan/(ops|device/cuda|io/pickle|io/files)/|/stylegan/device/cuda\\.hpp")
# Names that say themselves, or that are explained where they are the same for all:
set(plain_names
    # passes and caches of layers: docs/design.md
    "::Cache" "Member Scalar \\(" "Member visit\\(" "Member Cache \\("
    # the run-time form of a layer or network: documented with its typed form
    "Compound [A-Za-z:]*<"
    # constructors that take what the members are, and operators
    "Member ([A-Za-z]+)\\(.*of (class|struct) [a-z:]*[A-Z]" "Member operator" "Member ~"
    # what a thing has, by its name: sizes, parts, counters
    "Member [a-z_0-9]+\\(\\)( const)? \\(function\\)" "Member (height|width|channels|channels_below|seed|begin|end|first|last) \\(variable\\)"
    "Member (Shape|Device|Buffer|Latents|Pictures|Block|Generator) \\(typedef\\)"
    "Member extent\\(int axis\\)"
    # the standard library's own names
    "of struct stylegan::AlignedAllocator"
    # the official keywords: docs/from-the-official-code.md
    "of struct stylegan::Architecture")
# Doxygen does not tell a specialization from its template; and no pages are wanted here.
set(noise "Detected potential recursive class relation|No output formats selected")

file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})
file(READ ${DOXYFILE} settings)
string(APPEND settings "\nGENERATE_HTML = NO\nGENERATE_XML = NO\nOUTPUT_DIRECTORY = ${FOLDER}\nWARN_LOGFILE = ${FOLDER}/warnings.txt\n")
if(INPUT)
    string(APPEND settings "INPUT = ${INPUT}\nUSE_MDFILE_AS_MAINPAGE =\n")
endif()
file(WRITE ${FOLDER}/Doxyfile "${settings}")
execute_process(COMMAND ${DOXYGEN} ${FOLDER}/Doxyfile RESULT_VARIABLE result ERROR_VARIABLE said)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "doxygen fails: ${result}: ${said}")
endif()

file(STRINGS ${FOLDER}/warnings.txt warnings REGEX "warning: ")
set(found "")
foreach(warning IN LISTS warnings)
    if(warning MATCHES "${noise}" OR warning MATCHES "${rooms_inside}" OR warning MATCHES "\\.md:")
        continue()
    endif()
    set(plain OFF)
    foreach(name IN LISTS plain_names)
        if(warning MATCHES "${name}")
            set(plain ON)
            if(name MATCHES "of .class.struct. ") # a constructor is named as its class
                string(REGEX REPLACE ".*Member ([A-Za-z]+)\\(.*of (class|struct) (.*) is not.*" "\\1;\\3" of "${warning}")
                list(GET of 0 member)
                if(NOT of MATCHES ";([A-Za-z]+::)*${member}(<.*)?$")
                    set(plain OFF)
                endif()
            endif()
        endif()
        if(plain)
            break()
        endif()
    endforeach()
    if(NOT plain)
        list(APPEND found "${warning}")
    endif()
endforeach()
list(REMOVE_DUPLICATES found)
list(LENGTH found count)
if(count GREATER 0)
    list(SORT found)
    list(JOIN found "\n" found)
    message("${found}")
    message(FATAL_ERROR "public names without a sentence, or with a wrong one: ${count}")
endif()
