# Reads the floors table of ARCHITECTURE.md: sets DIFFJOULE_MODULES (in floor order) and DIFFJOULE_FLOOR_<module> (the
# modules it may include). The table is the only place where this is written.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/ARCHITECTURE.md)
file(STRINGS ${CMAKE_CURRENT_SOURCE_DIR}/ARCHITECTURE.md floor_rows REGEX "^\\| *[0-9]+ *\\|")
set(DIFFJOULE_MODULES "")
foreach(row IN LISTS floor_rows)
  string(REGEX MATCHALL "`[a-z]+/?`" names "${row}")
  list(TRANSFORM names REPLACE "[`/]" "")
  list(POP_FRONT names module)
  list(APPEND DIFFJOULE_MODULES ${module})
  set(DIFFJOULE_FLOOR_${module} ${names})
endforeach()
