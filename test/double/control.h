// How tests steer the doubles (stand-ins for the CUDA runtime, NVML and TensorRT): by a text of `key=value` words,
// taken from $BRRR_DOUBLE when a double is loaded and from brrr_double_configure() later. Each double reads its own
// keys:
//   devices=N driver=12040                 CUDA: devices, and the CUDA version of the driver (0: there is none)
//   fail=cudaMalloc:2 or :2:3              CUDA: that function gives error 2, from its (3 + 1)th call on
//   memory=BYTES                           CUDA: free memory of the device
//   delay_us=N                             CUDA: each copy and each kernel takes that long
//   fault=700:3                            CUDA: the kernel after the first 3 breaks the device with error 700
//   version=10.3.0.26                      TensorRT: what it says it is
//   runtime=ok|null|garbage|throw          TensorRT: what the factory does (the last three log an error first)
//   builder=ok|null|garbage|throw
//   fail=buildSerializedNetwork:1          TensorRT: likewise, for each call of the builder and the parser
//   build_steps=4 build_step_ms=0          TensorRT: steps of a build, as its progress monitor sees them
//   build_memory_mb=N                      TensorRT: a build with a larger workspace runs out of memory
//   build_error=WORD build_crash=abort     TensorRT: what a build that fails logs; a build that ends the process
#pragma once

#include <string>

extern "C" {
/// Forgets the earlier configuration and the recorded calls.
void brrr_double_configure(const char* text);
/// The functions called since, separated by spaces.
const char* brrr_double_calls();
/// CUDA: streams, events, graphs and blocks of memory that are alive.
int brrr_double_live();
}

namespace brrr_double {

/// The value of a key, or `fallback`.
std::string setting(const std::string& key, const std::string& fallback);

/// Records a call. Returns the error that `fail` plans for it, else 0.
int enter(const char* function);

}  // namespace brrr_double
