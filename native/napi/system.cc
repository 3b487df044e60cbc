// What this machine offers: SIMD tiers and threads.
#include "common/parallel.h"
#include "common/tier.h"
#include "napi/bindings.h"
#include "napi/promise.h"

namespace brrr::addon {
namespace {

constexpr Tier kTiers[] = {Tier::kBaseline, Tier::kAvx2, Tier::kAvx512};

Napi::Value simd(const Napi::CallbackInfo& info) {
  Napi::Object o = Napi::Object::New(info.Env());
  o.Set("active", tier_name(active_tier()));
  Napi::Array available = Napi::Array::New(info.Env());
  for (Tier tier : kTiers)
    if (tier_available(tier)) available.Set(available.Length(), tier_name(tier));
  o.Set("available", available);
  return o;
}

/// Running computations have laid out their memory for the tier and the threads that they started with.
void require_idle() {
  if (TaskGroup::any_pending())
    throw Error("INVALID_ARGUMENT", "SIMD tier and threads can only be changed while no computation runs.");
}

Napi::Value force_simd(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    require_idle();
    std::string name = info[0].ToString();
    for (Tier tier : kTiers)
      if (name == tier_name(tier)) {
        force_tier(tier);
        return info.Env().Undefined();
      }
    throw Error("INVALID_ARGUMENT", "Unknown SIMD tier \"" + name + "\": expected baseline, avx2 or avx512.");
  });
}

Napi::Value threads(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), worker_count()); }

Napi::Value set_threads(const Napi::CallbackInfo& info) {
  return guarded(info, [&] {
    require_idle();
    set_worker_count(info[0].ToNumber().Int32Value());
    return info.Env().Undefined();
  });
}

}  // namespace

void define_system(Napi::Env env, Napi::Object exports) {
  exports.Set("simd", Napi::Function::New<simd>(env, "simd"));
  exports.Set("forceSimd", Napi::Function::New<force_simd>(env, "forceSimd"));
  exports.Set("threads", Napi::Function::New<threads>(env, "threads"));
  exports.Set("setThreads", Napi::Function::New<set_threads>(env, "setThreads"));
}

}  // namespace brrr::addon
