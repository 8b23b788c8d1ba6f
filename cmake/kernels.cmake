# Each family of kernels (native/kernels/families.h), compiled once for each ISA with that ISA's flags.
# Sets DEPTHWISE_ISAS (where the caller has not), DEPTHWISE_KERNEL_OBJECTS, and DEPTHWISE_KERNEL_TARGETS that make them.

set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/native/kernels/families.h)
file(READ ${CMAKE_SOURCE_DIR}/native/kernels/families.h families)
string(REGEX MATCHALL "\n  X\\([a-z0-9_]+, (YES|NO), (YES|NO)\\)" families "${families}")
set(DEPTHWISE_FAMILY_SOURCES "")
set(DEPTHWISE_NOT_avx512 "")
set(DEPTHWISE_NOT_sse2 "")
foreach(line ${families})
  string(REGEX REPLACE "\n  X\\(([a-z0-9_]+), .*" "\\1" family "${line}")
  list(APPEND DEPTHWISE_FAMILY_SOURCES ${CMAKE_SOURCE_DIR}/native/kernels/${family}.cc)
  if(line MATCHES "NO, [A-Z]+\\)")
    list(APPEND DEPTHWISE_NOT_avx512 ${CMAKE_SOURCE_DIR}/native/kernels/${family}.cc)
  endif()
  if(line MATCHES "NO\\)")
    list(APPEND DEPTHWISE_NOT_sse2 ${CMAKE_SOURCE_DIR}/native/kernels/${family}.cc)
  endif()
endforeach()

# wide16: sixteen lanes of plain arrays, for the tests.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(DEPTHWISE_KNOWN_ISAS avx512 avx2 sse2 scalar wide16)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64|ARM64")
  set(DEPTHWISE_KNOWN_ISAS neon scalar wide16)
else()
  set(DEPTHWISE_KNOWN_ISAS scalar wide16)
endif()
set(DEPTHWISE_ISAS "" CACHE STRING "instruction sets to compile, such as \"avx2;scalar\"; all of this processor if empty")
if(NOT DEPTHWISE_ISAS)
  set(DEPTHWISE_ISAS ${DEPTHWISE_KNOWN_ISAS})
  if(NOT DEPTHWISE_TESTS)
    list(REMOVE_ITEM DEPTHWISE_ISAS wide16)
  endif()
endif()
foreach(isa ${DEPTHWISE_ISAS})
  if(NOT isa IN_LIST DEPTHWISE_KNOWN_ISAS)
    message(FATAL_ERROR "DEPTHWISE_ISAS: ${isa} is none of ${DEPTHWISE_KNOWN_ISAS}")
  endif()
  add_compile_definitions(DEPTHWISE_WITH_${isa})
endforeach()
if(NOT scalar IN_LIST DEPTHWISE_ISAS) # what dispatch falls back to
  message(FATAL_ERROR "DEPTHWISE_ISAS must have scalar, but is ${DEPTHWISE_ISAS}")
endif()

# Where a vector ISA is always there, scalar is the formula by itself; the native tests of the
# host's own compiler do every family for one lane.
set(DEPTHWISE_SCALAR_FAMILIES ${DEPTHWISE_FAMILY_SOURCES})
if(DEPTHWISE_KNOWN_ISAS MATCHES "sse2|neon" AND (NOT DEPTHWISE_TESTS OR DEPTHWISE_SANITIZE OR CMAKE_CROSSCOMPILING))
  list(FILTER DEPTHWISE_SCALAR_FAMILIES INCLUDE REGEX "/reference\\.cc$")
  add_compile_definitions(DEPTHWISE_SCALAR_IS_REFERENCE)
elseif(DEPTHWISE_KNOWN_ISAS MATCHES "sse2|neon")
  set(DEPTHWISE_FLAGS_scalar -O1) # for the tests only
endif()

set(DEPTHWISE_FLAGS_avx512 -mavx512f -mavx512vl -mavx512dq -mavx512bw -mfma -mprefer-vector-width=512)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT DEPTHWISE_KERNEL_COMPILER)
  # GCC 12 warns of its own intrinsics, which take an undefined vector on purpose (GCC bug 105593).
  list(APPEND DEPTHWISE_FLAGS_avx512 -Wno-maybe-uninitialized -Wno-uninitialized)
endif()
set(DEPTHWISE_FLAGS_avx2 -mavx2 -mfma)
# Half the code of -O3 at the same speed (bench/native/kernel_bench); the fast families took 1.1 to 2 times as long by it.
set(DEPTHWISE_FAST_FAMILIES depthwise_any_h depthwise_large depthwise_large_w dense grouped pointwise winograd)
set(DEPTHWISE_FAST_CODE -O3)
set(DEPTHWISE_SMALL_CODE -O2)
if(DEPTHWISE_SANITIZE)
  set(DEPTHWISE_FAST_CODE -O1)
  set(DEPTHWISE_SMALL_CODE -O1)
elseif(DEPTHWISE_KERNEL_COMPILER MATCHES "clang" OR (NOT DEPTHWISE_KERNEL_COMPILER AND CMAKE_CXX_COMPILER_ID MATCHES "Clang"))
  set(DEPTHWISE_SMALL_CODE -Os)
endif()
# Where speed is not the point.
set(DEPTHWISE_FLAGS_sse2 -msse2 ${DEPTHWISE_SMALL_CODE})
# -O0: unrolled tiles of lanes in plain arrays take half a minute a file to optimise, and are never timed.
set(DEPTHWISE_FLAGS_wide16 -O0 -I${CMAKE_SOURCE_DIR}/test/native)
# -ffp-contract=off: GCC would fuse a * b + c on its own, and the ISAs would differ where the code does not say so.
# -fno-math-errno: square roots and the like in registers.
set(DEPTHWISE_KERNEL_FLAGS ${DEPTHWISE_WARNINGS} -ffp-contract=off -fno-exceptions -fno-rtti -fno-math-errno)

if(DEPTHWISE_NO_CXX_LIBRARY AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
  # Of a release: nothing is ever thrown through a kernel. A twentieth of their size.
  list(APPEND DEPTHWISE_KERNEL_FLAGS -fno-asynchronous-unwind-tables)
endif()

# depthwise_isa_objects(<variable> <isa> <level> <sources>): their objects, by the kernel compiler if there is one;
# level: an optimisation, which that of the ISA overrides.
function(depthwise_isa_objects variable isa level)
  set(flags ${DEPTHWISE_KERNEL_FLAGS} ${level} ${DEPTHWISE_FLAGS_${isa}} -DDEPTHWISE_ISA=${isa})
  if(DEPTHWISE_KERNEL_COMPILER)
    set(objects "")
    foreach(source ${ARGN})
      get_filename_component(name ${source} NAME_WE)
      set(object ${CMAKE_BINARY_DIR}/kernel-objects/${name}_${isa}.o)
      add_custom_command(OUTPUT ${object} DEPENDS ${source} DEPFILE ${object}.d
        COMMAND ${DEPTHWISE_KERNEL_COMPILER} -std=c++20 -DNDEBUG -fPIC -fvisibility=hidden ${flags}
                -I${CMAKE_SOURCE_DIR}/native -MD -MF ${object}.d -c ${source} -o ${object}
        COMMENT "${name}/${isa} by ${DEPTHWISE_KERNEL_COMPILER}" VERBATIM)
      set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
      list(APPEND objects ${object})
    endforeach()
    # Objects of a command are known in this folder of CMake only; others depend on the target.
    add_custom_target(${variable}_${isa} DEPENDS ${objects})
    set(${variable} ${objects} PARENT_SCOPE)
  else()
    set(library ${variable}_${isa})
    add_library(${library} OBJECT ${ARGN})
    target_compile_options(${library} PRIVATE ${flags})
    target_include_directories(${library} PRIVATE ${CMAKE_SOURCE_DIR}/native)
    set(${variable} $<TARGET_OBJECTS:${library}> PARENT_SCOPE)
  endif()
endfunction()

if(DEPTHWISE_KERNEL_COMPILER AND DEPTHWISE_SANITIZE)
  message(FATAL_ERROR "sanitizers need one compiler for everything")
endif()
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/kernel-objects)
set(DEPTHWISE_KERNEL_OBJECTS "")
set(DEPTHWISE_KERNEL_TARGETS "")
foreach(isa ${DEPTHWISE_ISAS})
  set(sources ${DEPTHWISE_FAMILY_SOURCES})
  if(isa STREQUAL "scalar")
    set(sources ${DEPTHWISE_SCALAR_FAMILIES})
  else()
    list(REMOVE_ITEM sources ${DEPTHWISE_NOT_${isa}} "")
  endif()
  set(fast ${sources})
  foreach(family ${DEPTHWISE_FAST_FAMILIES})
    list(FILTER sources EXCLUDE REGEX "/${family}\\.cc$")
  endforeach()
  list(REMOVE_ITEM fast ${sources})
  if(fast)
    depthwise_isa_objects(fast_kernels ${isa} ${DEPTHWISE_FAST_CODE} ${fast})
    list(APPEND DEPTHWISE_KERNEL_OBJECTS ${fast_kernels})
    list(APPEND DEPTHWISE_KERNEL_TARGETS fast_kernels_${isa})
  endif()
  depthwise_isa_objects(kernels ${isa} ${DEPTHWISE_SMALL_CODE} ${sources})
  list(APPEND DEPTHWISE_KERNEL_OBJECTS ${kernels})
  list(APPEND DEPTHWISE_KERNEL_TARGETS kernels_${isa})
endforeach()
