# find_package(spgrad) for programs outside: the library, the public headers, and how to find what it needs.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS spgrad EXPORT spgradTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/spgrad DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT spgradTargets NAMESPACE spgrad:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/spgrad)
install(FILES cmake/spgradConfig.cmake cmake/dependencies.cmake ${PROJECT_BINARY_DIR}/spgradConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/spgrad)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/spgradConfigVersion.cmake COMPATIBILITY SameMinorVersion)
