# The command line: everything but main() as a library, so that tests can ask it; the man page and the completions are
# what the program itself prints.
file(GLOB cli_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/cli/*.cpp)
list(REMOVE_ITEM cli_sources ${CMAKE_CURRENT_SOURCE_DIR}/cli/main.cpp)
if(cli_sources)
  add_library(diffjoule_cli STATIC ${cli_sources})
  target_include_directories(diffjoule_cli PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  foreach(below IN LISTS DIFFJOULE_FLOOR_cli)
    target_link_libraries(diffjoule_cli PUBLIC diffjoule_${below})
  endforeach()
  target_link_libraries(diffjoule_cli PRIVATE diffjoule_options CLI11::CLI11)
else()
  add_library(diffjoule_cli INTERFACE)
endif()

add_executable(diffjoule cli/main.cpp)
target_link_libraries(diffjoule PRIVATE diffjoule_cli diffjoule_options)
set_target_properties(diffjoule PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
install(TARGETS diffjoule RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
