# Every header compiles alone. Those with a .cpp of their name do so there, which includes its own header first
# (tests/house/headers_test.py looks after that); the others get a .cpp here that includes nothing else.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}
     ${CMAKE_CURRENT_SOURCE_DIR}/diffjoule/*.h ${CMAKE_CURRENT_SOURCE_DIR}/cli/*.h)
set(alone_sources "")
foreach(header IN LISTS headers)
  string(REGEX REPLACE "\\.h$" ".cpp" own_source ${header})
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${own_source})
    set(alone_source ${CMAKE_CURRENT_BINARY_DIR}/headers/${own_source})
    file(CONFIGURE OUTPUT ${alone_source} CONTENT "#include \"${header}\"  // compiles alone\n")
    list(APPEND alone_sources ${alone_source})
  endif()
endforeach()
add_library(diffjoule_headers OBJECT ${alone_sources})
target_include_directories(diffjoule_headers PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(diffjoule_headers PRIVATE diffjoule_options)
