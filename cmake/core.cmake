# The core: what a convolution is, the choice of a kernel, threads. No JavaScript.
file(GLOB core_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/native/conv/*.cc ${CMAKE_SOURCE_DIR}/native/dispatch/*.cc)
add_library(depthwise_core OBJECT ${core_sources})
target_include_directories(depthwise_core PUBLIC ${CMAKE_SOURCE_DIR}/native)
target_compile_options(depthwise_core PRIVATE -fno-exceptions -fno-rtti -ffp-contract=off ${DEPTHWISE_WARNINGS})
if(DEPTHWISE_TESTS)
  target_compile_definitions(depthwise_core PRIVATE DEPTHWISE_WITH_WIDE16)
endif()
