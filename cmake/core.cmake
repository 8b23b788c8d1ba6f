# The core: what a convolution is, the choice of a kernel, threads. No JavaScript. Small code, as it waits for memory, not
# for instructions: in a release a tenth smaller at the same speed, and each of eight systems has its own.
file(GLOB core_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/native/conv/*.cc ${CMAKE_SOURCE_DIR}/native/dispatch/*.cc
     ${CMAKE_SOURCE_DIR}/native/threads/*.cc)
list(FILTER core_sources EXCLUDE REGEX "/parallel_[a-z]+\\.cc$")
add_library(depthwise_core OBJECT ${core_sources})
target_include_directories(depthwise_core PUBLIC ${CMAKE_SOURCE_DIR}/native)
target_compile_options(depthwise_core PRIVATE ${DEPTHWISE_SMALL_CODE} -fno-exceptions -fno-rtti -ffp-contract=off ${DEPTHWISE_WARNINGS})

# depthwise_threads_<kind>: parallel_for by OpenMP or by the pool. The tests build both, everything else links one.
find_package(Threads REQUIRED)
function(depthwise_threads kind)
  set(library depthwise_threads_${kind})
  add_library(${library} OBJECT ${CMAKE_SOURCE_DIR}/native/threads/parallel_${kind}.cc)
  target_include_directories(${library} PUBLIC ${CMAKE_SOURCE_DIR}/native)
  target_compile_options(${library} PRIVATE ${DEPTHWISE_SMALL_CODE} -fno-exceptions -fno-rtti ${DEPTHWISE_WARNINGS})
  target_link_libraries(${library} PUBLIC Threads::Threads)
  if(kind STREQUAL "omp")
    # -fopenmp goes to the one file with the pragma.
    target_compile_options(${library} PRIVATE ${OpenMP_CXX_FLAGS})
    if(DEPTHWISE_OMP_LIBRARY) # a release links its own archive
      target_link_libraries(${library} PUBLIC ${DEPTHWISE_OMP_LIBRARY})
    else()
      target_link_libraries(${library} PUBLIC ${OpenMP_CXX_FLAGS})
    endif()
  endif()
endfunction()
depthwise_threads(pool)
if(NOT DEPTHWISE_SANITIZE MATCHES "thread") # libgomp is not instrumented: false reports
  find_package(OpenMP QUIET COMPONENTS CXX)
endif()
if(OpenMP_CXX_FOUND)
  depthwise_threads(omp)
elseif(DEPTHWISE_THREADS STREQUAL "omp")
  message(STATUS "depthwise: no OpenMP here, threads of our own instead")
  set(DEPTHWISE_THREADS pool)
endif()
