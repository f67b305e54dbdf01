# diffjoule-exporter: what needs HTTP, so that diffjoule itself loads no library for it. Installed where
# diffjoule/os/own_program.h looks.
find_path(DIFFJOULE_HTTPLIB_INCLUDE httplib.h REQUIRED)
find_library(DIFFJOULE_HTTPLIB cpp-httplib REQUIRED)
add_executable(diffjoule-exporter exporter/main.cpp exporter/http.cpp)
target_include_directories(diffjoule-exporter PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_include_directories(diffjoule-exporter SYSTEM PRIVATE ${DIFFJOULE_HTTPLIB_INCLUDE})
target_link_libraries(diffjoule-exporter PRIVATE diffjoule_options diffjoule_api ${DIFFJOULE_HTTPLIB} Threads::Threads)
set_target_properties(diffjoule-exporter PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
install(TARGETS diffjoule-exporter RUNTIME DESTINATION libexec/diffjoule)
