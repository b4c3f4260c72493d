# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` installs, for find_package(stylegan). Components:
#   development  headers and the CMake package
#   compiled     the library stylegan::compiled; only with STYLEGAN_INSTALL_COMPILED, or asked for by its name once it is built

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/stylegan)
set(config ${PROJECT_BINARY_DIR}/stylegan-config.cmake)
set(config_version ${PROJECT_BINARY_DIR}/stylegan-config-version.cmake)

configure_package_config_file(cmake/stylegan-config.cmake.in ${config} INSTALL_DESTINATION ${package_dir})
set(architecture ARCH_INDEPENDENT)
set(asked_for EXCLUDE_FROM_ALL)
if(STYLEGAN_INSTALL_COMPILED)
    set(architecture "")
    set(asked_for "")
endif()
write_basic_package_version_file(${config_version} COMPATIBILITY SameMinorVersion ${architecture})

install(DIRECTORY include/stylegan DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(FILES ${config} ${config_version} cmake/FindLibZip.cmake cmake/FindXxHash.cmake cmake/FindWebP.cmake cmake/FindCuDNN.cmake
              cmake/FindNCCL.cmake cmake/imported_library.cmake
        DESTINATION ${package_dir} COMPONENT development)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT development)

install(TARGETS stylegan EXPORT stylegan-targets)
install(EXPORT stylegan-targets NAMESPACE stylegan:: DESTINATION ${package_dir} COMPONENT development)
if(TARGET stylegan_io)
    install(TARGETS stylegan_io EXPORT stylegan-io-targets)
    install(EXPORT stylegan-io-targets NAMESPACE stylegan:: DESTINATION ${package_dir} COMPONENT development)
endif()
if(TARGET stylegan_compiled)
    # Files that use the library must be compiled for the same CPU.
    if(STYLEGAN_NATIVE)
        target_compile_options(stylegan_compiled INTERFACE $<INSTALL_INTERFACE:-march=native>)
    endif()
    install(TARGETS stylegan_compiled EXPORT stylegan-compiled-targets
            ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT compiled ${asked_for})
    install(EXPORT stylegan-compiled-targets NAMESPACE stylegan:: DESTINATION ${package_dir}
            COMPONENT compiled ${asked_for})
endif()
foreach(component cuda mpi nccl)
    if(TARGET stylegan_${component})
        install(TARGETS stylegan_${component} EXPORT stylegan-${component}-targets)
        install(EXPORT stylegan-${component}-targets NAMESPACE stylegan:: DESTINATION ${package_dir} COMPONENT development)
    endif()
endforeach()
