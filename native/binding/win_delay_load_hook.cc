// Windows: Node-API's functions lie in the program that loads this addon, which need not be called node.exe (Electron,
// a single executable application). The import is delayed, and this hook answers it. cmake-js brings its own for MSVC.
#if defined(__MINGW32__)
#include <windows.h>
// after windows.h
#include <delayimp.h>
#include <string.h>

static FARPROC WINAPI find_host(unsigned event, PDelayLoadInfo info) {
  if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "node.exe") != 0) return nullptr;
  HMODULE library = GetModuleHandleA("libnode.dll");
  return reinterpret_cast<FARPROC>(library ? library : GetModuleHandleA(nullptr));
}

PfnDliHook __pfnDliNotifyHook2 = find_host;
#endif
