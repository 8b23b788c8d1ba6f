// Keeps this module loaded until the process is gone. Node closes the addons of a worker that ends; our threads and
// OpenMP's would run on in unmapped code.
#ifndef DEPTHWISE_BINDING_MODULE_PIN_H_
#define DEPTHWISE_BINDING_MODULE_PIN_H_

namespace depthwise {

// False where it failed: then no thread may be started. On Linux the linker does it (-z nodelete, CMakeLists.txt).
bool pin_module();

}  // namespace depthwise

#endif  // DEPTHWISE_BINDING_MODULE_PIN_H_
