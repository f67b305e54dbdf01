# Tests that run the built program on the fake GPU. 77: skipped, with the reason.
foreach(name measure terminal exporter sweep launch calibrate)
  add_test(NAME doors/${name} COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/tests/doors/${name}_test.py)
  set_tests_properties(doors/${name} PROPERTIES LABELS doors SKIP_RETURN_CODE 77 TIMEOUT 300 ENVIRONMENT
    "DIFFJOULE_BUILD=${CMAKE_CURRENT_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
endforeach()
# On a real Slurm of one node, where its daemons can be started.
add_test(NAME slurm/sweep COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/tests/slurm/sweep_test.py)
set_tests_properties(slurm/sweep PROPERTIES LABELS slurm SKIP_RETURN_CODE 77 TIMEOUT 180 ENVIRONMENT
  "DIFFJOULE_BUILD=${CMAKE_CURRENT_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
# The Python behind the engine "diffusers"; the second needs torch and is skipped without it.
foreach(name diffusers_worker diffusers_pipelines)
  add_test(NAME engines/${name} COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/tests/engines/${name}_test.py)
  set_tests_properties(engines/${name} PROPERTIES LABELS unit SKIP_RETURN_CODE 77 TIMEOUT 600 ENVIRONMENT
    "PYTHONDONTWRITEBYTECODE=1")
endforeach()
