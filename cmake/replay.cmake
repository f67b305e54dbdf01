# diffjoule-replay: what needs oneDNN, so that diffjoule itself loads no library for it. Installed where
# diffjoule/os/own_program.h looks. Included before the modules: diffjoule_replay is one of them.
find_path(DIFFJOULE_DNNL_INCLUDE oneapi/dnnl/dnnl.hpp REQUIRED)
find_library(DIFFJOULE_DNNL dnnl REQUIRED)
# Its threads are OpenMP's; ours must be the same ones, or each waits beside the other's.
if(DIFFJOULE_FUZZ)  # by clang, which brings no OpenMP of its own: what is fuzzed does without
  find_package(OpenMP COMPONENTS CXX)
else()
  find_package(OpenMP REQUIRED COMPONENTS CXX)
endif()

function(diffjoule_replay_program)
  if(NOT OpenMP_CXX_FOUND)
    return()
  endif()
  target_include_directories(diffjoule_replay SYSTEM PUBLIC ${DIFFJOULE_DNNL_INCLUDE})
  target_link_libraries(diffjoule_replay PUBLIC ${DIFFJOULE_DNNL} PRIVATE OpenMP::OpenMP_CXX)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/replayer/*.cpp)
  list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/replayer/main.cpp)
  add_library(diffjoule_replayer STATIC ${sources})
  target_link_libraries(diffjoule_replayer PUBLIC diffjoule_replay diffjoule_checkpoint diffjoule_os
                        PRIVATE diffjoule_options)
  set_source_files_properties(${CMAKE_CURRENT_SOURCE_DIR}/replayer/session.cpp PROPERTIES
    COMPILE_DEFINITIONS "DIFFJOULE_VERSION=\"${DIFFJOULE_VERSION}\"")
  add_executable(diffjoule-replay replayer/main.cpp)
  target_link_libraries(diffjoule-replay PRIVATE diffjoule_replayer diffjoule_options)
  set_target_properties(diffjoule-replay PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  install(TARGETS diffjoule-replay RUNTIME DESTINATION libexec/diffjoule)
endfunction()
