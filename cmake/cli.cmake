# The command line: everything but main() as a library, so that tests can ask it; the man page and the completions are
# what the program itself prints.
set_source_files_properties(${CMAKE_CURRENT_SOURCE_DIR}/diffjoule/api/version.cpp PROPERTIES
  COMPILE_DEFINITIONS "DIFFJOULE_VERSION=\"${DIFFJOULE_VERSION}\"")
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

# Man page and completions, where the program can run on the machine that builds it.
if(NOT CMAKE_CROSSCOMPILING)
  set(shown_files "")
  foreach(shown "diffjoule.1|--man" "diffjoule.bash|--completions bash" "_diffjoule|--completions zsh"
                "diffjoule.fish|--completions fish")
    string(REPLACE "|" ";" shown "${shown}")
    list(POP_FRONT shown shown_file)
    separate_arguments(shown_arguments UNIX_COMMAND "${shown}")
    set(shown_path ${CMAKE_CURRENT_BINARY_DIR}/shown/${shown_file})
    add_custom_command(OUTPUT ${shown_path} COMMAND diffjoule ${shown_arguments} > ${shown_path}
                       DEPENDS diffjoule VERBATIM COMMENT "diffjoule ${shown}")
    list(APPEND shown_files ${shown_path})
  endforeach()
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/shown)
  add_custom_target(diffjoule_shown ALL DEPENDS ${shown_files})
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/shown/diffjoule.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/shown/diffjoule.bash RENAME diffjoule
          DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/shown/_diffjoule DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/shown/diffjoule.fish
          DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endif()
