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

# The doors' tests: what stands in tests/doors/, on the built program, library and fakes.
function(diffjoule_door_test name)
  add_test(NAME doors/${name} COMMAND ${ARGN})
  set_tests_properties(doors/${name} PROPERTIES LABELS doors SKIP_RETURN_CODE 77 ENVIRONMENT
    "DIFFJOULE_LIBRARY=$<TARGET_FILE:diffjoule_shared>;LD_LIBRARY_PATH=${CMAKE_CURRENT_BINARY_DIR}/fakes;PYTHONDONTWRITEBYTECODE=1;PYTHONPATH=${CMAKE_CURRENT_SOURCE_DIR}/bindings/python")
endfunction()

function(diffjoule_doors_tests)
  set(tests ${CMAKE_CURRENT_SOURCE_DIR}/tests/doors)
  set(python ${CMAKE_CURRENT_SOURCE_DIR}/bindings/python)
  foreach(program c_door meter_your_code)
    set(folder ${tests})
    if(program STREQUAL "meter_your_code")
      set(folder ${CMAKE_CURRENT_SOURCE_DIR}/examples)
    endif()
    add_executable(${program} ${folder}/${program}.c)
    set_target_properties(${program} PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON)
    target_compile_definitions(${program} PRIVATE _POSIX_C_SOURCE=200809L)
    target_compile_options(${program} PRIVATE -Wall -Wextra -Wpedantic -Werror)
    target_link_libraries(${program} PRIVATE diffjoule_shared)
  endforeach()
  diffjoule_door_test(c_door c_door)
  diffjoule_door_test(exports Python3::Interpreter ${tests}/exports_test.py $<TARGET_FILE:diffjoule_shared>
                      ${DIFFJOULE_SANITIZE})
  diffjoule_door_test(example_c meter_your_code)
  if(DIFFJOULE_SANITIZE)
    return()  # Python does not start with the sanitizers' runtime
  endif()
  diffjoule_door_test(c_marks Python3::Interpreter ${tests}/c_marks_test.py $<TARGET_FILE:c_door>)
  diffjoule_door_test(same_answers Python3::Interpreter ${tests}/same_answers_test.py $<TARGET_FILE:diffjoule>
                      $<TARGET_FILE:c_door>)
  diffjoule_door_test(example_python Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/examples/meter_a_pipeline.py)
  file(GLOB scripts CONFIGURE_DEPENDS ${python}/tests/*_test.py)
  foreach(script IN LISTS scripts)
    cmake_path(GET script STEM name)
    diffjoule_door_test(python_${name} Python3::Interpreter ${script})
  endforeach()
endfunction()
