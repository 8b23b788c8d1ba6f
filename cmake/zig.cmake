# Toolchain of the released binaries: zig (clang, and each system's headers and libc in one npm package), for every
# target. DEPTHWISE_ZIG is the compiler, DEPTHWISE_ZIG_TARGET what it compiles for, such as x86_64-linux-gnu.2.28.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES DEPTHWISE_ZIG DEPTHWISE_ZIG_TARGET)

string(REGEX MATCH "^([a-z0-9_]+)-([a-z]+)" CMAKE_MATCH_0 "${DEPTHWISE_ZIG_TARGET}")
set(CMAKE_SYSTEM_PROCESSOR ${CMAKE_MATCH_1})
if(CMAKE_MATCH_2 STREQUAL "macos")
  set(CMAKE_SYSTEM_NAME Darwin)
elseif(CMAKE_MATCH_2 STREQUAL "windows")
  set(CMAKE_SYSTEM_NAME Windows)
else()
  set(CMAKE_SYSTEM_NAME Linux)
endif()

set(CMAKE_C_COMPILER ${DEPTHWISE_ZIG} cc -target ${DEPTHWISE_ZIG_TARGET})
set(CMAKE_CXX_COMPILER ${DEPTHWISE_ZIG} c++ -target ${DEPTHWISE_ZIG_TARGET})
# CMake's trials link nothing, and it is told which C++ compiler this is: zig would compile a whole libc++ for them.
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_CXX_COMPILER_ID_RUN ON)
set(CMAKE_CXX_COMPILER_ID Clang)
set(CMAKE_CXX_COMPILER_VERSION 19.1.0)
set(CMAKE_CXX_COMPILER_FRONTEND_VARIANT GNU)
set(CMAKE_CXX_STANDARD_COMPUTED_DEFAULT 17)
set(CMAKE_CXX_EXTENSIONS_COMPUTED_DEFAULT ON)
set(CMAKE_AR llvm-ar-19)
set(CMAKE_RANLIB llvm-ranlib-19)
set(DEPTHWISE_NO_CXX_LIBRARY ON)

get_filename_component(checkout ${CMAKE_CURRENT_LIST_DIR} DIRECTORY)
# The same bytes wherever the checkout lies. (cmake-js sets CMAKE_CXX_FLAGS itself, so the flags go another way.)
add_compile_options(-g0 -ffile-prefix-map=${checkout}=.)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  # zig switches 512-bit registers off for its x86-64; the flag means nothing without -mavx512f.
  add_compile_options(-mevex512)
endif()
