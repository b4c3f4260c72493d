# SPDX-License-Identifier: Apache-2.0
# stylegan::mpi   what files that use the ranks of MPI are compiled and linked with.
# stylegan::nccl  the same for ranks whose GPUs exchange gradients by NCCL, which comes with CUDA's toolkit or beside it.
# STYLEGAN_MPI    ON: stylegan::mpi is there, or the configuration fails; AUTO: it is there when MPI is found; OFF: never

set_property(CACHE STYLEGAN_MPI PROPERTY STRINGS OFF AUTO ON)
if(STYLEGAN_MPI)
    set(MPI_CXX_SKIP_MPICXX ON)  # the C interface is all that is used
    find_package(MPI 3.0 QUIET COMPONENTS CXX)
    if(MPI_CXX_FOUND)
        message(STATUS "stylegan::mpi: MPI ${MPI_CXX_VERSION}")
        add_library(stylegan_mpi INTERFACE)
        add_library(stylegan::mpi ALIAS stylegan_mpi)
        set_target_properties(stylegan_mpi PROPERTIES EXPORT_NAME mpi)
        target_compile_definitions(stylegan_mpi INTERFACE STYLEGAN_MPI OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)
        target_link_libraries(stylegan_mpi INTERFACE stylegan MPI::MPI_CXX)
    elseif(STYLEGAN_MPI STREQUAL AUTO)
        message(STATUS "stylegan::mpi is left out; not found: MPI, 3.0 or later")
    else()
        message(FATAL_ERROR "STYLEGAN_MPI is ${STYLEGAN_MPI}, and this was not found: MPI, 3.0 or later")
    endif()
endif()

if(TARGET stylegan_cuda)
    find_package(NCCL QUIET)
    if(NCCL_FOUND)
        message(STATUS "stylegan::nccl: NCCL ${NCCL_VERSION}")
        add_library(stylegan_nccl INTERFACE)
        add_library(stylegan::nccl ALIAS stylegan_nccl)
        set_target_properties(stylegan_nccl PROPERTIES EXPORT_NAME nccl)
        target_compile_definitions(stylegan_nccl INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:STYLEGAN_NCCL>)
        target_link_libraries(stylegan_nccl INTERFACE stylegan_cuda NCCL::NCCL)
    else()
        message(STATUS "stylegan::nccl is left out; not found: NCCL")
    endif()
endif()
