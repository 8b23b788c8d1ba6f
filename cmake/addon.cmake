# The Node-API addon, depthwise.node. cmake-js sets CMAKE_JS_INC (headers), CMAKE_JS_SRC and CMAKE_JS_LIB.
file(GLOB binding_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/native/addon.cc ${CMAKE_SOURCE_DIR}/native/binding/*.cc)
add_library(depthwise MODULE ${binding_sources} ${DEPTHWISE_KERNEL_OBJECTS} ${CMAKE_JS_SRC})
add_dependencies(depthwise ${DEPTHWISE_KERNEL_TARGETS})
set_target_properties(depthwise PROPERTIES PREFIX "" SUFFIX ".node")
target_include_directories(depthwise PRIVATE ${CMAKE_SOURCE_DIR}/native ${CMAKE_JS_INC})
# No C++ exception ever: every status is checked, and nothing is thrown while an environment ends.
target_compile_definitions(depthwise PRIVATE NAPI_VERSION=8 NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS
                                             NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)
target_compile_options(depthwise PRIVATE -fno-exceptions -ffp-contract=off ${DEPTHWISE_WARNINGS})
target_link_libraries(depthwise PRIVATE depthwise_core depthwise_threads_${DEPTHWISE_THREADS} ${CMAKE_JS_LIB})
if(DEPTHWISE_NO_CXX_LIBRARY) # a release: what it needs of the C++ library is its own, and the C compiler links
  target_sources(depthwise PRIVATE ${CMAKE_SOURCE_DIR}/native/runtime/cxx_runtime.cc)
  set_target_properties(depthwise PROPERTIES LINKER_LANGUAGE C)
  target_link_options(depthwise PRIVATE -s)
  include(cmake/zig-link.cmake)
endif()
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  # nodelete: a worker that ends would otherwise unload the code under its own threads.
  target_link_options(depthwise PRIVATE -Wl,--version-script=${CMAKE_SOURCE_DIR}/native/exports.map -Wl,-z,nodelete -Wl,-z,now
                                        -Wl,-z,relro -Wl,-z,noexecstack -Wl,--gc-sections -Wl,--as-needed)
endif()
