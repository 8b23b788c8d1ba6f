# How the addon is linked where zig's own linker does not suffice (included by addon.cmake when zig compiles).
if(APPLE)
  # lld: it leaves out what is not used, exports two symbols and signs (ad hoc); zig's exports everything.
  get_filename_component(zig_folder ${DEPTHWISE_ZIG} DIRECTORY)
  string(REPLACE "aarch64" "arm64" arch ${CMAKE_SYSTEM_PROCESSOR})
  set(CMAKE_C_CREATE_SHARED_MODULE "ld64.lld-19 -arch ${arch} -platform_version macos 11.0 11.0 -dylib -undefined dynamic_lookup \
-exported_symbols_list ${CMAKE_SOURCE_DIR}/native/exports-macos.txt -dead_strip -x -S -adhoc_codesign \
-install_name @rpath/depthwise.node -o <TARGET> <OBJECTS> ${zig_folder}/lib/libc/darwin/libSystem.tbd")
elseif(WIN32)
  # lld again, for the delayed import that zig's front end does not know.
  set(CMAKE_C_CREATE_SHARED_MODULE "node ${CMAKE_SOURCE_DIR}/scripts/prebuild/link-windows.mjs \
${DEPTHWISE_ZIG} ${DEPTHWISE_ZIG_TARGET} <TARGET> <OBJECTS>")
endif()
