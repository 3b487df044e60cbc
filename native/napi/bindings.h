// Each file of this folder adds its entry points to the addon; binding.d.ts types them all.
#pragma once

#include <napi.h>

namespace brrr::addon {

void define_system(Napi::Env env, Napi::Object exports);
void define_recording(Napi::Env env, Napi::Object exports);
void define_sleep(Napi::Env env, Napi::Object exports);
void define_events(Napi::Env env, Napi::Object exports);
void define_quality(Napi::Env env, Napi::Object exports);
void define_artifacts(Napi::Env env, Napi::Object exports);
void define_autoreject(Napi::Env env, Napi::Object exports);
void define_ransac(Napi::Env env, Napi::Object exports);
void define_clean_recording(Napi::Env env, Napi::Object exports);
void define_signal(Napi::Env env, Napi::Object exports);
void define_synth(Napi::Env env, Napi::Object exports);
void define_engine(Napi::Env env, Napi::Object exports);
void define_plan_engine(Napi::Env env, Napi::Object exports);
void define_device(Napi::Env env, Napi::Object exports);
void define_build(Napi::Env env, Napi::Object exports);

}  // namespace brrr::addon
