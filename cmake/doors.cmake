# libdiffjoule.so, the door for programs: everything in one library that needs libc only, and shows only diffjoule_*.
file(GLOB door_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/bindings/c/*.cpp)
set(door_folder ${CMAKE_CURRENT_SOURCE_DIR}/bindings/c)
add_library(diffjoule_shared SHARED ${door_sources})
target_include_directories(diffjoule_shared PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} PUBLIC
  $<BUILD_INTERFACE:${door_folder}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(diffjoule_shared PRIVATE diffjoule_api diffjoule_options)
target_compile_definitions(diffjoule_shared PRIVATE DIFFJOULE_VERSION="${DIFFJOULE_VERSION}")
file(STRINGS ${door_folder}/diffjoule.h door_abi REGEX "^#define DIFFJOULE_ABI [0-9]+$")
string(REGEX REPLACE ".* " "" door_abi "${door_abi}")
set_target_properties(diffjoule_shared PROPERTIES OUTPUT_NAME diffjoule SOVERSION ${door_abi}
  VERSION ${door_abi}.${DIFFJOULE_VERSION} LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
  LINK_DEPENDS ${door_folder}/diffjoule.map)
# The C++ library goes in too: a wheel meets other programs' C++ libraries, older ones as well.
target_link_options(diffjoule_shared PRIVATE -Wl,--version-script=${door_folder}/diffjoule.map -Wl,-z,defs
  -Wl,--gc-sections -static-libstdc++ -static-libgcc)
if(DIFFJOULE_SANITIZE)  # its runtime comes with the program
  set_property(TARGET diffjoule_shared PROPERTY LINK_OPTIONS -Wl,--version-script=${door_folder}/diffjoule.map)
endif()

file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/diffjoule.pc @ONLY CONTENT
"prefix=@CMAKE_INSTALL_PREFIX@
includedir=@CMAKE_INSTALL_FULL_INCLUDEDIR@
libdir=@CMAKE_INSTALL_FULL_LIBDIR@

Name: diffjoule
Description: Energy of diffusion models, measured and predicted
Version: @DIFFJOULE_VERSION@
Cflags: -I\${includedir}
Libs: -L\${libdir} -ldiffjoule
")
install(TARGETS diffjoule_shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${door_folder}/diffjoule.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/diffjoule.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
