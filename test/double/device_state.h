// The one device that all parts of the CUDA double share.
#pragma once

#include <cstddef>

#include "stream.h"

namespace brrr_double {

constexpr std::size_t kTotalBytes = std::size_t{8} << 30;
constexpr int kInvalidValue = 1, kOutOfMemory = 2, kInsufficientDriver = 35, kNoDevice = 100, kInvalidDevice = 101;
constexpr int kNotReady = 600, kCaptureUnsupported = 900, kCaptureInvalidated = 901;

int devices();
int driver();

/// What every call that needs a device answers first: a planned failure, no driver, no device, the device's fault. Kept
/// as the thread's last error.
int enter_device(const char* function);
/// As enter_device, for calls that may not come while this thread captures a stream: they break the capture.
int enter_uncaptured(const char* function);
int last_error(bool clear);
int failed(int error);

/// The stream that this thread captures, or null.
CUstream_st*& captured_here();
/// Waits for all streams.
void drain_device();

/// Streams, events, graphs and blocks of memory that are alive.
void count_live(int change);

}  // namespace brrr_double

#define ENTER() \
  if (int status = brrr_double::enter_device(__func__)) return status
#define ENTER_UNCAPTURED() \
  if (int status = brrr_double::enter_uncaptured(__func__)) return status
