// JavaScript's NativeSource (binding.d.ts) as a SampleSource.
#pragma once

#include <napi.h>

#include <memory>

#include "napi/promise.h"
#include "signal/source.h"

namespace brrr::addon {

/// The source behind a NativeSource object; what it reads from JavaScript memory is added to `keep`.
std::shared_ptr<const SampleSource> source_from(const Napi::Value& value, Keep& keep);

}  // namespace brrr::addon
