// For tables of TensorRT's interfaces that answer only what the double needs.
#pragma once

#define UNUSED_POINTER(signature) \
  signature noexcept override { return nullptr; }
#define UNUSED_VALUE(signature) \
  signature noexcept override { return {}; }
#define UNUSED(signature) \
  signature noexcept override {}
